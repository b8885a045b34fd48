package upstream

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"switchyard/econ/market"
)

// Window is the closed candles somebody asks for: those of one width that
// begin in [from, to) and had ended by now.
type Window struct {
	Width time.Duration
	now   time.Time
	first time.Time // start of the first candle
	end   time.Time // start of the first candle that is not wanted any more
}

// NewWindow returns the window of a width of a minute, an hour or a day. Other
// widths are an error.
func NewWindow(width time.Duration, from, to, now time.Time) (Window, error) {
	switch width {
	case time.Minute, time.Hour, 24 * time.Hour:
	default:
		return Window{}, fmt.Errorf("candles of %s are not asked for", width)
	}
	w := Window{Width: width, now: now, first: ceil(from, width), end: ceil(to, width)}
	if closed := now.UTC().Truncate(width); closed.Before(w.end) {
		w.end = closed
	}
	return w, nil
}

// ceil is the first start of an interval at or after t.
func ceil(t time.Time, width time.Duration) time.Time {
	start := t.UTC().Truncate(width)
	if start.Before(t) {
		start = start.Add(width)
	}
	return start
}

// Page is a part of a window, [From, To).
type Page struct{ From, To time.Time }

// Pages cuts the window into pages of at most n candles, oldest first. There
// are none if the window is empty.
func (w Window) Pages(n int) []Page {
	var pages []Page
	for from := w.first; from.Before(w.end); from = from.Add(time.Duration(n) * w.Width) {
		to := from.Add(time.Duration(n) * w.Width)
		if to.After(w.end) {
			to = w.end
		}
		pages = append(pages, Page{From: from, To: to})
	}
	return pages
}

// Row is one candle as a venue told it, in USD and BTC.
type Row struct{ Time, Open, High, Low, Close, Volume Number }

// Candle checks a row. A row outside the window, such as the unfinished candle,
// gives neither a candle nor an error.
func (w Window) Candle(r Row) (market.Candle, bool, error) {
	t, err := UnixTime(r.Time, w.now)
	if err != nil {
		return market.Candle{}, false, err
	}
	if t.Before(w.first) || !t.Before(w.end) {
		return market.Candle{}, false, nil
	}
	c := market.Candle{T: t, Open: r.Open.V, High: r.High.V, Low: r.Low.V, Close: r.Close.V, Volume: r.Volume.V}
	if err := w.check(c, r); err != nil {
		return market.Candle{}, false, err
	}
	return c, true, nil
}

func (w Window) check(c market.Candle, r Row) error {
	if !c.T.Equal(c.T.Truncate(w.Width)) {
		return fmt.Errorf("the time %s is not the start of an interval of %s", c.T.Format(time.RFC3339), w.Width)
	}
	for _, price := range [...]Number{r.Open, r.High, r.Low, r.Close} {
		if err := CheckPrice(price); err != nil {
			return err
		}
	}
	if c.Low > min(c.Open, c.Close) || c.High < max(c.Open, c.Close) {
		return errors.New("low and high do not contain open and close")
	}
	if !r.Volume.Known || c.Volume < 0 {
		return errors.New("the volume is missing or negative")
	}
	return nil
}

// Tidy sorts candles ascending and keeps the first of each interval.
func Tidy(candles []market.Candle) []market.Candle {
	slices.SortStableFunc(candles, func(a, b market.Candle) int { return a.T.Compare(b.T) })
	return slices.CompactFunc(candles, func(a, b market.Candle) bool { return a.T.Equal(b.T) })
}
