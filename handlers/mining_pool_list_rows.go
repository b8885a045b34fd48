package handlers

import (
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// cellOf is a fact in a file; nothing if it is not known.
func cellOf[T any](m mining.Maybe[T], f func(T) cell) cell {
	if !m.Known {
		return nil
	}
	return f(m.Value)
}

func rateCell(h units.Hashrate) cell { return float64(h) }
func countCell(n int) cell           { return int64(n) }

// momentCell is a moment in a file; nothing for none.
func momentCell(t time.Time) cell {
	if t.IsZero() {
		return nil
	}
	return t
}

// askedPools are the accounts over the window that the address of a file names.
func (p *page) askedPools() (poolStands, error) {
	w, err := askedWindow(p.c)
	if err != nil {
		return poolStands{}, err
	}
	return p.readPools(w)
}

// poolRows are the rows of the accounts' files.
func poolRows(p *page) ([][]cell, error) {
	f, err := p.askedPools()
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(f.list))
	for i, s := range f.list {
		st, w := s.reading.Standing, s.reading.Workers
		rows[i] = []cell{
			s.account.Name, s.facts.Title, string(s.account.Scheme), s.account.Fee.Float64(), string(s.condition.State), cellOf(s.effective, rateCell), cellOf(s.expected, rateCell), maybeCell(s.over()),
			cellOf(s.online, countCell), cellOf(s.listed, countCell), maybeCell(st.Stale), maybeCell(st.Rejected), satsCell(st.Unpaid), momentCell(st.At), momentCell(s.paid),
			momentCell(w.At), nil, nil, maybeCell(s.week.Ratio), maybeCell(s.month.Ratio),
		}
		if !w.At.IsZero() {
			rows[i][16], rows[i][17] = w.Took.Seconds(), w.Every.Seconds()
		}
	}
	return rows, nil
}

// poolDarkRows are the rows of what is dark.
func poolDarkRows(p *page) ([][]cell, error) {
	f, err := p.askedPools()
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(f.dark.Places))
	for i, d := range f.dark.Places {
		rows[i] = []cell{d.Site, d.Building, int64(d.Machines), float64(d.Hashrate), maybeCell(d.Share), momentCell(d.Since), satsCell(d.SatsPerHour), maybeCell(inDollars(d.USDPerHour))}
	}
	return rows, nil
}

// darkHourRows are the rows of what each hour lost.
func darkHourRows(p *page) ([][]cell, error) {
	f, err := p.askedPools()
	if err != nil || !f.workersRead() {
		return nil, err
	}
	hours, err := p.readDarkHours(f)
	rows := make([][]cell, len(hours))
	for i, h := range hours {
		rows[i] = []cell{h.At, cellOf(h.Hashrate, rateCell), maybeCell(inDollars(h.USD)), int64(h.Missing)}
	}
	return rows, err
}
