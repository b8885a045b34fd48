package db

import (
	"context"
	"net/netip"
	"strings"

	"switchyard/econ/mining"
)

// targetRow is a unit of the register that has an address.
type targetRow struct {
	ID      int64
	SiteID  int64
	ClassID int64
	State   string
	Address string
}

const sqlTargets = `
SELECT id, site_id, class_id, state, address::text AS address FROM mining.unit
 WHERE address <> '' AND state IN ('deployed', 'running', 'curtailed', 'repair') ORDER BY id`

// TelemetryTargets are the machines in their place that have an address, by id.
// An address that is none is left out: the register is where it is mended.
func (s *Store) TelemetryTargets(ctx context.Context) ([]mining.Target, error) {
	rows, err := allRows[targetRow](s.q.Query(ctx, sqlTargets))
	if err != nil {
		return nil, wrap(err, "list the machines to ask")
	}
	list := make([]mining.Target, 0, len(rows))
	for _, r := range rows {
		text, _, _ := strings.Cut(r.Address, "/") // inet writes its network too
		if address, err := netip.ParseAddr(strings.TrimSpace(text)); err == nil {
			list = append(list, mining.Target{
				UnitID: r.ID, SiteID: r.SiteID, ClassID: r.ClassID, State: mining.State(r.State), Address: address.Unmap(),
			})
		}
	}
	return list, nil
}
