package antpool

import (
	"errors"
	"fmt"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream/poolwire"
)

// The fields of the rows of paymentHistoryV2 are not in any document that could
// be read. Public clients of it, which agree, show "timestamp" and a hashrate as
// text with one amount for each way of paying for what was received, and "id",
// "timestamp", "walletAddress", "txId" and "amount" for what was paid out.

// when is the time of a row.
func (c *Client) when(row *poolwire.Object) (mining.Maybe[time.Time], error) {
	at, form, err := readTime(row, c.o.Now(), "timestamp", "time", "date")
	if at.Known {
		c.facts.Saw("the time of a payment", form)
	}
	return at, err
}

// seen is when a worker's last share came; unknown if there was none.
func (c *Client) seen(row *poolwire.Object) (mining.Maybe[time.Time], error) {
	at, form, err := readTime(row, c.o.Now(), "sharelasttime")
	if at.Known {
		c.facts.Saw("the time of the last share", form)
	}
	return at, err
}

// earning reads what was received for a day of UTC.
func (c *Client) earning(row *poolwire.Object) (pool.Earning, bool, error) {
	at, err := c.when(row)
	if err != nil {
		return pool.Earning{}, false, err
	}
	net, err := c.received(row)
	if err != nil {
		return pool.Earning{}, false, err
	}
	e := pool.Earning{Net: net, Fees: row.BTC("fppsfeeamount")}
	if e.Hashrate, err = readRate(row, "hashrate"); err != nil {
		return e, false, err
	}
	if !at.Known {
		return e, false, errors.New("the row names no day")
	}
	e.From = at.Value.Truncate(24 * time.Hour)
	form := "its time is midnight UTC"
	if !e.From.Equal(at.Value) {
		form = "its time lies within a day of UTC"
	}
	c.facts.Saw("the day of an earning", form)
	e.To = e.From.AddDate(0, 0, 1)
	e.Ref, e.Open = e.From.Format(time.DateOnly), e.To.After(c.o.Now())
	e.Fee.Why = notSaid
	return e, true, nil
}

// received is the sum of a row: one amount, or those of all ways of paying.
func (c *Client) received(row *poolwire.Object) (units.Sats, error) {
	const fact = "the sum of an earning"
	if key := first(row, "amount", "totalamount"); key != "" {
		c.facts.Saw(fact, key)
		return row.BTC(key).Value, nil
	}
	var sum units.Sats
	found := false
	for _, key := range []string{"ppsamount", "pplnsamount", "soloamount", "ppappsamount", "ppapplnsamount", "fppsblockamount", "fppsfeeamount"} {
		part := row.BTC(key)
		found = found || part.Known
		sum += part.Value
	}
	switch {
	case !found:
		return 0, errors.New("the row has no sum")
	case sum > 21_000_000*units.SatsPerBTC:
		return 0, errors.New("the sum is more than all bitcoin")
	}
	c.facts.Saw(fact, "an amount of each way of paying")
	return sum, nil
}

// payout reads a payment.
func (c *Client) payout(row *poolwire.Object) (pool.Payout, bool, error) {
	at, err := c.when(row)
	if err != nil {
		return pool.Payout{}, false, err
	}
	sum := row.BTC(c.named(row, "the sum of a payout", "amount", "payamount"))
	p := pool.Payout{
		At:      at.Value,
		Sats:    sum.Value,
		State:   pool.Sent,
		TxID:    poolwire.TxID(row.Text(c.named(row, "the transaction of a payout", "txid", "tx_id", "txhash", "tx"))),
		Address: row.Text(c.named(row, "the address of a payout", "walletaddress", "address")),
	}
	p.Fee.Why = notSaid
	switch {
	case !at.Known:
		return p, false, errors.New("the payment has no time")
	case p.Sats == 0:
		return p, false, errors.New("the payment has no sum")
	}
	if p.Ref = row.Text("id"); p.Ref == "" {
		p.Ref = p.TxID
	}
	if p.Ref == "" { // two payments at one moment of one sum do not happen
		p.Ref = fmt.Sprintf("%s %d", p.At.Format(time.RFC3339), p.Sats)
	}
	return p, true, nil
}

// named is first, and notes which name it was.
func (c *Client) named(row *poolwire.Object, fact string, keys ...string) string {
	key := first(row, keys...)
	if key == "" {
		c.facts.Saw(fact, "under no known name")
		return key
	}
	c.facts.Saw(fact, key)
	return key
}
