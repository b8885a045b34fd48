package foundry

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// list reads an answer that is a list and nothing around it.
func (c *Client) list(body []byte, what string) ([]json.RawMessage, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil || rows == nil {
		return nil, upstream.Errorf(name, upstream.Malformed, "%s are not a list", what)
	}
	return rows, nil
}

func (c *Client) decodeEarnings(body []byte, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	rows, err := c.list(body, "the earnings")
	if err != nil {
		return nil, nil, err
	}
	earnings, refused := poolwire.ReadEarnings(rows, c.decodeEarning, from, to)
	return earnings, refused, nil
}

// decodeEarning reads a day. totalAmount is what is left after feeAmount. The end
// of the current day may be told as the present: the day is known by its beginning.
func (c *Client) decodeEarning(o *poolwire.Object) (pool.Earning, bool, error) {
	now := c.o.Now()
	start, net := o.ISO("startTime", now), o.BTC("totalAmount")
	e := pool.Earning{
		Net:      net.Value,
		Fee:      o.BTC("feeAmount"),
		Fees:     o.BTC("txFeeRewardAmount"),
		Hashrate: o.Hashrate("hashrate", gh),
	}
	if !start.Known || !net.Known {
		return e, false, errors.New("the day or its amount is missing")
	}
	var err error
	if e.From, e.To, err = poolwire.Day(start.Value); err != nil {
		return e, false, err
	}
	e.Ref, e.Open = e.From.Format(time.DateOnly), e.To.After(now)
	if !e.Open {
		const second = time.Second // some write a day's end as 23:59:59
		end := o.ISO("endTime", now)
		if end.Known && (end.Value.After(e.To) || e.To.Sub(end.Value) > second) {
			return e, false, errors.New("the day does not end at midnight")
		}
	}
	return e, true, nil
}

func (c *Client) decodePayouts(body []byte, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	rows, err := c.list(body, "the transactions")
	if err != nil {
		return nil, nil, err
	}
	payouts, refused := poolwire.ReadPayouts(rows, c.decodePayout, from, to)
	return payouts, refused, nil
}

// decodePayout reads a transaction. What its types are is nowhere documented: one
// that names an address or a transaction of the chain went out, and so did one
// whose type says so. Others, as the daily credits, give nothing.
func (c *Client) decodePayout(o *poolwire.Object) (pool.Payout, bool, error) {
	now := c.o.Now()
	o.Need("time", "amount", "type")
	kind, amount, at := o.Text("type"), o.SignedBTC("amount"), o.ISO("time", now)
	sent := o.ISO("broadcastTime", now)
	p := pool.Payout{
		At: at.Value, Sats: amount.Value,
		Fee:   mining.Unknown[units.Sats]("the pool does not say"),
		State: pool.Queued, TxID: o.Text("txId"), Address: o.Text("address"),
	}
	if err := o.Err(); err != nil {
		return p, false, err
	}
	out := p.TxID != "" || p.Address != "" || isPayout(kind)
	c.facts.Saw("type of a transaction", cmp.Or(kind, "none")+word(out, ", paid out", ", not paid out"))
	switch {
	case !out:
		return p, false, nil
	case !at.Known || !amount.Known || p.Sats == 0:
		return p, false, errors.New("the payment has no time or no amount")
	}
	c.facts.Saw("sign of a payment", word(p.Sats < 0, "negative", "positive"))
	p.Sats = max(p.Sats, -p.Sats)
	if p.TxID != "" || sent.Known {
		p.State = pool.Sent
	}
	p.Ref = p.At.Format(time.RFC3339Nano) + "/" + p.Address // the transaction's id comes later
	return p, true, nil
}

// isPayout says whether a type is a word for a payment to the miner.
func isPayout(kind string) bool {
	kind = strings.ToLower(kind)
	return strings.Contains(kind, "withdraw") || strings.Contains(kind, "payout") || strings.Contains(kind, "payment")
}

func word(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}
