package db

import (
	"context"
	"net/netip"
	"strings"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// StandingMachine is a machine that stands in its place, as the names of workers
// may name it.
type StandingMachine struct {
	pool.Machine
	State mining.State
}

// In the order of the columns: it is read by position, as the register is.
type poolMachineRow struct {
	Unit      int64
	Serial    string
	MAC       string
	Address   string
	Site      int64
	SiteName  string
	Building  string
	Aisle     string
	Rack      string
	Slot      string
	State     string
	Nameplate float64
}

const sqlPoolMachines = `
SELECT u.id, u.serial, u.mac, u.address, u.site_id, coalesce(s.name, ''), u.building, u.aisle, u.rack, u.slot, u.state, coalesce(m.hashrate_ths::float8, 0) * 1e12
  FROM mining.unit u
  LEFT JOIN mining.site s ON s.id = u.site_id AND s.known_to IS NULL
  LEFT JOIN mining.machine_class c ON c.id = u.class_id AND c.known_to IS NULL
  LEFT JOIN mining.machine_mode m ON m.class_id = c.id AND m.known_from = c.known_from AND m.name = 'nameplate'
 WHERE u.state IN ('deployed', 'running', 'curtailed', 'repair') ORDER BY u.id`

// StandingMachines are the machines that stand in their place, by id. An address
// that is none is left out of its machine.
func (s *Store) StandingMachines(ctx context.Context) ([]StandingMachine, error) {
	rows, err := s.q.Query(ctx, sqlPoolMachines)
	if err != nil {
		return nil, wrap(err, "list the machines that workers may name")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (StandingMachine, error) {
		r, err := pgx.RowToStructByPos[poolMachineRow](row)
		text, _, _ := strings.Cut(r.Address, "/")
		address, _ := netip.ParseAddr(text) //nolint:errcheck // none is the zero address
		return StandingMachine{State: mining.State(r.State), Machine: pool.Machine{
			UnitID: r.Unit, SiteID: r.Site, Site: r.SiteName, Building: r.Building, Aisle: r.Aisle, Rack: r.Rack, Slot: r.Slot,
			Serial: r.Serial, MAC: r.MAC, Address: address, Nameplate: units.Hashrate(r.Nameplate),
		}}, err
	})
	return list, wrap(err, "list the machines that workers may name")
}

const sqlMachinesSeq = `SELECT coalesce(sum(seq), 0)::bigint FROM core.topic WHERE name IN ('mining.fleet', 'mining.site')`

// MachinesSeq changes whenever the register, a class or a site does.
func (s *Store) MachinesSeq(ctx context.Context) (int64, error) {
	var seq int64
	err := s.q.QueryRow(ctx, sqlMachinesSeq).Scan(&seq)
	return seq, wrap(err, "read the number of the register's changes")
}
