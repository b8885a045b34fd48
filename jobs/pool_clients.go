package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"switchyard/db"
	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// kindNoKey stands where an account fails for want of a key of ours; the other
// kinds are those of jobs/upstream.
const kindNoKey = "no_key"

// Pools is how accounts at pools are reached.
type Pools struct {
	// Client makes the client of an account. It fails for a pool nobody knows.
	Client func(pool.Party, pool.Access) (poolwire.Client, error)
	// Open opens what is kept of an account's key, and seals it anew if it is kept
	// under a key that no longer seals; then fresh is what to keep instead.
	Open func(account int64, kept pool.SealedKey) (opening pool.Opening, fresh *pool.SealedKey, err error)
}

// poolClients keeps a client for each account, as long as the account and its key
// stay as they are: the client knows when its pool may be asked again.
type poolClients struct {
	pools Pools
	mu    sync.Mutex // guards open
	open  map[int64]openClient
}

type openClient struct {
	poolwire.Client
	account pool.Account
	kept    pool.SealedKey
}

func newPoolClients(pools Pools) *poolClients {
	return &poolClients{pools: pools, open: make(map[int64]openClient)}
}

// of is the client of an account. Where the pool wants a key and none is kept, or
// it cannot be opened, the error is an upstream's with a kind of its own.
func (c *poolClients) of(ctx context.Context, s *db.Store, a pool.Account, f pool.Facts) (poolwire.Client, error) {
	kept, opening, err := c.opening(ctx, s, a, f)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.open[a.ID]; ok {
		if known.kept == kept && known.account.KnownFrom.Equal(a.KnownFrom) {
			return known.Client, nil
		}
		known.Close()
	}
	client, err := c.pools.Client(a.Party, pool.Access{Account: a.Account, Key: opening.Key, Secret: opening.Secret})
	if err != nil {
		return nil, fmt.Errorf("make a client of %s: %w", f.Title, err)
	}
	c.open[a.ID] = openClient{client, a, kept}
	return client, nil
}

// opening reads the key of an account, and keeps it sealed under the key of the
// configuration that seals now.
func (c *poolClients) opening(ctx context.Context, s *db.Store, a pool.Account, f pool.Facts) (pool.SealedKey, pool.Opening, error) {
	if f.Key == "" && f.Secret == "" {
		return pool.SealedKey{}, pool.Opening{}, nil
	}
	kept, err := s.SealedPoolKey(ctx, a.ID)
	if errors.Is(err, db.ErrNotFound) {
		return kept, pool.Opening{}, upstream.Errorf(string(a.Party), kindNoKey, "no key is kept")
	}
	if err != nil {
		return kept, pool.Opening{}, err
	}
	opening, fresh, err := c.pools.Open(a.ID, kept)
	if err != nil {
		return kept, pool.Opening{}, upstream.Errorf(string(a.Party), kindNoKey, "the key that is kept cannot be opened: it was sealed under the key %q, which the configuration no longer has", kept.SealID)
	}
	if fresh == nil {
		return kept, opening, nil
	}
	if err := s.ResealPoolKey(ctx, a.ID, kept, *fresh); err != nil {
		return kept, opening, err
	}
	return *fresh, opening, nil
}

// close lets go of the clients of accounts that are no longer read.
func (c *poolClients) close(keep map[int64]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, client := range c.open {
		if !keep[id] {
			client.Close()
			delete(c.open, id)
		}
	}
}
