package braiins

import (
	"encoding/json"
	"errors"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// decodeProfile reads how the account stands. Workers that are low hash; of those
// whose watch is off it does not say whether they do.
func (c *Client) decodeProfile(body []byte) (pool.Standing, error) {
	o := poolwire.ReadObject(body)
	o.Need("btc")
	user, b := o.Text("username"), o.Within("btc")
	scale := c.scale(b)
	b.Need("hash_rate_5m", "hash_rate_24h", "current_balance", "ok_workers")
	s := pool.Standing{
		At:       c.o.Now().UTC(),
		Now:      b.Hashrate("hash_rate_5m", scale),
		Hour:     b.Hashrate("hash_rate_60m", scale),
		Day:      b.Hashrate("hash_rate_24h", scale),
		Active:   b.Count("ok_workers"),
		Inactive: b.Count("off_workers"),
		Unpaid:   b.BTC("current_balance"),
		Stale:    mining.Unknown[float64]("the pool does not tell it"),
		Rejected: mining.Unknown[float64]("the pool does not tell it"),
	}
	if low := b.Count("low_workers"); s.Active.Known && low.Known {
		s.Active.Value += low.Value
	}
	if err := o.As(c.o, "the profile"); err != nil {
		return pool.Standing{}, err
	}
	if user != "" && c.account != "" && !strings.EqualFold(user, c.account) {
		return pool.Standing{}, c.o.Saying(upstream.NoAccount, "the token opens another account", user)
	}
	return s, nil
}

// scale is the factor of the unit that an object names. One that names none
// cannot be read.
func (c *Client) scale(o *poolwire.Object) float64 {
	o.Need("hash_rate_unit")
	f, err := poolwire.Scale(o.Text("hash_rate_unit"))
	if err != nil {
		o.Fail("hash_rate_unit", errors.New("is not a unit of hashrate"))
	}
	form := "number"
	if o.Written("hash_rate_5m") || o.Written("hash_rate_24h") {
		form = "string"
	}
	c.facts.Saw("hashrates", form)
	return f
}

// decodeWorkers reads the map of workers by their full names.
func (c *Client) decodeWorkers(body []byte) ([]pool.Worker, []upstream.Refusal, error) {
	o := poolwire.ReadObject(body)
	o.Need("btc")
	b := o.Within("btc")
	rows := b.NeedMap("workers")
	if err := o.As(c.o, "the map of workers"); err != nil {
		return nil, nil, err
	}
	workers, refused := poolwire.Named(rows, c.decodeWorker)
	return workers, refused, nil
}

func (c *Client) decodeWorker(full string, row json.RawMessage) (pool.Worker, error) {
	o := poolwire.ReadObject(row)
	if !poolwire.IsName(full) {
		return pool.Worker{}, errors.New("the worker has no name, or none that can be one")
	}
	scale := c.scale(o)
	w := pool.Worker{
		ID:        full,
		Name:      poolwire.WorkerName(c.account, full),
		Now:       o.Hashrate("hash_rate_5m", scale),
		Hour:      o.Hashrate("hash_rate_60m", scale),
		Day:       o.Hashrate("hash_rate_24h", scale),
		Stale:     mining.Unknown[float64]("the pool does not tell it"),
		Rejected:  mining.Unknown[float64]("the pool does not tell it"),
		LastShare: o.Unix("last_share", c.o.Now()),
	}
	switch o.Text("state") {
	case "ok":
		w.State = pool.Online
	case "low":
		w.State = pool.Low
	case "off":
		w.State = pool.Offline
	case "dis":
		w.State = pool.Disabled
	default:
		o.Fail("state", errors.New("is none of ok, low, off and dis"))
	}
	return w, o.Err()
}
