package jobs

import (
	"context"
	"fmt"
)

// maintain makes the partitions of the days to come and drops those past their
// time whose roll-up has been verified.
func maintain(ctx context.Context, env *Env) (int64, error) {
	if err := env.Store.Maintain(ctx, env.Now()); err != nil {
		return 0, fmt.Errorf("maintain the tables: %w", err)
	}
	return 0, nil
}
