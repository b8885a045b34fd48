package luxor

import (
	"cmp"
	"errors"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// decodeSummary reads how the subaccount stands. Hashrates are strings, H/s.
func (c *Client) decodeSummary(body []byte) (pool.Standing, error) {
	o := poolwire.ReadObject(body)
	o.Need("hashrate_5m", "hashrate_24h", "active_miners", "balance")
	s := pool.Standing{
		At:       c.o.Now().UTC(),
		Now:      o.Hashrate("hashrate_5m", 1),
		Hour:     o.Hashrate("hashrate_1h", 1),
		Day:      o.Hashrate("hashrate_24h", 1),
		Active:   o.Count("active_miners"),
		Inactive: mining.Unknown[int]("the summary does not tell it"),
		Unpaid:   c.balance(o),
		Rejected: mining.Unknown[float64]("the pool does not tell it"),
	}
	s.Stale = part(o.Hashrate("hashrate_stale_24h", 1), s.Day)
	known := c.knows(o)
	if err := o.As(c.o, "the summary"); err != nil {
		return pool.Standing{}, err
	}
	if !known {
		return pool.Standing{}, upstream.Errorf(name, upstream.NoAccount, "the summary is of other subaccounts than the one that was asked for")
	}
	return s, nil
}

// balance is the sum in bitcoin among the balances.
func (c *Client) balance(o *poolwire.Object) mining.Maybe[units.Sats] {
	found := mining.Unknown[units.Sats]("the pool told no balance in bitcoin")
	for _, row := range o.List("balance") {
		b := poolwire.ReadObject(row)
		if sum := b.BTC("revenue"); b.Text("currency_type") == "BTC" && !found.Known {
			found = sum
		}
		if err := b.Err(); err != nil {
			o.Fail("balance:", err)
		}
	}
	return found
}

// knows says whether the summary is of the subaccount, if it says of which it is.
func (c *Client) knows(o *poolwire.Object) bool {
	if !o.Has("subaccounts") {
		return true
	}
	for _, row := range o.List("subaccounts") {
		if strings.EqualFold(poolwire.ReadObject(row).Text("name"), c.account) {
			return true
		}
	}
	return false
}

// part is late work as a fraction of all: both are hashrates.
func part(late, good mining.Maybe[units.Hashrate]) mining.Maybe[float64] {
	if !late.Known || !good.Known || late.Value+good.Value <= 0 {
		return mining.Unknown[float64]("the pool did not say, or nothing hashed")
	}
	return mining.Of(float64(late.Value / (late.Value + good.Value)))
}

// decodeWorker reads a worker. Its one hashrate is taken for the present one.
func (c *Client) decodeWorker(o *poolwire.Object) (pool.Worker, bool, error) {
	w := pool.Worker{
		ID:        o.Text("id"),
		Name:      poolwire.WorkerName(c.account, o.Text("name")),
		Now:       o.Hashrate("hashrate", 1),
		Hour:      mining.Unknown[units.Hashrate]("the pool tells one hashrate of a worker"),
		Day:       mining.Unknown[units.Hashrate]("the pool tells one hashrate of a worker"),
		Stale:     o.Share("stale_shares", 1),
		Rejected:  o.Share("rejected_shares", 1),
		LastShare: o.ISO("last_share_time", c.o.Now()),
	}
	if w.Name == "" {
		return w, false, errors.New("the worker has no name")
	}
	if sub := o.Text("subaccount_name"); sub != "" && !strings.EqualFold(sub, c.account) {
		return w, false, errors.New("the worker is of another subaccount")
	}
	w.ID = cmp.Or(w.ID, w.Name)
	switch o.Text("status") {
	case "ACTIVE":
		w.State = pool.Online
	case "INACTIVE":
		w.State = pool.Offline
	case "UNSPECIFIED": // its hashrate tells
		c.facts.Saw("status of a worker", "UNSPECIFIED")
		w.State = pool.Offline
		if w.Now.Known && w.Now.Value > 0 {
			w.State = pool.Online
		}
	default:
		o.Fail("status", errors.New("is neither ACTIVE nor INACTIVE"))
	}
	return w, true, nil
}
