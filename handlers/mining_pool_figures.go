package handlers

import (
	"strconv"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views"
)

// poolFigures are the figures of accounts at pools. Each asks for an account.
func poolFigures() []figure {
	read := may(access.RoomMining, access.Read)
	return []figure{
		{views.FigurePoolDays, "Days of an account at a pool", "What the work was worth and what was credited for it; M7", poolsPath, read, []column{
			{"Account", "", true}, {"Pool's day", "", true}, {"From", "UTC", true}, {"To", "UTC", true}, {"Hashrate", "H/s", false}, {"Hashrate from", "", true},
			{"Due", "sat", false}, {"Credited", "sat", false}, {"Correction", "sat", false}, {"Gap", "sat", false}, {"Gap", "fraction of due", false}, {"Bitcoin", "$", false}, {"Gap", "$", false},
			{"Verdict", "", true}, {"Why", "", true}, {"Disputed", "", true}, {"Reason", "", true},
			{"Due on the same day of UTC", "sat", false}, {"Credited on it", "sat", false}, {"Apportioned", "", true},
		}, poolDayRows},
		{views.FigurePoolPayments, "Payments of a pool", "As the pool, the chain and our ledger have them", poolsPath, read, []column{
			{"Account", "", true}, {"Payment", "", true}, {"Time", "UTC", true}, {"State at the pool", "", true}, {"Pool", "sat", false}, {"Fee kept", "sat", false}, {"Transaction", "", true}, {"Address", "", true},
			{"Chain", "sat", false}, {"Height", "", false}, {"Looked for", "UTC", true}, {"Ledger", "sat", false}, {"Received on", "day", true}, {"Booked by", "", true}, {"Note", "", true}, {"How it ties", "", true},
		}, paymentRows},
		{views.FigurePoolDispute, "Dispute file", "All that the verdict on one day rests on; M7", poolsPath, read, []column{
			{"What", "", true}, {"Value", "", true}, {"Unit", "", true}, {"Formula", "", true}, {"Source", "", true}, {"Time", "UTC", true},
		}, disputeRows},
		{views.FigurePoolMonths, "Closed months of an account", "As they were closed, the newest first", poolsPath, read, []column{
			{"Account", "", true}, {"Month", "", true}, {"From", "UTC", true}, {"To", "UTC", true}, {"Due", "sat", false}, {"Credited", "sat", false}, {"Corrections", "sat", false}, {"Gap", "sat", false},
			{"Days", "", false}, {"Short", "", false}, {"Over", "", false}, {"Within luck", "", false}, {"Restated because", "", true}, {"Known from", "UTC", true}, {"By", "", true},
		}, poolMonthRows},
	}
}

// satsCell is an amount for a file, or nil.
func satsCell(m mining.Maybe[units.Sats]) cell {
	if !m.Known {
		return nil
	}
	return int64(m.Value)
}

func poolDayRows(p *page) ([][]cell, error) {
	v, err := p.poolParam()
	if err != nil {
		return nil, err
	}
	span, err := p.poolSpan(poolFacts(v))
	if err != nil {
		return nil, err
	}
	audit, err := p.poolAudit(v, span.from, span.to)
	if err != nil {
		return nil, err
	}
	list, err := p.auditDays(audit)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(list))
	for i, d := range list {
		rows[i] = d.row(v.Name)
	}
	return rows, nil
}

// row is a day for a file.
func (d auditDay) row(account string) []cell {
	var hashrate, fraction cell
	if d.hashrate.Known {
		hashrate = float64(d.hashrate.Value)
	}
	if d.GapFraction.Known {
		fraction = d.GapFraction.Value
	}
	return []cell{
		account, d.name.Format(time.DateOnly), d.From, d.To, hashrate, d.hashed.Source, satsCell(d.Due), satsCell(d.Credited), int64(d.Correction), satsCell(d.Gap), fraction,
		value(d.price), value(d.gapUSD()), string(d.Verdict), d.Why, watchedWords(d.Disputed), d.Reason, satsCell(d.own.Due), satsCell(d.own.Credited), watchedWords(d.own.Apportioned),
	}
}

func paymentRows(p *page) ([][]cell, error) {
	v, err := p.poolParam()
	if err != nil {
		return nil, err
	}
	span, err := p.poolSpan(poolFacts(v))
	if err != nil {
		return nil, err
	}
	list, err := p.payments(v.ID, span.from, span.to)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(list))
	for i, o := range list {
		row := []cell{v.Name, o.Ref, o.At, string(o.State), int64(o.Sats), satsCell(o.Fee), o.TxID, o.Address, nil, nil, time.Time{}, nil, "", "", "", string(o.tie.State)}
		if s := o.sight; s.Known {
			row[8], row[10] = int64(s.Value.Sats), s.Value.CheckedAt
			if s.Value.Height > 0 {
				row[9] = s.Value.Height
			}
		}
		if b := o.booked; b.Ref != "" {
			row[11], row[12], row[13], row[14] = int64(b.Sats), b.ValidFrom.Format(time.DateOnly), b.Who, b.Note
		}
		rows[i] = row
	}
	return rows, nil
}

func disputeRows(p *page) ([][]cell, error) {
	v, err := p.poolParam()
	if err != nil {
		return nil, err
	}
	k, err := p.readCase(v, p.c.QueryParam("day"))
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, f := range k.heading(p) {
		rows = append(rows, []cell{f.Name, f.Text, "", "", "", time.Time{}})
	}
	for _, e := range k.Rows() {
		rows = append(rows, []cell{e.Name, plainCell(e.Value), e.Unit, e.Formula, e.Source, e.At})
	}
	return rows, nil
}

// plainCell is a value of the evidence as a number where it is one, so that a
// spreadsheet can compute with it.
func plainCell(text string) cell {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil && plainNumber(v) == text {
		return v
	}
	return text
}

func poolMonthRows(p *page) ([][]cell, error) {
	v, err := p.poolParam()
	if err != nil {
		return nil, err
	}
	list, err := p.s.ClosedPoolMonths(p.ctx, v.ID, p.known)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(list))
	for i, m := range list {
		rows[i] = []cell{
			v.Name, m.Month.Format(monthParam), m.From, m.To, int64(m.Due), int64(m.Paid), int64(m.Corrections), int64(m.Gap()),
			int64(m.Days), int64(m.Short), int64(m.Over), int64(m.WithinLuck), m.Reason, m.KnownFrom, m.Who,
		}
	}
	return rows, nil
}
