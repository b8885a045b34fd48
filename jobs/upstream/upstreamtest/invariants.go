package upstreamtest

import (
	"math"
	"testing"
	"time"
	"unicode/utf8"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// CheckCandles fails the test unless what a decoder made of any bytes at all is
// good: candles of the window, sensible, ascending, one of each; refusals that
// say why; and with an error nothing.
func CheckCandles(t testing.TB, w upstream.Window, candles []market.Candle, refused []upstream.Refusal, err error) {
	t.Helper()
	CheckRefused(t, refused)
	if err != nil && len(candles) > 0 {
		t.Errorf("candles come with the error %v", err)
	}
	pages := w.Pages(1000) // more than a test asks for
	for i, c := range candles {
		if c.T.Before(pages[0].From) || !c.T.Before(pages[0].To) || !c.T.Equal(c.T.Truncate(w.Width)) {
			t.Errorf("candle at %s was not asked for", c.T)
		}
		if i > 0 && !c.T.After(candles[i-1].T) {
			t.Errorf("candle at %s comes after %s", c.T, candles[i-1].T)
		}
		lo, hi := min(c.Open, c.Close), max(c.Open, c.Close)
		if !(c.Low >= 1 && c.Low <= lo && hi <= c.High && c.High <= 1e9) || !(c.Volume >= 0) || math.IsInf(c.Volume, 1) {
			t.Errorf("candle %+v is not sensible", c)
		}
	}
}

// CheckQuotes fails the test unless quotes are sensible.
func CheckQuotes(t testing.TB, venue string, quotes []market.Quote) {
	t.Helper()
	for _, q := range quotes {
		CheckT(t, q.T)
		if q.Venue != venue || !(q.Price >= 1 && q.Price <= 1e9) || !q.Received.Equal(Now()) {
			t.Errorf("quote %+v is not sensible", q)
		}
	}
}

// CheckT fails the test unless a time lies between 2009 and two hours from Now.
func CheckT(t testing.TB, at time.Time) {
	t.Helper()
	if at.Year() < 2009 || at.After(Now().Add(2*time.Hour)) || at.Location() != time.UTC {
		t.Errorf("time %s is not sensible", at)
	}
}

// CheckRefused fails the test unless refusals can be stored and say why.
func CheckRefused(t testing.TB, refused []upstream.Refusal) {
	t.Helper()
	for _, r := range refused {
		if r.Check == "" || !utf8.ValidString(r.Check) || !utf8.ValidString(r.Body) || len(r.Body) > 5<<10 {
			t.Errorf("refusal %+v cannot be stored", r)
		}
	}
}
