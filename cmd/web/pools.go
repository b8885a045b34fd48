package main

import (
	"fmt"
	"strconv"

	"switchyard/econ/mining/pool"
	"switchyard/handlers/signin"
	"switchyard/jobs"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/antpool"
	"switchyard/jobs/upstream/braiins"
	"switchyard/jobs/upstream/ckpool"
	"switchyard/jobs/upstream/f2pool"
	"switchyard/jobs/upstream/foundry"
	"switchyard/jobs/upstream/luxor"
	"switchyard/jobs/upstream/ocean"
	"switchyard/jobs/upstream/poolwire"
	"switchyard/jobs/upstream/viabtc"
)

// pools is how the jobs reach accounts at pools.
func pools(options func(name string) upstream.Options, ring *signin.Ring) jobs.Pools {
	return jobs.Pools{
		Client: func(party pool.Party, a pool.Access) (poolwire.Client, error) {
			return poolClient(options(string(party)), party, a)
		},
		Open: func(account int64, kept pool.SealedKey) (pool.Opening, *pool.SealedKey, error) {
			return openPoolKey(ring, account, kept)
		},
	}
}

// poolClient is the client of an account at a pool.
func poolClient(o upstream.Options, party pool.Party, a pool.Access) (poolwire.Client, error) {
	switch party {
	case pool.Luxor:
		return luxor.New(o, a), nil
	case pool.Foundry:
		return foundry.New(o, a), nil
	case pool.Braiins:
		return braiins.New(o, a), nil
	case pool.Ocean:
		return ocean.New(o, a), nil
	case pool.CKPool:
		return ckpool.New(o, a), nil
	case pool.F2Pool:
		return f2pool.New(o, a), nil
	case pool.ViaBTC:
		return viabtc.New(o, a), nil
	case pool.Antpool:
		return antpool.New(o, a), nil
	default:
		return nil, fmt.Errorf("there is no client of the pool %q", party)
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
