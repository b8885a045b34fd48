package viabtc

import (
	"errors"
	"fmt"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream/poolwire"
)

// readDay is the span of the day that a row names; begin is when a day begins,
// after midnight UTC.
func readDay(row *poolwire.Object, begin time.Duration, now time.Time) (from, to time.Time, err error) {
	date := row.ISO("date", now.Add(-begin))
	if !date.Known {
		return from, to, errors.New("the row names no day")
	}
	from, to, err = poolwire.Day(date.Value)
	return from.Add(begin), to.Add(begin), err
}

// dayRate is the mean hashrate of a day.
type dayRate struct {
	from time.Time
	rate mining.Maybe[units.Hashrate]
}

func (d dayRate) key() string { return d.from.Format(time.DateOnly) }

func decodeDayRate(row *poolwire.Object, begin time.Duration, now time.Time) (dayRate, bool, error) {
	from, _, err := readDay(row, begin, now)
	d := dayRate{from: from, rate: row.Hashrate("hashrate", 1)}
	return d, err == nil && d.rate.Known, err
}

// profitKey names a row: two of one day that differ are two rows.
func profitKey(e pool.Earning) string { return fmt.Sprintf("%s %d", e.Ref, e.Net) }

// decodeProfit reads what a day brought: the sum of what each scheme paid, after
// the pool's fee, which it does not tell.
func decodeProfit(row *poolwire.Object, begin time.Duration, now time.Time) (pool.Earning, bool, error) {
	from, to, err := readDay(row, begin, now)
	net := row.BTC("total_profit")
	switch {
	case err != nil:
		return pool.Earning{}, false, err
	case !net.Known:
		return pool.Earning{}, false, errors.New("the day has no total")
	}
	e := pool.Earning{Ref: from.Add(-begin).Format(time.DateOnly), From: from, To: to, Net: net.Value, Open: to.After(now)}
	e.Fee.Why, e.Fees.Why, e.Hashrate.Why = notSaid, notSaid, notSaid
	return e, true, nil
}

// withRates puts the hashrates of days to what they brought.
func withRates(profits []pool.Earning, rates []dayRate) []pool.Earning {
	of := make(map[time.Time]mining.Maybe[units.Hashrate], len(rates))
	for _, d := range rates {
		of[d.from] = d.rate
	}
	for i, e := range profits {
		if rate, ok := of[e.From]; ok {
			profits[i].Hashrate = rate
		}
	}
	return profits
}

// decodePayment reads a payment. One inside the pool has no transaction of the
// chain.
func decodePayment(row *poolwire.Object, now time.Time) (pool.Payout, bool, error) {
	at, sum := row.Unix("create_time", now), row.BTC("amount")
	p := pool.Payout{
		Ref:     row.Text("id"),
		At:      at.Value,
		Sats:    sum.Value,
		State:   pool.Sent,
		TxID:    poolwire.TxID(row.Text("tx")),
		Address: row.Text("address"),
	}
	p.Fee.Why = notSaid
	switch {
	case p.Ref == "":
		return p, false, errors.New("the payment has no id")
	case !at.Known:
		return p, false, errors.New("the payment has no time")
	case p.Sats == 0:
		return p, false, errors.New("the payment has no sum")
	}
	return p, true, nil
}
