package antpool

import (
	"cmp"
	"encoding/json"
	"errors"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// decodeStanding reads the overview of an account. The pool dates it not.
func decodeStanding(o upstream.Options, data json.RawMessage) (pool.Standing, error) {
	f := poolwire.ReadObject(fold(data))
	f.Need("hslast10m", "activeworkernum")
	s := pool.Standing{At: o.Now().UTC(), Active: f.Count("activeworkernum"), Unpaid: f.BTC("unpaidamount")}
	s.Inactive = both(f.Count("inactiveworkernum"), f.Count("invalidworkernum"))
	var err1, err2, err3 error
	s.Now, err1 = readRate(f, "hslast10m", "hslast10min")
	s.Hour, err2 = readRate(f, "hslast1h")
	s.Day, err3 = readRate(f, "hslast1d")
	s.Stale.Why, s.Rejected.Why = notSaid, notSaid
	if err := f.As(o, "the overview of the account"); err != nil {
		return pool.Standing{}, err
	}
	if err := cmp.Or(err1, err2, err3); err != nil {
		return pool.Standing{}, o.Saying(upstream.Malformed, "the overview of the account is not as documented", err.Error())
	}
	return s, nil
}

// both is the sum of two counts, unknown if one is.
func both(a, b mining.Maybe[int]) mining.Maybe[int] {
	if !a.Known {
		return a
	}
	if !b.Known {
		return b
	}
	return mining.Of(a.Value + b.Value)
}

// worker reads a worker. Its row does not tell whether it is on: it is if it has
// hashed within ten minutes.
func (c *Client) worker(row *poolwire.Object) (pool.Worker, bool, error) {
	id := row.Text("workerid")
	w := pool.Worker{ID: id, Name: poolwire.WorkerName(c.access.Account, id), State: pool.Offline}
	var err1, err2, err3, err4, err5 error
	w.Now, err1 = readRate(row, "hslast10min", "hslast10m")
	w.Hour, err2 = readRate(row, "hslast1h")
	w.Day, err3 = readRate(row, "hslast1d")
	w.LastShare, err4 = c.seen(row)
	w.Rejected, err5 = c.rejected(row)
	w.Stale.Why = notSaid
	switch err := cmp.Or(err1, err2, err3, err4, err5); {
	case err != nil:
		return w, false, err
	case id == "":
		return w, false, errors.New("the worker has no id")
	case !w.Now.Known:
		return w, false, errors.New("the worker has no hashrate")
	case w.Now.Value > 0:
		w.State = pool.Online
	}
	return w, true, nil
}

// rejected is the part of a worker's shares that was refused. Neither whether it
// is a fraction or percent nor whether it is a text is confirmed.
func (c *Client) rejected(row *poolwire.Object) (mining.Maybe[float64], error) {
	const key = "rejectratio"
	part, form, err := readPart(row, key)
	if err != nil || !part.Known {
		return mining.Unknown[float64](notSaid), err
	}
	c.facts.Saw("the part of refused shares", form)
	return poolwire.Share(part)
}
