package main

import (
	"fmt"
	"strconv"

	"switchyard/econ/mining/pool"
	"switchyard/handlers/signin"
	"switchyard/jobs"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/pools"
	"switchyard/jobs/upstream/poolwire"
)

// poolsOf is how the jobs reach accounts at pools.
func poolsOf(options func(name string) upstream.Options, ring *signin.Ring) jobs.Pools {
	return jobs.Pools{
		Client: func(party pool.Party, a pool.Access) (poolwire.Client, error) {
			return pools.New(options(string(party)), party, a)
		},
		Open: func(account int64, kept pool.SealedKey) (pool.Opening, *pool.SealedKey, error) {
			return openPoolKey(ring, account, kept)
		},
	}
}

// openPoolKey opens what is kept to open an account. Where it was sealed under a
// key that no longer seals, it also returns what to keep instead.
func openPoolKey(ring *signin.Ring, account int64, kept pool.SealedKey) (pool.Opening, *pool.SealedKey, error) {
	row := strconv.FormatInt(account, 10)
	plain, current, err := ring.Open(signin.ForPool, row, kept.SealID, kept.Sealed)
	if err != nil {
		return pool.Opening{}, nil, err
	}
	opening, err := pool.Unpack(plain)
	if err != nil || current {
		return opening, nil, err
	}
	id, sealed, err := ring.Seal(signin.ForPool, row, plain)
	if err != nil {
		return pool.Opening{}, nil, fmt.Errorf("seal the key of account %s anew: %w", row, err)
	}
	return opening, &pool.SealedKey{SealID: id, Sealed: sealed}, nil
}
