package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/handlers/signin"
	"switchyard/jobs/demo"
	"switchyard/jobs/simulate"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/pools"
	"switchyard/jobs/upstream/poolwire"
)

// simulation is the demo's world and the servers that speak for it.
type simulation struct {
	world   *simulate.World
	servers *simulate.Servers
}

// simulated begins the simulated world and writes what is missing of the company
// that lives in it.
func simulated(ctx context.Context, s *store, seals seals, log *slog.Logger, stop *stopper) (*simulation, error) {
	world := simulate.NewWorld(simulate.Config{Origin: s.world.Origin, Seed: s.world.Seed, Now: time.Now})
	accounts, err := demo.PoolAccounts(world)
	if err != nil {
		return nil, fmt.Errorf("make the demo's accounts at pools: %w", err)
	}
	if err := demo.Seed(ctx, s.db, world, accounts, seals.pool); err != nil {
		return nil, err
	}
	servers, err := simulate.Serve(world, log, accounts...)
	if err != nil {
		return nil, fmt.Errorf("start the simulated upstreams: %w", err)
	}
	stop.add("simulator", func() {
		if err := servers.Close(); err != nil {
			log.Warn("simulator not closed", "error", err)
		}
	})
	sim := &simulation{world, servers}
	if err := demo.Ledger(ctx, s.db, world, sim.client(accounts)); err != nil {
		return nil, err
	}
	return sim, nil
}

// client makes the clients of the demo's accounts.
func (s *simulation) client(accounts []*simulate.PoolAccount) func(pool.Account) (poolwire.Client, error) {
	return func(a pool.Account) (poolwire.Client, error) {
		for _, known := range accounts {
			if known.Party == a.Party && known.Account == a.Account {
				o := upstream.Options{BaseURL: s.servers.PoolURL(a.Party), Rate: 1e6, Burst: 1}
				return pools.New(o, a.Party, pool.Access{Account: a.Account, Key: known.Key, Secret: known.Secret})
			}
		}
		return nil, fmt.Errorf("the demo has no account %s at %s", a.Account, a.Party)
	}
}

// endpoints are where the simulated upstreams are.
func (s *simulation) endpoints() map[string]Endpoint {
	list := make(map[string]Endpoint)
	for _, name := range upstreams {
		list[name] = Endpoint{URL: s.servers.URL(name), WSURL: s.servers.WSURL(name)}
	}
	for _, f := range pool.Parties() {
		list[string(f.Party)] = Endpoint{URL: s.servers.PoolURL(f.Party)}
	}
	return list
}

// miners starts the demo's machines and returns how to call one.
func (s *simulation) miners(log *slog.Logger, stop *stopper) (func(ctx context.Context, network, address string) (net.Conn, error), error) {
	standing, err := demo.Machines()
	if err != nil {
		return nil, fmt.Errorf("read the demo's machines: %w", err)
	}
	miners := simulate.NewMiners(s.world, standing, log)
	stop.add("simulated miners", func() {
		if err := miners.Close(); err != nil {
			log.Warn("simulated miners not closed", "error", err)
		}
	})
	return miners.Dial, nil
}

// pool seals what opens an account at a pool.
func (s seals) pool(account int64, o pool.Opening) (pool.SealedKey, error) {
	plain, err := o.Pack()
	if err != nil {
		return pool.SealedKey{}, fmt.Errorf("pack the key of account %d: %w", account, err)
	}
	id, sealed, err := s.ring.Seal(signin.ForPool, strconv.FormatInt(account, 10), plain)
	return pool.SealedKey{SealID: id, Sealed: sealed}, err
}
