package handlers

import (
	"errors"
	"fmt"
	"time"

	"switchyard/db"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
)

// nearReading is how far from a moment a reading may lie to stand for it.
const nearReading = time.Hour

// unpaidAt is what the pool stated as credited and not paid out at a moment.
func (p *page) unpaidAt(id int64, at time.Time) (mining.Maybe[units.Sats], error) {
	none := mining.Unknown[units.Sats]("it was not read at " + minuteUTC(at))
	point, err := p.s.PointAt(p.ctx, fmt.Sprintf("mining.pool_unpaid_sats.%d", id), at)
	if errors.Is(err, db.ErrNotFound) {
		return none, nil
	}
	if err != nil || at.Sub(point.T) > nearReading {
		return none, err
	}
	sats, err := units.SatsFromFloat(point.V)
	return mining.Of(sats), err
}

// poolBalance rolls forward what the pool holds for the account.
func (p *page) poolBalance(audit poolAudit, paid []payment, from, to time.Time) (pool.Balance, error) {
	b := pool.Balance{Credited: mining.Of(units.Sats(0)), Paid: mining.Of(units.Sats(0)), Fees: mining.Of(units.Sats(0))}
	var err error
	if b.Opening, err = p.unpaidAt(audit.account.ID, from); err != nil {
		return b, err
	}
	if to.After(p.now) {
		to = p.now
	}
	if b.Closing, err = p.unpaidAt(audit.account.ID, to); err != nil {
		return b, err
	}
	for _, l := range audit.lines {
		if l.Paid.Known {
			b.Credited.Value += l.Paid.Value.Net
		}
	}
	for _, o := range paid {
		if o.State == pool.Failed {
			continue
		}
		b.Paid.Value += o.Sats
		switch {
		case !b.Fees.Known:
		case !o.Fee.Known:
			b.Fees = mining.Unknown[units.Sats]("the pool does not say what it kept of its payments")
		default:
			b.Fees.Value += o.Fee.Value
		}
	}
	return b, nil
}

// balanceList is the roll-forward as a table.
func (p *page) balanceList(audit poolAudit, b pool.Balance, span poolSpan) views.RecordsPage {
	v := views.RecordsPage{
		Figure: "pool-balance", Title: "What the pool holds for us", Sub: "Opening, and what was credited, less what was paid, against what the pool states",
		Columns: []views.DataColumn{{Label: "What"}, {Label: "Amount", Unit: "BTC", Right: true}, {Label: "From", Hide: "p2"}},
		Facts:   p.typedFacts("", audit.facts.Title+", as it states it"), Refetch: poolEvents,
	}
	end := span.to
	if end.After(p.now) {
		end = p.now
	}
	line := func(name string, m mining.Maybe[units.Sats], cell views.Cell, from string) {
		if !m.Known {
			from = m.Reason()
		}
		v.Rows = append(v.Rows, views.RecordRow{Cells: []views.Cell{{Text: name}, cell, {Text: from}}})
	}
	line("Opening", b.Opening, btcCell(b.Opening), "stated at "+minuteUTC(span.from))
	line("Credited", b.Credited, signedBTC(b.Credited), "the pool's credits of these days")
	line("Paid", b.Paid, signedBTC(negative(b.Paid)), "its payments, without those that failed")
	line("Fees of payments", b.Fees, signedBTC(negative(b.Fees)), "kept by the pool")
	line("Should be", b.Expected(), btcCell(b.Expected()), "computed")
	line("Stated", b.Closing, btcCell(b.Closing), "stated at "+minuteUTC(end))
	difference := b.Difference()
	v.Total = &views.RecordRow{Cells: []views.Cell{{Text: "Difference"}, signedBTC(difference), {Text: "below zero has left the balance; the credit of the last day may come after it"}}}
	if !difference.Known {
		v.Total.Cells[2].Text = difference.Reason()
	}
	return v
}

func negative(m mining.Maybe[units.Sats]) mining.Maybe[units.Sats] {
	m.Value = -m.Value
	return m
}
