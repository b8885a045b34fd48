package f2pool

import (
	"errors"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const notSaid = "the pool did not say"

// decodeStanding joins what the pool says of the user's hashing and of its
// balance. Neither is dated.
func decodeStanding(o upstream.Options, hashes, balance *poolwire.Object) (pool.Standing, error) {
	info, assets := hashes.Within("info"), balance.Within("balance_info")
	info.Need("hash_rate")
	assets.Need("balance")
	s := pool.Standing{
		At:     o.Now().UTC(),
		Now:    info.Hashrate("hash_rate", 1),
		Hour:   info.Hashrate("h1_hash_rate", 1),
		Day:    info.Hashrate("h24_hash_rate", 1),
		Unpaid: assets.BTC("balance"),
	}
	s.Stale = fraction(info.Hashrate("h24_stale_hash_rate", 1), s.Day)
	if err := hashes.As(o, "how the user hashes"); err != nil {
		return pool.Standing{}, err
	}
	if err := balance.As(o, "the balance"); err != nil {
		return pool.Standing{}, err
	}
	s.Active.Why, s.Inactive.Why, s.Rejected.Why = notSaid, notSaid, notSaid
	return s, nil
}

// fraction is the part of all shares that came late, where the hashrate of those
// that did not is told beside it.
func fraction(late, good mining.Maybe[units.Hashrate]) mining.Maybe[float64] {
	if !late.Known || !good.Known {
		return mining.Unknown[float64](notSaid)
	}
	all := late.Value + good.Value
	if all == 0 {
		return mining.Unknown[float64]("there were no shares")
	}
	return mining.Of(float64(late.Value / all))
}

func decodeWorkers(o upstream.Options, facts *poolwire.Facts, answer *poolwire.Object, account string) ([]pool.Worker, []upstream.Refusal, error) {
	answer.Need("workers")
	rows := answer.List("workers")
	if err := answer.As(o, "the list of workers"); err != nil {
		return nil, nil, err
	}
	if rows == nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the list of workers is missing")
	}
	workers, refused := poolwire.Rows(rows, func(row *poolwire.Object) (pool.Worker, bool, error) {
		return decodeWorker(o, facts, row, account)
	})
	return poolwire.Sorted(workers, poolwire.Together), refused, nil
}

func decodeWorker(o upstream.Options, facts *poolwire.Facts, row *poolwire.Object, account string) (pool.Worker, bool, error) {
	info := row.Within("hash_rate_info")
	id := info.Text("name")
	w := pool.Worker{
		ID:        id,
		Name:      poolwire.WorkerName(account, id),
		Now:       info.Hashrate("hash_rate", 1),
		Hour:      info.Hashrate("h1_hash_rate", 1),
		Day:       info.Hashrate("h24_hash_rate", 1),
		LastShare: row.Unix("last_share_at", o.Now()),
	}
	w.Stale = fraction(info.Hashrate("h24_stale_hash_rate", 1), w.Day)
	w.Rejected.Why = notSaid
	status, whole := row.Number("status").Int()
	switch {
	case id == "":
		return w, false, errors.New("the worker has no name")
	case !whole:
		return w, false, errors.New("the worker has no status")
	case !w.Now.Known:
		return w, false, errors.New("the worker has no hashrate")
	}
	w.State = state(facts, status, w.Now.Value > 0)
	return w, true, nil
}

// state reads the status of a worker: 0 is online, any other is offline. No
// document confirms it, so what hashes under which status is noted, and hashing
// weighs more than the number.
func state(facts *poolwire.Facts, status int64, hashes bool) pool.WorkerState {
	switch {
	case status == 0 && hashes:
		facts.Saw("the status of a worker", "0, and it hashes")
		return pool.Online
	case status == 0:
		facts.Saw("the status of a worker", "0, and it does not hash")
		return pool.Online
	case hashes:
		facts.Saw("the status of a worker", "not 0, and it hashes")
		return pool.Online
	}
	facts.Saw("the status of a worker", "not 0, and it does not hash")
	return pool.Offline
}
