package jobs

import (
	"context"
	"fmt"
)

// rollUp recomputes the minutes, hours and days whose finer values changed.
func rollUp(ctx context.Context, env *Env) (int64, error) {
	rows, err := env.Store.RollUp(ctx)
	if err != nil {
		return int64(rows), fmt.Errorf("roll up: %w", err)
	}
	return int64(rows), nil
}
