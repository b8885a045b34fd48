package handlers

import (
	"context"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
)

// FigureIDs lists the ids of all figures, for the tests that hold the matrix
// against the registry.
func (a *App) FigureIDs() []string {
	var ids []string
	for _, f := range a.figures() {
		ids = append(ids, f.id)
	}
	return ids
}

// JudgePools judges the days of all accounts in [from, to), in one snapshot as a
// page does, and returns how many there were: for the benchmark of the audit.
func (a *App) JudgePools(ctx context.Context, from, to time.Time) (days int, err error) {
	err = a.db.As(access.Mining).Snapshot(ctx, func(s *db.Store) error {
		p := &page{ctx: ctx, s: s, now: a.now().UTC()}
		list, err := s.PoolAccounts(ctx, time.Time{})
		if err != nil {
			return err
		}
		spans := make([]auditSpan, len(list))
		for i, v := range list {
			spans[i] = auditSpan{v, from, to}
		}
		audits, err := p.poolAudits(spans)
		for _, audit := range audits {
			days += len(audit.lines)
		}
		return err
	})
	return days, err
}
