package ocean

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// open takes the result out of its envelope. An error comes in its place with
// HTTP 200 too. The mistakes of the result are those of the object around it.
func (c *Client) open(body []byte, what string) (*poolwire.Object, error) {
	o := poolwire.ReadObject(body)
	if o.Has("error") {
		said := o.Text("error")
		kind := upstream.Refused
		switch lower := strings.ToLower(said); {
		case strings.Contains(said, noUser):
			kind = upstream.NoAccount
			c.facts.Saw("unknown address", "HTTP 200")
		case strings.Contains(lower, "rate limit"), strings.Contains(lower, "too many"):
			kind = upstream.RateLimited
		}
		return nil, c.o.Saying(kind, "the pool said", said)
	}
	o.Need("result")
	result := o.Within("result")
	return result, o.As(c.o, what)
}

// decodeStanding reads the hashrates and the snapshot. Numbers are strings, times
// Unix seconds.
func (c *Client) decodeStanding(rates, snap []byte) (pool.Standing, error) {
	now := c.o.Now()
	r, err := c.open(rates, "the hashrates")
	if err != nil {
		return pool.Standing{}, err
	}
	u, err := c.open(snap, "the snapshot")
	if err != nil {
		return pool.Standing{}, err
	}
	r.Need("hashrate_300s", "hashrate_86400s", "active_worker_count")
	u.Need("unpaid")
	s := pool.Standing{
		At:       now.UTC(),
		Now:      r.Hashrate("hashrate_300s", 1),
		Hour:     r.Hashrate("hashrate_3600s", 1),
		Day:      r.Hashrate("hashrate_86400s", 1),
		Active:   r.Count("active_worker_count"),
		Inactive: mining.Unknown[int]("the pool counts the active ones"),
		Unpaid:   u.BTC("unpaid"),
		Stale:    mining.Unknown[float64]("the pool does not tell it"),
		Rejected: mining.Unknown[float64]("the pool does not tell it"),
	}
	if at := r.Unix("snap_ts", now); at.Known {
		s.At = at.Value
	}
	if err := cmp.Or(r.As(c.o, "the hashrates"), u.As(c.o, "the snapshot")); err != nil {
		return pool.Standing{}, err
	}
	return s, nil
}

// decodeCount reads how many workers the pool counts.
func (c *Client) decodeCount(body []byte) (int, error) {
	o, err := c.open(body, "the hashrates")
	if err != nil {
		return 0, err
	}
	o.Need("active_worker_count")
	n := o.Count("active_worker_count")
	return n.Value, o.As(c.o, "the hashrates")
}

// decodeWorkers reads the map of workers by their names.
func (c *Client) decodeWorkers(body []byte) ([]pool.Worker, []upstream.Refusal, error) {
	o, err := c.open(body, "the map of workers")
	if err != nil {
		return nil, nil, err
	}
	rows := o.NeedMap("workers")
	if err := o.As(c.o, "the map of workers"); err != nil {
		return nil, nil, err
	}
	workers, refused := poolwire.Named(rows, c.decodeWorker)
	return workers, refused, nil
}

// decodeWorker reads a worker, an object or a list of one. The pool gives it no
// state: it is online if it hashed within five minutes.
func (c *Client) decodeWorker(full string, row json.RawMessage) (pool.Worker, error) {
	form := "an object"
	var list []json.RawMessage
	if json.Unmarshal(row, &list) == nil {
		form = "a list of one"
		if len(list) != 1 {
			return pool.Worker{}, errors.New("the worker is not one object")
		}
		row = list[0]
	}
	if full != "" && !poolwire.IsName(full) {
		return pool.Worker{}, errors.New("the worker has no name that can be one")
	}
	o := poolwire.ReadObject(row)
	o.Need("hashrate_300s")
	w := pool.Worker{
		ID:        full,
		Name:      poolwire.WorkerName(c.address, full),
		State:     pool.Offline,
		Now:       o.Hashrate("hashrate_300s", 1),
		Hour:      o.Hashrate("hashrate_3600s", 1),
		Day:       o.Hashrate("hashrate_86400s", 1),
		Stale:     mining.Unknown[float64]("the pool does not tell it"),
		Rejected:  mining.Unknown[float64]("the pool does not tell it"),
		LastShare: o.Unix("lastest_share_ts", c.o.Now()),
	}
	if full == "" { // machines that gave no name of their own
		w.ID, w.Name = c.address, c.address
	}
	if w.Now.Known && w.Now.Value > 0 {
		w.State = pool.Online
	}
	if err := o.Err(); err != nil {
		return pool.Worker{}, err
	}
	c.facts.Saw("a worker", form)
	return w, nil
}
