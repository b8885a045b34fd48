package jobs

import (
	"context"
	"fmt"

	"switchyard/econ/market"
)

// pollFees stores the fee rate recommended for the next block, once a minute.
func pollFees(ctx context.Context, env *Env) (int64, error) {
	fees, err := env.Mempool.RecommendedFees(ctx)
	env.sources.checked(ctx, sourceFees, true, err)
	if err != nil {
		return 0, fmt.Errorf("ask for the recommended fees: %w", err)
	}
	n, err := env.Store.InsertTicks(ctx, map[string][]market.Point{
		keyFeeRate: {{T: secondOf(env.Now()), V: fees.Fastest}},
	})
	if err != nil {
		return 0, fmt.Errorf("store the fee rate: %w", err)
	}
	return int64(n), nil
}
