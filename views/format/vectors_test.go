package format_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

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
		In   any    `json:"in"` // a number, or the name of one that JSON cannot write
		Out  string `json:"out"`
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, v := range vectors {
		in, err := strconv.ParseFloat(fmt.Sprint(v.In), 64)
		if err != nil {
			t.Fatal(err)
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

// ofNumbers are the rules whose input is not a time.
func ofNumbers() map[string]func(float64) string {
	numbers := maps.Clone(rules)
	for _, name := range []string{"clock", "dayMonthYear", "dateTime", "duration", "ago"} {
		delete(numbers, name)
	}
	numbers["plain"] = format.Plain
	numbers["sats"] = func(v float64) string { return joined(format.Sats(v)) }
	return numbers
}

func TestNothingPrintsNegativeZeroOrRawInfinity(t *testing.T) {
	for name, rule := range ofNumbers() {
		for _, v := range []float64{math.Copysign(0, -1), -1e-12, -math.SmallestNonzeroFloat64, math.NaN(), math.Inf(1), math.Inf(-1)} {
			got := rule(v)
			if strings.ContainsAny(got, "-−") || strings.Contains(got, "Inf") || strings.Contains(got, "NaN") {
				t.Errorf("%s(%v) = %q", name, v, got)
			}
			if unknown := math.IsNaN(v) || math.IsInf(v, 0); unknown != strings.Contains(got, format.Missing) {
				t.Errorf("%s(%v) = %q", name, v, got)
			}
		}
	}
}

// printed is what any rule may print: a sign, one digit group of three after
// another, a point, a unit.
var printed = regexp.MustCompile(`^((up|down|flat) )?[+−]?\$?\d{1,3}(,\d{3})*(\.\d+)?( × 10\^\d+)?(%|\x{a0}[A-Za-z/]+)?$`)

// Whatever the number, it prints in the one form, with its own sign and close to
// its own size.
func TestEveryNumberPrintsInOneForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1440))
	for range 20_000 {
		v := math.Ldexp(rng.Float64()-0.5, rng.IntN(120)-30)
		for name, rule := range ofNumbers() {
			got := rule(v)
			if !printed.MatchString(got) {
				t.Fatalf("%s(%v) = %q", name, v, got)
			}
			if v > 0 && strings.Contains(got, "−") {
				t.Fatalf("%s(%v) = %q has the wrong sign", name, v, got)
			}
		}
		digits := strings.NewReplacer(",", "", "−", "-").Replace(format.Fixed(v, 2))
		if back, err := strconv.ParseFloat(digits, 64); err != nil || math.Abs(back-v) > 0.005+math.Abs(v)*1e-15 {
			t.Fatalf("%v printed as %q, which is %v, %v", v, digits, back, err)
		}
	}
}

// Even the longest span prints, and none prints as minus zero.
func TestDurationsOfAnyLength(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "−1\u00a0h", -999 * time.Millisecond: "0\u00a0s", -time.Second: "−1\u00a0s",
		math.MinInt64: "−106,751\u00a0d", math.MaxInt64: "106,751\u00a0d",
	} {
		if got := format.Duration(d); got != want {
			t.Errorf("Duration(%d) = %q, want %q", d, got, want)
		}
	}
	if got := format.Ago(-time.Hour); got != "now" {
		t.Errorf("a time ahead of the clock: got %q, want now", got)
	}
}

// Times print in UTC wherever they were written.
func TestTimesPrintInUTC(t *testing.T) {
	at := time.Date(2026, 3, 11, 3, 2, 8, 0, time.FixedZone("UTC+5:30", 19_800))
	for want, got := range map[string]string{
		"10 Mar 2026, 21:32:08 UTC": format.DateTimeUTC(at),
		"10 Mar":                    format.DayMonth(at),
		"10 Mar 21:32":              format.DayClock(at),
		"Mar 2026":                  format.MonthYear(at),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
