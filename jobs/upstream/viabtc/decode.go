package viabtc

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const notSaid = "the pool did not say"

// checkCoin fails if a row is of another coin than was asked for.
func checkCoin(row *poolwire.Object) error {
	if text := row.Text("coin"); text != "" && !strings.EqualFold(text, coin) {
		return errors.New("the row is of another coin")
	}
	return nil
}

// decodeStanding reads how the account hashes. The pool dates it not.
func decodeStanding(o upstream.Options, answer *poolwire.Object) (pool.Standing, error) {
	data := answer.Within("data")
	data.Need("hashrate_10min", "active_workers")
	s := pool.Standing{
		At:       o.Now().UTC(),
		Now:      data.Hashrate("hashrate_10min", 1),
		Hour:     data.Hashrate("hashrate_1hour", 1),
		Day:      data.Hashrate("hashrate_24hour", 1),
		Active:   data.Count("active_workers"),
		Inactive: data.Count("unactive_workers"),
	}
	if err := answer.As(o, "how the account hashes"); err != nil {
		return pool.Standing{}, err
	}
	if err := checkCoin(data); err != nil {
		return pool.Standing{}, upstream.Errorf(name, upstream.Malformed, "the hashrate is of another coin")
	}
	s.Unpaid.Why, s.Stale.Why, s.Rejected.Why = notSaid, notSaid, notSaid
	return s, nil
}

// decodeBalance reads the balance of bitcoin; unknown if it is not in the list.
func decodeBalance(o upstream.Options, answer *poolwire.Object) (mining.Maybe[units.Sats], error) {
	data := answer.Within("data")
	data.Need("balance")
	rows := data.List("balance")
	if err := answer.As(o, "the account"); err != nil {
		return mining.Unknown[units.Sats](notSaid), err
	}
	for _, raw := range rows {
		row := poolwire.ReadObject(raw)
		of, amount := row.Text("coin"), row.BTC("amount")
		if of != coin && row.Err() == nil {
			continue
		}
		return amount, row.As(o, "the balance")
	}
	return mining.Unknown[units.Sats]("the account has no balance of bitcoin"), nil
}

// worker is a worker and the part of its shares that was refused, which is a
// fraction or percent.
type worker struct {
	pool.Worker
	reject upstream.Number
}

func decodeWorker(row *poolwire.Object, now time.Time) (worker, bool, error) {
	w := worker{
		Worker: pool.Worker{
			ID:        row.Text("worker_id"),
			Name:      row.Text("worker_name"),
			Now:       row.Hashrate("hashrate_10min", 1),
			Hour:      row.Hashrate("hashrate_1hour", 1),
			Day:       row.Hashrate("hashrate_24hour", 1),
			LastShare: row.Unix("last_active", now),
		},
		reject: row.Number("reject_rate"),
	}
	w.Stale.Why = notSaid
	status := row.Text("worker_status")
	switch {
	case w.ID == "" || w.Name == "":
		return w, false, errors.New("the worker has no id or no name")
	case !(w.reject.V >= 0 && w.reject.V <= 100):
		return w, false, fmt.Errorf("reject_rate: %g is neither a fraction nor percent", w.reject.V)
	case status == "active":
		w.State = pool.Online
	case status == "unactive":
		w.State = pool.Offline
	default:
		return w, false, errors.New("the worker is neither active nor unactive")
	}
	return w, true, nil
}

// workers settles whether the parts of refused shares are fractions or percent:
// one above 1 can only be percent, and then all are, from then on.
func (c *Client) workers(rows []worker) []pool.Worker {
	const fact = "the part of refused shares"
	for _, w := range rows {
		if w.reject.V > 1 {
			c.percent.Store(true)
		}
	}
	scale := 1.0
	if c.percent.Load() {
		scale = 0.01
		c.facts.Saw(fact, "percent")
	} else if len(rows) > 0 {
		c.facts.Saw(fact, "none above 1, read as fractions")
	}
	list := make([]pool.Worker, 0, len(rows))
	for _, w := range rows {
		w.Rejected = mining.Unknown[float64](notSaid)
		if w.reject.Known {
			w.Rejected = mining.Of(w.reject.V * scale)
		}
		list = append(list, w.Worker)
	}
	return list
}
