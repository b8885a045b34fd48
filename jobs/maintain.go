package jobs

import (
	"context"
	"fmt"
	"time"
)

// runsKept is how long the rows of past runs are kept; there are about ten
// thousand a day.
const runsKept = 14 * 24 * time.Hour

// maintain makes the partitions of the days to come, drops those past their
// time whose roll-up has been verified, and forgets old runs.
func maintain(ctx context.Context, env *Env) (int64, error) {
	if err := env.Store.Maintain(ctx, env.Now()); err != nil {
		return 0, fmt.Errorf("maintain the tables: %w", err)
	}
	n, err := env.Store.TrimRuns(ctx, env.Now().Add(-runsKept))
	if err != nil {
		return 0, fmt.Errorf("forget old runs: %w", err)
	}
	return int64(n), nil
}
