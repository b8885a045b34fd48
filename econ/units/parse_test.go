package units_test

import (
	"math"
	"strings"
	"testing"

	"switchyard/econ/units"
)

// parsers give what they read as text, so that one table tests them all.
var parsers = map[string]func(string) (any, error){
	"usd":        func(s string) (any, error) { v, err := units.ParseUSD(s); return v.String(), err },
	"rate":       func(s string) (any, error) { v, err := units.ParseRate(s); return v.String(), err },
	"percent":    func(s string) (any, error) { v, err := units.ParsePercent(s); return v.String(), err },
	"btc":        func(s string) (any, error) { v, err := units.ParseBTC(s); return int64(v), err },
	"hashrate":   func(s string) (any, error) { v, err := units.ParseHashrate(s); return float64(v), err },
	"power":      func(s string) (any, error) { v, err := units.ParsePower(s); return float64(v), err },
	"energy":     func(s string) (any, error) { v, err := units.ParseEnergy(s); return float64(v), err },
	"efficiency": func(s string) (any, error) { v, err := units.ParseEfficiency(s); return float64(v), err },
	"difficulty": func(s string) (any, error) { v, err := units.ParseDifficulty(s); return float64(v), err },
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		kind, text string
		want       any
	}{
		{"usd", "1234.5", "1234.50"},
		{"usd", " $1,234.50 ", "1234.50"},
		{"usd", "-$20", "-20.00"},
		{"usd", "−$20.10", "-20.10"},
		{"usd", "$ 7", "7.00"},
		{"usd", "+7", "7.00"},
		{"usd", ".5", "0.50"},
		{"usd", "5.", "5.00"},
		{"usd", "1.500", "1.50"},
		{"usd", "-0", "0.00"},
		{"usd", "999999999999999999.99", "999999999999999999.99"},
		{"rate", "48.25", "48.25"},
		{"rate", "0.000001", "0.000001"},
		{"rate", "-3.10", "-3.1"},
		{"percent", "8.25%", "0.0825"},
		{"percent", "100 %", "1"},
		{"percent", "0.0001", "0.000001"},
		{"btc", "0.03", int64(3_000_000)},
		{"btc", "21,000,000 BTC", int64(2_100_000_000_000_000)},
		{"hashrate", "270 TH/s", 270e12},
		{"hashrate", "5.5\u00a0PH/s", 5.5e15},
		{"hashrate", "1,010EH/s", 1.01e21},
		{"power", "3,645 W", 3645.0},
		{"power", "500 kW", 500e3},
		{"power", "103.8 MW", 103.8e6},
		{"energy", "750 kWh", 0.75},
		{"energy", "882.5 MWh", 882.5},
		{"efficiency", "17.5 J/TH", 17.5},
		{"difficulty", "144.04 T", 144.04e12},
	} {
		if got, err := parsers[c.kind](c.text); err != nil || got != c.want {
			t.Errorf("%s %q: got %v, %v, want %v", c.kind, c.text, got, err, c.want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{"usd", "", "missing"},
		{"usd", "$", "missing"},
		{"usd", "1,5", "comma groups thousands"},
		{"usd", "12,34,567", "comma groups thousands"},
		{"usd", "1.005", "more than 2 decimals"},
		{"usd", "1e6", "not a number"},
		{"usd", "NaN", "not a number"},
		{"usd", "Inf", "not a number"},
		{"usd", ".", "not a number"},
		{"usd", "--5", "not a number"},
		{"usd", "$-5", "sign stands before"},
		{"usd", "1000000000000000000", "too large"},
		{"usd", strings.Repeat("9", 1000), "too many digits"},
		{"rate", "0.0000001", "more than 6 decimals"},
		{"percent", "0.00001%", "more than 4 decimals"},
		{"btc", "0.000000001", "more than 8 decimals"},
		{"btc", "100,000,000,000", "more than there can be"},
		{"hashrate", "5", "needs its unit: TH/s or PH/s or EH/s"},
		{"hashrate", "5 GH/s", "needs its unit"},
		{"hashrate", "-5 TH/s", "below zero"},
		{"hashrate", "TH/s", "missing"},
		{"power", "5 mW", "needs its unit"},
		{"power", "1,2 kW", "comma groups thousands"},
		{"energy", "5 MW", "needs its unit"},
	} {
		got, err := parsers[c.kind](c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: got %v, %v, want an error with %q", c.kind, c.text, got, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "$1,234.50", "−0.5", "1e9", "5 TH/s", ".", "1,2,3", "99999999999999999999 W"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := units.ParseUSD(text)
		if again, err2 := units.ParseUSD(v.String()); err == nil && (err2 != nil || !again.Equal(v)) {
			t.Errorf("%q is %s, which is %s, %v", text, v, again, err2)
		}
		for kind, parse := range parsers {
			got, err := parse(text)
			if f, ok := got.(float64); ok && err == nil && (f < 0 || math.IsInf(f, 0) || math.IsNaN(f)) {
				t.Errorf("%s %q: got %v", kind, text, f)
			}
		}
	})
}
