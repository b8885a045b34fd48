package f2pool

import (
	"errors"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// errKind is the check of a row that is neither income nor a payment.
var errKind = errors.New("the row is neither a revenue nor a payout")

// rows reads the transactions of one kind. Those of the other are left out, lest
// the pool does not pick by kind; the rest is refused.
func rows[T any](o upstream.Options, answer *poolwire.Object, kind, other string, decode func(*poolwire.Object) (T, bool, error)) ([]T, []upstream.Refusal, error) {
	answer.Need("transactions")
	list := answer.List("transactions") // null where there are none
	if err := answer.As(o, "the list of transactions"); err != nil {
		return nil, nil, err
	}
	values, refused := poolwire.Rows(list, func(row *poolwire.Object) (T, bool, error) {
		var none T
		switch text := row.Text("type"); {
		case strings.HasPrefix(text, kind):
			return decode(row)
		case strings.HasPrefix(text, other):
			return none, false, nil
		}
		return none, false, errKind
	})
	return values, refused, nil
}

func decodeEarnings(o upstream.Options, answer *poolwire.Object, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	list, refused, err := rows(o, answer, "revenue", "payout", func(row *poolwire.Object) (pool.Earning, bool, error) {
		return decodeEarning(row, o.Now())
	})
	if err != nil {
		return nil, nil, err
	}
	list, twice := poolwire.Earnings(list, from, to)
	return list, append(refused, twice...), nil
}

// decodeEarning reads what was credited for a day of UTC.
func decodeEarning(row *poolwire.Object, now time.Time) (pool.Earning, bool, error) {
	extra := row.Within("mining_extra")
	of, net := extra.Unix("mining_date", now), row.BTC("changed_balance")
	e := pool.Earning{
		Ref:      row.Text("id"),
		Net:      net.Value,
		Fee:      fee(extra),
		Fees:     extra.BTC("tx_fee"),
		Hashrate: extra.Hashrate("hash_rate", 1),
	}
	switch {
	case e.Ref == "":
		return e, false, errors.New("the transaction has no id")
	case !net.Known:
		return e, false, errors.New("the transaction has no sum")
	case !of.Known:
		return e, false, errors.New("the transaction names no day")
	}
	var err error
	if e.From, e.To, err = poolwire.Day(of.Value); err != nil {
		return e, false, err
	}
	e.Open = e.To.After(now)
	return e, true, nil
}

// fee is what the pool kept: a fraction of what it credited for subsidies and a
// fraction of what it credited for transaction fees. It is unknown unless all
// four are told.
func fee(extra *poolwire.Object) mining.Maybe[units.Sats] {
	pps, ppsRate := extra.BTC("pps"), extra.Share("pps_fee_rate", 1)
	fees, feesRate := extra.BTC("tx_fee"), extra.Share("tx_fee_rate", 1)
	if !pps.Known || !ppsRate.Known || !fees.Known || !feesRate.Known {
		return mining.Unknown[units.Sats](notSaid)
	}
	kept := part(pps.Value, ppsRate.Value).Add(part(fees.Value, feesRate.Value))
	sats, err := units.RoundSats(kept, units.HalfEven)
	if err != nil {
		return mining.Unknown[units.Sats]("not sensible")
	}
	return mining.Of(sats)
}

// part is a fraction of a sum, exact in the digits the fraction was told in.
func part(of units.Sats, fraction float64) decimal.Decimal {
	return decimal.NewFromInt(int64(of)).Mul(decimal.NewFromFloat(fraction))
}

func decodePayouts(o upstream.Options, facts *poolwire.Facts, answer *poolwire.Object, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	list, refused, err := rows(o, answer, "payout", "revenue", func(row *poolwire.Object) (pool.Payout, bool, error) {
		return decodePayout(facts, row, o.Now())
	})
	if err != nil {
		return nil, nil, err
	}
	list, twice := poolwire.Payouts(list, from, to)
	return list, append(refused, twice...), nil
}

// decodePayout reads a payment. Whether what it took off the balance is told as
// a negative sum is not confirmed.
func decodePayout(facts *poolwire.Facts, row *poolwire.Object, now time.Time) (pool.Payout, bool, error) {
	at, sum := row.Unix("created_at", now), row.SignedBTC("changed_balance")
	p := pool.Payout{Ref: row.Text("id"), At: at.Value, Sats: sum.Value, State: pool.Sent}
	p.Fee.Why = notSaid
	if p.Sats < 0 {
		p.Sats = -p.Sats
		facts.Saw("the sum of a payout", "negative")
	} else {
		facts.Saw("the sum of a payout", "positive")
	}
	switch {
	case p.Ref == "":
		return p, false, errors.New("the transaction has no id")
	case !at.Known:
		return p, false, errors.New("the transaction has no time")
	case p.Sats == 0:
		return p, false, errors.New("the transaction has no sum")
	}
	if row.Has("payout_extra") {
		extra := row.Within("payout_extra")
		p.TxID = poolwire.TxID(first(facts, extra, "the transaction of a payout", "tx_id", "txid", "tx_hash", "tx", "hash"))
		p.Address = first(facts, extra, "the address of a payout", "address", "wallet_address", "payout_address", "addr")
	}
	return p, true, nil
}

// first is the text under the first of several names that one fact may have.
func first(facts *poolwire.Facts, o *poolwire.Object, fact string, names ...string) string {
	for _, key := range names {
		if o.Has(key) {
			facts.Saw(fact, key)
			return o.Text(key)
		}
	}
	facts.Saw(fact, "under no known name")
	return ""
}
