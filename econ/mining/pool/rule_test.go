package pool_test

import (
	"strings"
	"testing"

	"switchyard/econ/mining/pool"
)

func rule(t testing.TB, text string) pool.Rule {
	t.Helper()
	r, err := pool.ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParseRuleSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "a rule is missing",
		"  ":                     "a rule is missing",
		"{rack":                  "a { has no } after it",
		"{ra{ck}":                "a { has no } after it",
		"rack}":                  "a } has no { before it",
		"{shelf}-{slot}":         "{shelf} is no field: there are {site}, {building}",
		"{}":                     "{} is no field",
		"{rack}{slot}":           "between {rack} and {slot}",
		"{rack}-{slot}-{rack}":   "{rack} stands there twice",
		"miner":                  "names no machine",
		"{building}-{rack}":      "names no machine",
		"{slot}\x00":             "cannot be seen",
		strings.Repeat("a", 201): "too long",
	} {
		_, err := pool.ParseRule(text)
		fails(t, text, err, want)
	}
	same(t, "text", rule(t, " r{Rack}s{ slot } ").String(), "r{Rack}s{ slot }")
}

// Whatever is typed, ParseRule gives a rule that can be used or a sentence; and
// what it prints is read again as the same rule.
func FuzzParseRule(f *testing.F) {
	for _, s := range []string{"{building}-{rack}-{slot}", "r{rack}s{slot}", "{serial}", "{mac}", "x{address}", "{any}.{slot}", "{{slot}}", "}{", "[{slot}", "İ{slot}\\E"} {
		f.Add(s, "r01s02")
	}
	machines := []pool.Machine{{UnitID: 1, Rack: "1", Slot: "2", Serial: "A1", MAC: "02:00:00:00:00:01"}}
	f.Fuzz(func(t *testing.T, text, worker string) {
		r, err := pool.ParseRule(text)
		if err != nil {
			if len(err.Error()) < 10 {
				t.Errorf("%q: %v says too little", text, err)
			}
			return
		}
		again, err := pool.ParseRule(r.String())
		if err != nil {
			t.Fatalf("%q is a rule, what it prints is not: %v", text, err)
		}
		one := pool.Match([]pool.Rule{r}, []string{worker}, machines)
		two := pool.Match([]pool.Rule{again}, []string{worker}, machines)
		if len(one.Units)+len(one.Unmatched) != 1 || one.Units[worker] != two.Units[worker] {
			t.Errorf("%q of %q: got %+v and %+v", worker, text, one, two)
		}
	})
}
