package upstream

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		panic(err) // a mistake in the test itself
	}
	return t
}

func TestWindowAsksForClosedCandlesOnly(t *testing.T) {
	now := at("2026-11-23 05:00:30")
	tests := []struct {
		name     string
		width    time.Duration
		from, to time.Time
		n        int
		want     []Page
	}{
		{"whole", time.Hour, at("2026-11-23 02:00:00"), at("2026-11-23 04:00:00"), 300, []Page{{at("2026-11-23 02:00:00"), at("2026-11-23 04:00:00")}}},
		{"edges within intervals", time.Hour, at("2026-11-23 01:59:59"), at("2026-11-23 03:00:01"), 300, []Page{{at("2026-11-23 02:00:00"), at("2026-11-23 04:00:00")}}},
		{"unfinished candle is not asked for", time.Minute, at("2026-11-23 04:58:00"), at("2026-11-23 06:00:00"), 300, []Page{{at("2026-11-23 04:58:00"), at("2026-11-23 05:00:00")}}},
		{"pages", time.Minute, at("2026-11-23 04:00:00"), at("2026-11-23 04:05:00"), 2, []Page{
			{at("2026-11-23 04:00:00"), at("2026-11-23 04:02:00")}, {at("2026-11-23 04:02:00"), at("2026-11-23 04:04:00")}, {at("2026-11-23 04:04:00"), at("2026-11-23 04:05:00")},
		}},
		{"full page is one page", time.Minute, at("2026-11-23 04:00:00"), at("2026-11-23 04:02:00"), 2, []Page{{at("2026-11-23 04:00:00"), at("2026-11-23 04:02:00")}}},
		{"days begin at midnight UTC", 24 * time.Hour, at("2026-11-20 13:00:00"), now, 300, []Page{{at("2026-11-21 00:00:00"), at("2026-11-23 00:00:00")}}},
		{"empty", time.Hour, at("2026-11-23 04:00:00"), at("2026-11-23 04:00:00"), 300, nil},
		{"backwards", time.Hour, at("2026-11-23 04:00:00"), at("2026-11-23 02:00:00"), 300, nil},
		{"future", time.Hour, at("2026-11-24 04:00:00"), at("2026-11-25 02:00:00"), 300, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, err := NewWindow(tt.width, tt.from, tt.to, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, w.Pages(tt.n)); diff != "" {
				t.Errorf("pages differ (want -, got +):\n%s", diff)
			}
		})
	}
	if _, err := NewWindow(5*time.Minute, now, now, now); err == nil {
		t.Error("a width of five minutes is accepted")
	}
}

func TestWindowHoldsCandlesAgainstTheirChecks(t *testing.T) {
	start := at("2026-11-23 04:00:00")
	w, err := NewWindow(time.Hour, start, start.Add(5*time.Hour), start.Add(90*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	n := func(v float64) Number { return Number{v, true} }
	good := Row{n(float64(start.Unix())), n(91120), n(91402.5), n(91080.12), n(91250.01), n(214.38)}
	with := func(change func(r *Row)) Row { r := good; change(&r); return r }
	tests := []struct {
		name   string
		row    Row
		wanted bool
		check  string
	}{
		{"good", good, true, ""},
		{"flat without volume", with(func(r *Row) { r.Open, r.High, r.Low, r.Close, r.Volume = n(9), n(9), n(9), n(9), n(0) }), true, ""},
		{"before the span", with(func(r *Row) { r.Time.V -= 3600 }), false, ""},
		{"unfinished", with(func(r *Row) { r.Time.V += 3600 }), false, ""},
		{"before the span and absurd", with(func(r *Row) { r.Time.V -= 3600; r.Open = n(0) }), false, ""},
		{"not at the start of an hour", with(func(r *Row) { r.Time.V += 1 }), false, "the time 2026-11-23T04:00:01Z is not the start of an interval of 1h0m0s"},
		{"future", with(func(r *Row) { r.Time.V += 3600 * 24 }), false, "the time 2026-11-24T04:00:00Z is in the future"},
		{"no time", with(func(r *Row) { r.Time = Number{} }), false, "the time is missing or not in whole seconds"},
		{"null price", with(func(r *Row) { r.Close = Number{} }), false, "a price is missing"},
		{"zero price", with(func(r *Row) { r.Low = n(0) }), false, "the price 0 is not between 1 and 1e+09 USD"},
		{"negative price", with(func(r *Row) { r.Open = n(-1) }), false, "the price -1 is not between 1 and 1e+09 USD"},
		{"absurd price", with(func(r *Row) { r.High = n(2e9) }), false, "the price 2e+09 is not between 1 and 1e+09 USD"},
		{"low above open", with(func(r *Row) { r.Low = n(91200) }), false, "low and high do not contain open and close"},
		{"high below close", with(func(r *Row) { r.High = n(91200) }), false, "low and high do not contain open and close"},
		{"negative volume", with(func(r *Row) { r.Volume = n(-1) }), false, "the volume is missing or negative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, wanted, err := w.Candle(tt.row)
			check := ""
			if err != nil {
				check = err.Error()
			}
			if wanted != tt.wanted || check != tt.check {
				t.Errorf("wanted %t, check %q; want %t, %q", wanted, check, tt.wanted, tt.check)
			}
			if wanted && !c.T.Equal(start) {
				t.Errorf("the candle begins at %s, want %s", c.T, start)
			}
		})
	}
}

func TestTidySortsAndKeepsOneOfEach(t *testing.T) {
	a, b, again := market.Candle{T: at("2026-11-23 04:00:00"), Open: 1}, market.Candle{T: at("2026-11-23 05:00:00"), Open: 2}, market.Candle{T: at("2026-11-23 05:00:00"), Open: 3}
	if diff := cmp.Diff([]market.Candle{a, b}, Tidy([]market.Candle{b, again, a})); diff != "" {
		t.Errorf("candles differ (want -, got +):\n%s", diff)
	}
}
