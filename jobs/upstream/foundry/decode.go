package foundry

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// decodeStanding reads the statistics and the balance. Stale and rejected shares
// are told of quarters of an hour and of hours, not of a day.
func (c *Client) decodeStanding(stats, balance []byte) (pool.Standing, error) {
	now := c.o.Now()
	o, b := poolwire.ReadObject(stats), poolwire.ReadObject(balance)
	o.Need("activeWorkers", "hashrate5minAvg", "hashrate24hrAvg")
	b.Need("balance")
	s := pool.Standing{
		At:       now.UTC(),
		Now:      o.Hashrate("hashrate5minAvg", gh),
		Hour:     o.Hashrate("hashrate1hrAvg", gh),
		Day:      o.Hashrate("hashrate24hrAvg", gh),
		Active:   o.Count("activeWorkers"),
		Inactive: added(o.Count("offline15MinWorkerCount"), o.Count("offline24HrWorkerCount")),
		Unpaid:   b.BTC("balance"),
		Stale:    mining.Unknown[float64]("the pool tells it of an hour, not of a day"),
		Rejected: mining.Unknown[float64]("the pool tells it of an hour, not of a day"),
	}
	if at := o.ISO("updatedAt", now); at.Known {
		s.At = at.Value
	}
	if err := cmp.Or(o.As(c.o, "the statistics"), b.As(c.o, "the balance")); err != nil {
		return pool.Standing{}, err
	}
	return s, nil
}

// added is the workers that are silent for less than a day and those that are
// for longer.
func added(a, b mining.Maybe[int]) mining.Maybe[int] {
	switch {
	case !a.Known:
		return a
	case !b.Known:
		return b
	}
	return mining.Of(a.Value + b.Value)
}

func (c *Client) decodeWorkers(body []byte) ([]pool.Worker, []upstream.Refusal, error) {
	o := poolwire.ReadObject(body)
	o.Need("totalWorkerCount")
	rows, total := o.NeedList("workersList"), o.Count("totalWorkerCount")
	if err := o.As(c.o, "the list of workers"); err != nil {
		return nil, nil, err
	}
	if err := poolwire.Whole(name, total.Value, len(rows), 0); err != nil {
		return nil, nil, err
	}
	if len(rows) < total.Value { // all were asked for at once
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "it counts %d workers and lists %d", total.Value, len(rows))
	}
	workers, refused := poolwire.Rows(rows, c.decodeWorker)
	return poolwire.Sorted(workers, poolwire.Together), refused, nil
}

func (c *Client) decodeWorker(o *poolwire.Object) (pool.Worker, bool, error) {
	now := c.o.Now()
	w := pool.Worker{
		ID:        o.Text("workerId"),
		Name:      poolwire.WorkerName(c.account, o.Text("workerName")),
		State:     pool.Offline,
		Now:       o.Hashrate("hashrate_5m", gh),
		Hour:      o.Hashrate("hashrate_1h", gh),
		Day:       mining.Unknown[units.Hashrate]("the pool tells no day of a worker here"),
		Stale:     o.Share("stale15mPercent", 0.01),
		Rejected:  o.Share("reject15mPercent", 0.01),
		LastShare: o.ISO("lastShareTime", now),
	}
	if w.Name == "" {
		return w, false, errors.New("the worker has no name")
	}
	w.ID = cmp.Or(w.ID, w.Name)
	at := now
	if told := o.ISO("updatedAt", now); told.Known {
		at = told.Value
	}
	if w.LastShare.Known && at.Sub(w.LastShare.Value) < recent {
		w.State = pool.Online
	}
	return w, true, nil
}

// noteRefusal notes what stands in the body of an error, which no document says.
func (c *Client) noteRefusal(err error) {
	var e *upstream.Error
	if !errors.As(err, &e) || e.Status < 400 {
		return
	}
	form := "nothing, or a long text"
	if _, said, ok := strings.Cut(e.Msg, ": "); ok {
		form = "text"
		if strings.HasPrefix(said, "{") {
			form = "an object"
		}
	}
	c.facts.Saw(fmt.Sprintf("body of HTTP %d", e.Status), form)
}
