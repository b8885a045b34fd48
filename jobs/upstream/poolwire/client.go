package poolwire

import (
	"context"
	"errors"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// ErrNotTold says that a pool does not tell this of an account, whoever asks.
var ErrNotTold = errors.New("the pool does not tell this")

// Client reads one account at a pool. Every client of a pool keeps to this.
type Client interface {
	// Name is the pool's, e.g. "luxor".
	Name() string
	// Standing is how the account stands now.
	Standing(ctx context.Context) (pool.Standing, error)
	// Workers are all workers, each once, in the order of their names, and the
	// rows that were refused. A list that is not whole is an error.
	Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error)
	// Earnings is what was credited for spans that end after from and begin
	// before to, ascending, or ErrNotTold. A span that has not ended is Open.
	Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error)
	// Payouts are the payments made in [from, to), ascending, or ErrNotTold.
	Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error)
	// Close lets go of idle connections.
	Close()
}

// WholePool is a client that also tells of the whole pool, of which luck is a matter
// where it pays by the blocks it finds (M7).
type WholePool interface {
	// PoolHashrate is that of all who mine there.
	PoolHashrate(ctx context.Context) (units.Hashrate, error)
}
