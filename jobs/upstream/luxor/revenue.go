package luxor

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// allBitcoin is all there will ever be.
const allBitcoin = 21_000_000 * units.SatsPerBTC

// days adds up what belongs to a day of UTC. A day of which a row cannot be read
// has no sum.
type days struct {
	sums map[time.Time]units.Sats
	bad  map[time.Time]bool
	kind map[string]bool // of a day that were added already
}

func newDays() *days {
	return &days{sums: make(map[time.Time]units.Sats), bad: make(map[time.Time]bool), kind: make(map[string]bool)}
}

// add adds a part of a day under a name of its own. It fails if the day has one of
// that name, or if its sum cannot be.
func (d *days) add(day time.Time, part string, sats units.Sats) error {
	key := day.Format(time.DateOnly) + " " + part
	if d.kind[key] {
		d.bad[day] = true
		return errors.New("the day has an amount of this kind already")
	}
	d.kind[key] = true
	if d.sums[day]+sats > allBitcoin {
		d.bad[day] = true
		return errors.New("the day has more than all bitcoin")
	}
	d.sums[day] += sats
	return nil
}

// earnings are the days of which all is known. What is deducted is not told.
func (d *days) earnings(now time.Time) []pool.Earning {
	var list []pool.Earning
	for day, sum := range d.sums {
		if d.bad[day] {
			continue
		}
		to := day.AddDate(0, 0, 1)
		list = append(list, pool.Earning{
			Ref: day.Format(time.DateOnly), From: day, To: to, Net: sum, Open: to.After(now),
			Fee:      mining.Unknown[units.Sats]("the pool does not tell it"),
			Fees:     mining.Unknown[units.Sats]("the pool does not tell it"),
			Hashrate: mining.Unknown[units.Hashrate]("the pool does not tell the day's hashrate"),
		})
	}
	return list
}

// decodeRevenue adds up each day's revenue of all types. It is false if a row
// names no day, as those of the vendor's stand-in do not.
func (c *Client) decodeRevenue(rows []json.RawMessage) ([]pool.Earning, []upstream.Refusal, bool) {
	sums := newDays()
	dated := true
	_, refused := poolwire.Rows(rows, func(o *poolwire.Object) (struct{}, bool, error) {
		if o.Err() == nil && !o.Has("date_time") {
			dated = false
			return struct{}{}, false, nil
		}
		day := midnight(o.ISO("date_time", c.o.Now()))
		if !day.Known {
			return struct{}{}, false, errors.New("the day is missing")
		}
		o.Need("revenue")
		r := o.Within("revenue")
		sum := r.BTC("revenue")
		if currency := r.Text("currency_type"); currency != "BTC" && currency != "" {
			r.Fail("currency_type", errors.New("is not BTC"))
		}
		part := r.Text("revenue_type")
		if o.Err() != nil || !sum.Known {
			sums.bad[day.Value] = true
			return struct{}{}, false, errors.New("the revenue is missing")
		}
		return struct{}{}, true, sums.add(day.Value, part, sum.Value)
	})
	return sums.earnings(c.o.Now()), refused, dated
}

// credits makes the days out of transactions. A credit comes when the day of which
// it is has ended: it belongs to the one before its own.
func (c *Client) credits(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	rows, err := c.transactions(ctx, from, to.AddDate(0, 0, 1))
	if err != nil {
		return nil, nil, err
	}
	sums := newDays()
	_, refused := poolwire.Rows(rows, func(o *poolwire.Object) (struct{}, bool, error) {
		t := c.readTransaction(o)
		if t.kind != credit && o.Err() == nil {
			return struct{}{}, false, nil
		}
		day := midnight(t.at)
		if !day.Known {
			return struct{}{}, false, errors.New("the day is missing")
		}
		before := day.Value.AddDate(0, 0, -1)
		if o.Err() != nil || !t.sats.Known {
			sums.bad[before] = true
			return struct{}{}, false, errors.New("the amount is missing")
		}
		return struct{}{}, true, sums.add(before, t.id, t.sats.Value)
	})
	return sums.earnings(c.o.Now()), refused, nil
}

// midnight is the beginning of a time's day.
func midnight(at mining.Maybe[time.Time]) mining.Maybe[time.Time] {
	if at.Known {
		at.Value = at.Value.Truncate(24 * time.Hour)
	}
	return at
}

// withHashrates writes the days' hashrates into earnings and returns the rows it
// refused. Where the pool no longer tells them they stay unknown.
func (c *Client) withHashrates(ctx context.Context, span url.Values, earnings []pool.Earning) ([]upstream.Refusal, error) {
	asked := url.Values{"tick_size": {"1d"}}
	for k, v := range span {
		asked[k] = v
	}
	rows, err := c.either(ctx, "hashrate_efficiency", daysPaths(), asked)
	if poolwire.Is404(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rates, refused := c.decodeDays(rows)
	rates.Into(earnings)
	return refused, nil
}

func (c *Client) decodeDays(rows []json.RawMessage) (poolwire.Rates, []upstream.Refusal) {
	return poolwire.DailyRates(rows, func(o *poolwire.Object) (mining.Maybe[time.Time], mining.Maybe[units.Hashrate]) {
		return midnight(o.ISO("date_time", c.o.Now())), o.Hashrate("hashrate", 1)
	})
}
