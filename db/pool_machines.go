package db

import (
	"context"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// PoolMachine is a machine of the register as worker names may name it.
type PoolMachine struct {
	Unit     int64
	Serial   string
	MAC      string
	Address  string
	Site     int64
	SiteName string
	Building string
	Aisle    string
	Rack     string
	Slot     string
	State    mining.State
	Hashrate units.Hashrate // of its class's nameplate
}

// In the order of PoolMachine, which is read by position, as the register is.
const sqlPoolMachines = `
SELECT u.id, u.serial, u.mac, u.address, u.site_id, coalesce(s.name, ''), u.building, u.aisle, u.rack, u.slot, u.state, coalesce(m.hashrate_ths::float8, 0) * 1e12
  FROM mining.unit u
  LEFT JOIN mining.site s ON s.id = u.site_id AND s.known_to IS NULL
  LEFT JOIN mining.machine_class c ON c.id = u.class_id AND c.known_to IS NULL
  LEFT JOIN mining.machine_mode m ON m.class_id = c.id AND m.known_from = c.known_from AND m.name = 'nameplate'
 WHERE u.state IN ('deployed', 'running', 'curtailed', 'repair') ORDER BY u.id`

// PoolMachines are the machines that stand in their place, for the names of
// workers.
func (s *Store) PoolMachines(ctx context.Context) ([]PoolMachine, error) {
	rows, err := s.q.Query(ctx, sqlPoolMachines)
	if err != nil {
		return nil, wrap(err, "list the machines that workers may name")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[PoolMachine])
	return list, wrap(err, "list the machines that workers may name")
}

const sqlMachinesSeq = `SELECT coalesce(sum(seq), 0)::bigint FROM core.topic WHERE name IN ('mining.fleet', 'mining.site')`

// MachinesSeq changes whenever the register, a class or a site does.
func (s *Store) MachinesSeq(ctx context.Context) (int64, error) {
	var seq int64
	err := s.q.QueryRow(ctx, sqlMachinesSeq).Scan(&seq)
	return seq, wrap(err, "read the number of the register's changes")
}
