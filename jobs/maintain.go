package jobs

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"
)

// runsKept is how long the rows of past runs are kept; there are about ten
// thousand a day.
const runsKept = 14 * 24 * time.Hour

// signInKept is how long sessions, links and failed tries are kept after their
// end; what they did stays in the audit log.
const signInKept = 30 * 24 * time.Hour

// alertsKept is how long alerts and notices are kept after their end.
const alertsKept = 366 * 24 * time.Hour

// maintain makes the partitions of the days to come, drops those past their
// time whose roll-up has been verified, and forgets old runs, sessions and alerts. It
// writes the head of the audit chain to the server's log, which is kept
// elsewhere: a log whose end was cut off then shows.
func maintain(ctx context.Context, env *Env) (int64, error) {
	if err := env.Store.Maintain(ctx, env.Now()); err != nil {
		return 0, fmt.Errorf("maintain the tables: %w", err)
	}
	n, err := env.Store.TrimRuns(ctx, env.Now().Add(-runsKept))
	if err != nil {
		return 0, fmt.Errorf("forget old runs: %w", err)
	}
	old, err := env.Store.TrimSignIn(ctx, env.Now().Add(-signInKept))
	if err != nil {
		return int64(n), fmt.Errorf("forget old sessions: %w", err)
	}
	told, err := env.Store.TrimAlerts(ctx, env.Now().Add(-alertsKept))
	if err != nil {
		return int64(n) + old, fmt.Errorf("forget old alerts: %w", err)
	}
	workers, err := env.Store.ForgetPoolWorkers(ctx)
	if err != nil {
		return int64(n) + old + told, fmt.Errorf("forget the past of workers: %w", err)
	}
	old += told + workers
	head, err := env.Store.LastSeal(ctx)
	if err != nil {
		return int64(n) + old, fmt.Errorf("read the head of the audit log: %w", err)
	}
	env.Log.Info("audit head", "ordinal", head.Ordinal, "hash", hex.EncodeToString(head.Hash))
	return int64(n) + old, nil
}
