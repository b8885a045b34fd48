package alert_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/access"
	"switchyard/econ/alert"
)

// start is when every test begins.
var start = time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)

// minute is start and that many minutes.
func minute(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

func ptr(v float64) *float64 { return &v }

// low fires below 40 after ten minutes, ends at 42, and rests for half an hour.
func low() alert.Rule {
	return alert.Rule{
		ID: 1, Name: "Hashprice low", Owner: "mining", Figure: "market.hashprice", Unit: "USD/PH/day", Room: access.RoomMarket,
		Kind: alert.Threshold, Side: alert.Below, Limit: 40, Clear: 42,
		MaxAge: 30 * time.Minute, For: 10 * time.Minute, Cooldown: 30 * time.Minute,
	}
}

// step is one evaluation: a value that is fresh unless it has an age, at a
// minute, and what must come of it.
type step struct {
	at       int // minutes after start
	value    *float64
	previous *float64
	age      int // minutes
	phase    alert.Phase
	event    string // the text; empty: none
	note     string
}

// walk evaluates the steps one after the other.
func walk(t *testing.T, r alert.Rule, steps []step) alert.State {
	t.Helper()
	var s alert.State
	for i, st := range steps {
		var e *alert.Event
		o := alert.Observation{Value: st.value, Previous: st.previous}
		if st.value != nil {
			o.At = minute(st.at - st.age)
		}
		s, e = alert.Evaluate(r, s, o, minute(st.at))
		text := ""
		if e != nil {
			text = e.Text
			if !e.Time.Equal(minute(st.at)) {
				t.Errorf("step %d: the event is of %s, want %s", i, e.Time, minute(st.at))
			}
		}
		if s.Phase != st.phase || text != st.event || s.Note != st.note {
			t.Errorf("step %d: got %s, event %q, note %q; want %s, %q, %q", i, s.Phase, text, s.Note, st.phase, st.event, st.note)
		}
	}
	return s
}

const (
	firedLow = "Hashprice low: market.hashprice is 39.5 USD/PH/day, below the limit of 40 USD/PH/day, for at least 10 minutes (value of 23 Nov 2026 16:10 UTC)."
	noValue  = "The figure has no value, so nothing was decided."
	tooOld   = "The newest value is older than 30 minutes, so nothing was decided."
)

func TestThresholdMovesThroughItsPhases(t *testing.T) {
	fired := []step{
		{at: 0, value: ptr(39.9), phase: alert.Pending},
		{at: 10, value: ptr(39.5), phase: alert.Firing, event: firedLow},
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"calm stays ok", []step{{at: 0, value: ptr(50), phase: alert.OK}, {at: 1, value: ptr(42), phase: alert.OK}}},
		{"at the limit is not below it", []step{{at: 0, value: ptr(40), phase: alert.OK}}},
		{"the band does not begin anything", []step{{at: 0, value: ptr(41), phase: alert.OK}, {at: 60, value: ptr(41), phase: alert.OK}}},
		{"too short", []step{
			{at: 0, value: ptr(39), phase: alert.Pending},
			{at: 9, value: ptr(39), phase: alert.Pending},
			{at: 10, value: ptr(41), phase: alert.OK},
			{at: 11, value: ptr(39), phase: alert.Pending},
			{at: 20, value: ptr(39), phase: alert.Pending},
		}},
		{"fires once", append(fired[:2:2],
			step{at: 11, value: ptr(30), phase: alert.Firing},
			step{at: 99, value: ptr(20), phase: alert.Firing},
		)},
		{"the band keeps it firing, the clear limit ends it", append(fired[:2:2],
			step{at: 11, value: ptr(41.99), phase: alert.Firing},
			step{at: 12, value: ptr(42), phase: alert.OK, event: "Hashprice low is over: market.hashprice is 42 USD/PH/day, back at or above 42 USD/PH/day (value of 23 Nov 2026 16:12 UTC)."},
			step{at: 13, value: ptr(42), phase: alert.OK},
		)},
		{"the cooldown holds it back", append(fired[:2:2],
			step{at: 20, value: ptr(43), phase: alert.OK, event: "Hashprice low is over: market.hashprice is 43 USD/PH/day, back at or above 42 USD/PH/day (value of 23 Nov 2026 16:20 UTC)."},
			step{at: 21, value: ptr(39), phase: alert.Pending},
			step{at: 49, value: ptr(39), phase: alert.Pending},
			step{at: 50, value: ptr(39), phase: alert.Firing, event: "Hashprice low: market.hashprice is 39 USD/PH/day, below the limit of 40 USD/PH/day, for at least 10 minutes (value of 23 Nov 2026 16:50 UTC)."},
		)},
		{"unknown keeps ok", []step{{at: 0, phase: alert.OK, note: noValue}, {at: 99, phase: alert.OK, note: noValue}}},
		{"unknown keeps firing", append(fired[:2:2],
			step{at: 11, phase: alert.Firing, note: noValue},
			step{at: 70, value: ptr(50), age: 31, phase: alert.Firing, note: tooOld},
			step{at: 71, value: ptr(39), phase: alert.Firing},
		)},
		{"time without a value does not count", []step{
			{at: 0, value: ptr(39), phase: alert.Pending},
			{at: 4, phase: alert.Pending, note: noValue},
			{at: 14, value: ptr(39), age: 31, phase: alert.Pending, note: tooOld},
			{at: 24, value: ptr(39), phase: alert.Pending},
			{at: 29, value: ptr(39), phase: alert.Pending},
			{at: 30, value: ptr(39), phase: alert.Firing, event: "Hashprice low: market.hashprice is 39 USD/PH/day, below the limit of 40 USD/PH/day, for at least 10 minutes (value of 23 Nov 2026 16:30 UTC)."},
		}},
		{"zero is a value", []step{{at: 0, value: ptr(0), phase: alert.Pending}}},
		{"old but not too old", []step{{at: 0, value: ptr(39), age: 30, phase: alert.Pending}}},
		{"a clock that is set back fires nothing", []step{{at: 0, value: ptr(39), phase: alert.Pending}, {at: -60, value: ptr(39), phase: alert.Pending}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { walk(t, low(), tt.steps) })
	}
}

func TestThresholdAboveWithoutPersistence(t *testing.T) {
	r := alert.Rule{Name: "Fees high", Figure: "market.fee_rate", Unit: "sat/vB", Kind: alert.Threshold, Side: alert.Above, Limit: 1000, Clear: 1000}
	s := walk(t, r, []step{
		{at: 0, value: ptr(1000), phase: alert.OK},
		{at: 1, value: ptr(1234.5), phase: alert.Firing, event: "Fees high: market.fee_rate is 1,234.5 sat/vB, above the limit of 1,000 sat/vB (value of 23 Nov 2026 16:01 UTC)."},
		{at: 2, value: ptr(1000), phase: alert.OK, event: "Fees high is over: market.fee_rate is 1,000 sat/vB, back at or below 1,000 sat/vB (value of 23 Nov 2026 16:02 UTC)."},
		{at: 3, value: ptr(2000), age: 9999, phase: alert.Firing, event: "Fees high: market.fee_rate is 2,000 sat/vB, above the limit of 1,000 sat/vB (value of 16 Nov 2026 17:24 UTC)."},
	})
	want := alert.State{
		Phase: alert.Firing, Since: minute(3), LastValue: ptr(2000), LastAt: minute(3 - 9999),
		FiredAt: minute(3), ResolvedAt: minute(2),
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("state differs (want -, got +):\n%s", diff)
	}
}

func TestRateIsAFractionOfTheValueBefore(t *testing.T) {
	fall := alert.Rule{
		Name: "Bitcoin falls", Figure: "market.btc_usd", Unit: "USD", Room: access.RoomMarket,
		Kind: alert.Rate, Side: alert.Below, Limit: -0.05, Clear: -0.02, Window: 90 * time.Minute,
	}
	const (
		noBase   = "There is no value from 1 hour 30 minutes before, so nothing was decided."
		zeroBase = "The value before was zero, so there is no change to judge and nothing was decided."
	)
	tests := []struct {
		name  string
		rule  func(r *alert.Rule)
		steps []step
	}{
		{"fall", nil, []step{
			{at: 0, value: ptr(95000), previous: ptr(100000), phase: alert.OK},
			{at: 1, value: ptr(93800), previous: ptr(100000), phase: alert.Firing, event: "Bitcoin falls: market.btc_usd changed by −6.2% within 1 hour 30 minutes to 93,800 USD, below the limit of −5% (value of 23 Nov 2026 16:01 UTC)."},
			{at: 2, value: ptr(97000), previous: ptr(100000), phase: alert.Firing},
			{at: 3, value: ptr(98000), previous: ptr(100000), phase: alert.OK, event: "Bitcoin falls is over: market.btc_usd changed by −2% within 1 hour 30 minutes to 98,000 USD, back at or above −2% (value of 23 Nov 2026 16:03 UTC)."},
		}},
		{"nothing to compare with", nil, []step{
			{at: 0, value: ptr(1), phase: alert.OK, note: noBase},
			{at: 1, value: ptr(1), previous: ptr(0), phase: alert.OK, note: zeroBase},
			{at: 2, value: ptr(0), previous: ptr(0), phase: alert.OK, note: zeroBase},
			{at: 3, previous: ptr(5), phase: alert.OK, note: noValue},
		}},
		{"a smaller loss is a rise", func(r *alert.Rule) { r.Side, r.Limit, r.Clear = alert.Above, 0.4, 0 }, []step{
			{at: 0, value: ptr(-5), previous: ptr(-10), phase: alert.Firing, event: "Bitcoin falls: market.btc_usd changed by 50% within 1 hour 30 minutes to −5 USD, above the limit of 40% (value of 23 Nov 2026 16:00 UTC)."},
			{at: 1, value: ptr(-11), previous: ptr(-10), phase: alert.OK, event: "Bitcoin falls is over: market.btc_usd changed by −10% within 1 hour 30 minutes to −11 USD, back at or below 0% (value of 23 Nov 2026 16:01 UTC)."},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fall
			if tt.rule != nil {
				tt.rule(&r)
			}
			walk(t, r, tt.steps)
		})
	}
}

func TestStaleWatchesTheAgeOfTheNewestValue(t *testing.T) {
	r := alert.Rule{Name: "Meter silent", Figure: "mining.power", Unit: "MW", Kind: alert.Stale, MaxAge: time.Hour, For: 5 * time.Minute}
	tests := []struct {
		name  string
		steps []step
	}{
		{"silence", []step{
			{at: 0, value: ptr(3), phase: alert.OK},
			{at: 60, value: ptr(3), age: 60, phase: alert.OK},
			{at: 61, value: ptr(3), age: 61, phase: alert.Pending},
			{at: 66, value: ptr(3), age: 66, phase: alert.Firing, event: "Meter silent: mining.power has had no new value for 1 hour 6 minutes, longer than 1 hour; the last is of 23 Nov 2026 16:00 UTC."},
			{at: 70, value: ptr(0), phase: alert.OK, event: "Meter silent is over: mining.power has a value again (value of 23 Nov 2026 16:10 UTC)."},
		}},
		{"a value that is missing ages as the last one", []step{
			{at: 0, value: ptr(3), phase: alert.OK},
			{at: 30, phase: alert.OK},
			{at: 61, phase: alert.Pending},
			{at: 62, value: ptr(4), phase: alert.OK},
		}},
		{"never had a value", []step{
			{at: 0, phase: alert.Pending},
			{at: 5, phase: alert.Firing, event: "Meter silent: mining.power has never had a value."},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "silence" { // its last value is of ten minutes after the hour
				tt.steps[len(tt.steps)-1].age = 60
			}
			walk(t, r, tt.steps)
		})
	}
}

func TestAnUnknownKindDecidesNothing(t *testing.T) {
	r := low()
	r.Kind = "weather"
	walk(t, r, []step{{at: 0, value: ptr(1), phase: alert.OK, note: "The rule compares nothing that is known, so nothing was decided."}})
}

func TestEventCarriesTheValueAndNotItsPlace(t *testing.T) {
	r := low()
	r.For = 0
	v := ptr(12.5)
	s, e := alert.Evaluate(r, alert.State{}, alert.Observation{Value: v, At: minute(-3)}, minute(0))
	want := &alert.Event{Kind: alert.Fired, Time: minute(0), Value: ptr(12.5), At: minute(-3),
		Text: "Hashprice low: market.hashprice is 12.5 USD/PH/day, below the limit of 40 USD/PH/day (value of 23 Nov 2026 15:57 UTC)."}
	*v = 99
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("event differs (want -, got +):\n%s", diff)
	}
	if *s.LastValue != 12.5 {
		t.Errorf("the state changed with the caller's variable to %v", *s.LastValue)
	}
}
