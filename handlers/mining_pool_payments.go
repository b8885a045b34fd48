package handlers

import (
	"fmt"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// paymentsShown is how many payments the page lists; a pool that pays each block
// has hundreds in a month.
const paymentsShown = 60

// payment is a payout seen from three sides.
type payment struct {
	pool.Payout
	sight  mining.Maybe[pool.OnChain]
	booked pool.Booked // Ref is empty: it is not
	tie    pool.Tie
}

// payments are what a pool paid in [from, to), ascending.
func (p *page) payments(id int64, from, to time.Time) ([]payment, error) {
	paid, err := p.s.PoolPayouts(p.ctx, id, p.known, from, to)
	if err != nil {
		return nil, err
	}
	sights, err := p.s.ChainSights(p.ctx, id, from, to)
	if err != nil {
		return nil, err
	}
	booked, err := p.s.PoolBookings(p.ctx, id, p.known)
	if err != nil {
		return nil, err
	}
	list := make([]payment, len(paid))
	for i, o := range paid {
		list[i] = payment{Payout: o, sight: p.onChain(o, sights), booked: booked[o.Ref]}
		list[i].tie = pool.TieOf(o, list[i].sight, list[i].booking())
	}
	return list, nil
}

// onChain is what the chain shows of a payout, counted from its tip.
func (p *page) onChain(o pool.Payout, sights map[string]pool.ChainSight) mining.Maybe[pool.OnChain] {
	v, seen := sights[o.Ref]
	switch {
	case !seen && o.TxID == "":
		return mining.Unknown[pool.OnChain]("the pool names no transaction")
	case !seen:
		return mining.Unknown[pool.OnChain]("nobody has looked at the chain yet")
	}
	c := pool.OnChain{Found: v.Found, Sats: v.Sats, Height: v.Height, CheckedAt: v.CheckedAt}
	if v.Height > 0 {
		c.Confirmations = 1
		if tip := p.network.Tip; tip != nil && tip.Height > v.Height {
			c.Confirmations = int(tip.Height-v.Height) + 1
		}
	}
	return mining.Of(c)
}

func (o payment) booking() mining.Maybe[pool.Booking] {
	if o.booked.Ref == "" {
		return mining.Unknown[pool.Booking]("it is not booked")
	}
	return mining.Of(pool.Booking{Sats: o.booked.Sats, On: o.booked.ValidFrom, Who: o.booked.Who, Note: o.booked.Note})
}

// arrived says whether the chain shows the sum that the pool named, in a block,
// and our ledger has nothing of it.
func (o payment) arrived() bool {
	return o.tie.State == pool.NotBooked && o.sight.Known && o.tie.PoolChain.Known && o.tie.PoolChain.Value == 0
}

// toBook are the payments that arrived and are not booked.
func toBook(list []payment) []payment {
	var out []payment
	for _, o := range list {
		if o.arrived() {
			out = append(out, o)
		}
	}
	return out
}

// tieWords say how far the three sides agree, with what they differ by.
func (o payment) tieWords() (ui.MarkKind, string) {
	by := func(words string, d mining.Maybe[units.Sats]) string {
		if !d.Known {
			return words
		}
		return words + " by " + format.Signed(float64(-d.Value), 0) + " sat"
	}
	switch o.tie.State {
	case pool.Ties:
		return ui.MarkOK, "Pool, chain and ledger say the same"
	case pool.OffNet:
		return ui.MarkOK, "Pool and ledger say the same; it has no transaction of its own"
	case pool.Pending:
		return ui.MarkOff, "On its way"
	case pool.NotOnChain:
		return ui.MarkBad, "The pool says it is sent, and the chain does not know it"
	case pool.ChainDiffers:
		return ui.MarkBad, by("Another sum arrived: off", o.tie.PoolChain)
	case pool.NotBooked:
		return ui.MarkWatch, "It arrived and is not booked"
	case pool.BookedDiffers:
		return ui.MarkBad, by("Our ledger has another sum: off", o.tie.PoolLedger)
	case pool.Returned:
		return ui.MarkWatch, "The pool says that it failed"
	case pool.Unchecked:
	}
	return ui.MarkOff, "Nobody has looked at the chain"
}

func (p *page) paymentsList(v pool.Account, list []payment, span poolSpan) views.RecordsPage {
	records := views.RecordsPage{
		Figure: views.FigurePoolPayments, Title: "Payments", Sub: "What the pool says it paid, what the chain shows, and what our ledger has", Refetch: poolEvents,
		Columns: []views.DataColumn{
			{Label: "Day"}, {Label: "Payment", Hide: "p3"}, {Label: "Pool", Unit: "BTC", Right: true}, {Label: "Chain", Unit: "BTC", Right: true, Hide: "p2"}, {Label: "Ledger", Unit: "BTC", Right: true, Hide: "p2"}, {Label: "How it ties"},
		},
		Empty: ui.Problem{Kind: ui.Empty, Title: "No payment in this span", Text: "The pool names none. It pays once its own limit is reached."},
		Facts: p.typedFacts("", poolFacts(v).Title+"; the chain, as looked for; our ledger, as booked"),
	}
	records.Facts.DataHref = fmt.Sprintf("/data/%s?account=%d", views.FigurePoolPayments, v.ID)
	if !span.month.IsZero() {
		records.Facts.DataHref += "&month=" + span.month.Format(monthParam)
	}
	if len(list) > paymentsShown {
		records.Older, records.OlderAs = records.Facts.DataHref, "All "+countOf(len(list), "payment")
	}
	for i := len(list) - 1; i >= max(0, len(list)-paymentsShown); i-- {
		o := list[i]
		mark, words := o.tieWords()
		chain, ledger := views.Cell{Text: format.Missing}, views.Cell{Text: format.Missing}
		if o.sight.Known {
			chain = btcCell(mining.Of(o.sight.Value.Sats))
			if !o.sight.Value.Found {
				chain = views.Cell{Text: "not found"}
			}
		}
		if o.booked.Ref != "" {
			ledger = btcCell(mining.Of(o.booked.Sats))
		}
		records.Rows = append(records.Rows, views.RecordRow{Mark: mark, State: string(o.tie.State), Cells: []views.Cell{
			{Text: format.DayMonthYear(o.At)}, {Text: shortRef(o.Ref), Under: shortHash(o.TxID)}, btcCell(mining.Of(o.Sats)), chain, ledger, {Text: words, Under: o.booked.Note},
		}})
	}
	return records
}

// shortRef is the pool's name of a payment, without the middle of a long one.
func shortRef(ref string) string {
	letters := []rune(ref)
	if len(letters) <= 30 {
		return ref
	}
	return string(letters[:20]) + "…" + string(letters[len(letters)-6:])
}

// shortHash is a transaction's id as people compare it.
func shortHash(id string) string {
	if len(id) < 20 {
		return id
	}
	return id[:8] + "…" + id[len(id)-8:]
}
