package braiins

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

func (c *Client) decodeRewards(body []byte, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	o := poolwire.ReadObject(body)
	rows := o.Within("btc").NeedList("daily_rewards")
	if err := o.As(c.o, "the daily rewards"); err != nil {
		return nil, nil, err
	}
	earnings, refused := poolwire.ReadEarnings(rows, c.decodeReward, from, to)
	return earnings, refused, nil
}

// decodeReward reads a day. total_reward is what the account is credited with; the
// pool's fee and the part of transaction fees are not told.
func (c *Client) decodeReward(o *poolwire.Object) (pool.Earning, bool, error) {
	now := c.o.Now()
	day, net := o.Unix("date", now), o.BTC("total_reward")
	e := pool.Earning{
		Net:      net.Value,
		Fee:      mining.Unknown[units.Sats]("the pool does not tell it"),
		Fees:     mining.Unknown[units.Sats]("the pool does not tell it"),
		Hashrate: mining.Unknown[units.Hashrate]("the pool does not tell the day's hashrate"),
	}
	if !day.Known || !net.Known {
		return e, false, errors.New("the day or its reward is missing")
	}
	var err error
	if e.From, e.To, err = poolwire.Day(day.Value); err != nil {
		return e, false, err
	}
	e.Ref, e.Open = e.From.Format(time.DateOnly), e.To.After(now)
	return e, true, nil
}

// decodeDaily reads the hashrates of days. The pool may send more days than were
// asked for.
func (c *Client) decodeDaily(body []byte) (poolwire.Rates, []upstream.Refusal, error) {
	o := poolwire.ReadObject(body)
	rows := o.NeedList("btc")
	if err := o.As(c.o, "the daily hashrates"); err != nil {
		return nil, nil, err
	}
	rates, refused := poolwire.DailyRates(rows, func(o *poolwire.Object) (mining.Maybe[time.Time], mining.Maybe[units.Hashrate]) {
		return o.Unix("date", c.o.Now()), o.Hashrate("hash_rate_24h", c.scale(o))
	})
	return rates, refused, nil
}

// decodePayouts reads both lists of payments, bare as documented or wrapped as
// every other answer is.
func (c *Client) decodePayouts(body []byte, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	o := poolwire.ReadObject(body)
	at, form := o, "bare"
	if o.Has("btc") {
		at, form = o.Within("btc"), "wrapped"
	}
	chain := at.NeedList("onchain")
	lightning := at.List("lightning") // an older answer lacks it
	if err := o.As(c.o, "the payouts"); err != nil {
		return nil, nil, err
	}
	c.facts.Saw("payouts", form)
	payouts, refused := poolwire.Rows(chain, func(o *poolwire.Object) (pool.Payout, bool, error) { return c.decodePayout(o, false) })
	more, bad := poolwire.Rows(lightning, func(o *poolwire.Object) (pool.Payout, bool, error) { return c.decodePayout(o, true) })
	payouts, twice := poolwire.Payouts(append(payouts, more...), from, to)
	return payouts, append(append(refused, bad...), twice...), nil
}

// decodePayout reads a payment. It is named by when and to where it was asked for:
// the transaction's id comes later.
func (c *Client) decodePayout(o *poolwire.Object, offNet bool) (pool.Payout, bool, error) {
	now := c.o.Now()
	asked, done := o.Unix("requested_at_ts", now), o.Unix("resolved_at_ts", now)
	sats := o.Satoshi("amount_sats")
	p := pool.Payout{
		At: asked.Value, Sats: sats.Value, Fee: o.Satoshi("fee_sats"),
		TxID: o.Text("tx_id"), Address: o.Text("destination"), OffNet: offNet,
	}
	if !asked.Known || !sats.Known || p.Sats == 0 {
		return p, false, errors.New("the payment has no time or no amount")
	}
	p.Ref = fmt.Sprintf("%d/%s", p.At.Unix(), cmp.Or(p.Address, o.Text("invoice"), o.Text("financial_account_name")))
	if offNet {
		p.Ref, p.TxID = "lightning/"+p.Ref, ""
	}
	if done.Known {
		p.At = done.Value
	}
	switch o.Text("status") {
	case "queued":
		p.State = pool.Queued
	case "confirmed":
		p.State = pool.Sent
	case "failed":
		p.State = pool.Failed
	default:
		o.Fail("status", errors.New("is none of queued, confirmed and failed"))
	}
	return p, true, nil
}
