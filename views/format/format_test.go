package format_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"switchyard/econ/units"
	"switchyard/views/format"
)

// joined prints a value as the browser does in one string.
func joined(v format.Value) string {
	if v.Unit == "" || strings.HasPrefix(v.Unit, "%") {
		return v.Text + v.Unit
	}
	return v.Text + "\u00a0" + v.Unit
}

// rules are those the browser follows too; vectors.json tests both.
var rules = map[string]func(float64) string{
	"count":          format.Count,
	"usd0":           func(v float64) string { return joined(format.USD0(v)) },
	"usd2":           func(v float64) string { return joined(format.USD2(v)) },
	"fixed2":         func(v float64) string { return format.Fixed(v, 2) },
	"percent1":       func(v float64) string { return joined(format.Percent1(v)) },
	"signedPercent1": func(v float64) string { return joined(format.SignedPercent1(v)) },
	"hashrate":       func(v float64) string { return joined(format.Hashrate(v)) },
	"difficulty":     func(v float64) string { return joined(format.Difficulty(v)) },
	"delta":          func(v float64) string { d := format.Delta(v); return d.Dir + " " + d.Text },
	"duration":       func(v float64) string { return format.Duration(seconds(v)) },
	"ago":            func(v float64) string { return format.Ago(seconds(v)) },
	"clock":          func(v float64) string { return format.ClockUTC(time.UnixMilli(int64(v))) },
	"dayMonthYear":   func(v float64) string { return format.DayMonthYear(time.UnixMilli(int64(v))) },
	"dateTime":       func(v float64) string { return format.DateTimeUTC(time.UnixMilli(int64(v))) },
}

func seconds(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }

func TestVectors(t *testing.T) {
	data, err := os.ReadFile("vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Rule string `json:"rule"`
		In   any    `json:"in"`
		Out  string `json:"out"`
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, v := range vectors {
		in, ok := v.In.(float64)
		if !ok {
			in = map[any]float64{"NaN": math.NaN(), "Infinity": math.Inf(1)}[v.In]
		}
		rule := rules[v.Rule]
		if rule == nil {
			t.Fatalf("no rule %q", v.Rule)
		}
		seen[v.Rule] = true
		if got := rule(in); got != v.Out {
			t.Errorf("%s(%v) = %q, want %q", v.Rule, v.In, got, v.Out)
		}
	}
	for name := range rules {
		if !seen[name] {
			t.Errorf("rule %s has no vector", name)
		}
	}
}

func TestNothingPrintsNegativeZeroOrRawInfinity(t *testing.T) {
	for name, rule := range rules {
		if name == "clock" || name == "dayMonthYear" || name == "dateTime" || name == "duration" || name == "ago" {
			continue
		}
		for _, v := range []float64{math.Copysign(0, -1), -1e-12, math.NaN(), math.Inf(1), math.Inf(-1)} {
			got := rule(v)
			if strings.Contains(got, "−0") || strings.Contains(got, "−$0") || strings.ContainsAny(got, "-") || strings.Contains(got, "Inf") || strings.Contains(got, "NaN") {
				t.Errorf("%s(%v) = %q", name, v, got)
			}
		}
	}
}

func TestPlainAndMoney(t *testing.T) {
	for in, want := range map[float64]string{
		0: "0", 0.25: "0.25", 1234.5: "1,234.5", -0.0000001: "0", 1.0391472281130547e21: "1.0391 × 10^21", 144.04e12: "144,040,000,000,000",
	} {
		if got := format.Plain(in); got != want {
			t.Errorf("Plain(%v) = %q, want %q", in, got, want)
		}
	}
	if got := format.BTC(units.Sats(3_000_000)); got != (format.Value{Text: "0.0300", Unit: "BTC"}) {
		t.Errorf("BTC: got %v", got)
	}
	if got := format.Sats(3e6); got != (format.Value{Text: "3,000,000", Unit: "sat"}) {
		t.Errorf("Sats: got %v", got)
	}
	if got := format.Duration(-time.Hour); got != "−1\u00a0h" {
		t.Errorf("Duration: got %q", got)
	}
}
