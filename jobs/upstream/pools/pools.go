// Package pools names the client of every mining pool.
package pools

import (
	"fmt"

	"switchyard/econ/mining/pool"
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

// New is the client of an account at a pool. A pool without one is an error.
func New(o upstream.Options, party pool.Party, a pool.Access) (poolwire.Client, error) {
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
