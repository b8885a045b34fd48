package pool_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"switchyard/econ/mining/pool"
)

func register() []pool.Machine {
	return []pool.Machine{
		{UnitID: 1, SiteID: 1, Site: "Pecos", Building: "B1", Rack: "R01", Slot: "01", Serial: "HKYD0012", MAC: "02:aa:00:00:00:01", Address: netip.MustParseAddr("10.1.2.3")},
		{UnitID: 2, SiteID: 1, Site: "Pecos", Building: "B1", Rack: "1", Slot: "2", Serial: "HKYD012", Address: netip.MustParseAddr("::ffff:10.1.2.40")},
		{UnitID: 3, SiteID: 2, Site: "Reeves Sud", Building: "b2", Aisle: "A", Rack: "1", Slot: "2", Serial: "JY-77"},
		{UnitID: 4, SiteID: 2, Site: "Reeves Sud", Building: "b2", Aisle: "A", Rack: "1-1", Slot: "10", Address: netip.MustParseAddr("fd00::1")},
		{UnitID: 5, SiteID: 2, Site: "Reeves Sud", Building: "b2", Aisle: "B", Rack: "11", Slot: "100"},
		{UnitID: 6, SiteID: 2, Site: "Reeves Sud", Building: "b2", Aisle: "B", Rack: "11", Slot: "0"},
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		rule   string
		site   int64
		worker string
		unit   int64
		why    pool.Why
	}{
		{"{serial}", 0, "hkyd0012", 1, ""},
		{"{serial}", 0, "HKYD012", 2, ""}, // zeros of a serial count
		{"{serial}", 0, "JY77", 3, ""},    // dashes do not
		{"{serial}", 0, "HKYD13", 0, pool.NoMachine},
		{"{mac}", 0, "02AA00000001", 1, ""},
		{"m-{mac}", 0, "M-02-aa-00-00-00-01", 1, ""},
		{"{mac}", 0, "02aa000001", 0, pool.NoRule},
		{"{address}", 0, "10x1x2x3", 1, ""},
		{"{address}", 0, "010.001.2.40", 2, ""},
		{"ip{address}", 0, "ip10-1-2-40", 2, ""},
		{"{address}", 0, "10.1.2.4", 0, pool.NoMachine},
		{"{rack}s{slot}", 0, "r01s1", 1, ""},
		{"r{rack}s{slot}", 0, "R001S002", 0, pool.TwoMachines},
		{"r{rack}s{slot}", 2, "R001S002", 3, ""},
		{"r{rack}s{slot}", 1, "R001S002", 2, ""},
		{"{building}-{rack}-{slot}", 0, "B02-1-2", 3, ""},
		{"{building}-{rack}-{slot}", 0, "b2-11-10", 0, pool.NoMachine}, // rack 1-1 is not rack 11
		{"{building}-{rack}-{slot}", 0, "b2-11-100", 5, ""},
		{"{building}-{rack}-{slot}", 0, "b2-11-000", 6, ""},
		{"{building}-{rack}-{slot}", 0, "b2-11-", 0, pool.NoRule},
		{"{site}.{aisle}.{rack}.{slot}", 0, "ReevesSud.b.11.100", 5, ""},
		{"{any}.r{rack}s{slot}", 2, "company.x.r1s2", 3, ""},
		{"{any}_{serial}", 0, "s19_JY-77", 3, ""},
		{"{serial}.{any}", 0, "JY-77.left", 3, ""},
		{"w[{slot}]+", 1, "w[2]+", 2, ""}, // what is no field is meant as it stands
		{"w[{slot}]+", 1, "w2", 0, pool.NoRule},
	} {
		r := rule(t, c.rule)
		r.Site = c.site
		got := pool.Match([]pool.Rule{r}, []string{c.worker}, register())
		why := pool.Why("")
		if len(got.Unmatched) == 1 {
			why = got.Unmatched[0].Why
		}
		if got.Units[c.worker] != c.unit || why != c.why {
			t.Errorf("%q by %s at site %d: got %d %q, want %d %q", c.worker, c.rule, c.site, got.Units[c.worker], why, c.unit, c.why)
		}
	}
}

func TestFirstRuleThatFindsOneMachineCounts(t *testing.T) {
	rules := []pool.Rule{rule(t, "r{rack}s{slot}"), rule(t, "{serial}"), rule(t, "{any}s{slot}"), {}}
	workers := []string{"r1s2", "JY-77", "r9s100", "r9s9", "!", "r9s100"}
	got := pool.Match(rules, workers, register())
	// Two machines have the place of r1s2; r9s100 has the slot of one alone.
	want := []pool.Unmatched{{Worker: "r1s2", Why: pool.TwoMachines}, {Worker: "r9s9", Why: pool.NoMachine}, {Worker: "!", Why: pool.NoRule}}
	if !slices.Equal(got.Unmatched, want) || len(got.Units) != 2 || got.Units["JY-77"] != 3 || got.Units["r9s100"] != 5 {
		t.Errorf("got %+v, want %+v and two units", got, want)
	}
	none := pool.Match(nil, workers[:1], register())
	if len(none.Units) != 0 || none.Unmatched[0].Why != pool.NoRule {
		t.Errorf("without rules: got %+v", none)
	}
}

func TestTwoWorkersOfOneMachineHaveNone(t *testing.T) {
	got := pool.Match([]pool.Rule{rule(t, "{serial}")}, []string{"JY-77", "HKYD012", "jy77", "JY-77"}, register())
	want := []pool.Unmatched{{Worker: "JY-77", Why: pool.MachineTwice, Unit: 3}, {Worker: "jy77", Why: pool.MachineTwice, Unit: 3}}
	if !slices.Equal(got.Unmatched, want) || len(got.Units) != 1 || got.Units["HKYD012"] != 2 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// BenchmarkMatch matches 100,000 workers by three rules, of which the last one
// reads them.
func BenchmarkMatch(b *testing.B) {
	const n = 100_000
	machines, workers := make([]pool.Machine, n), make([]string, n)
	for i := range machines {
		building, rack, slot := i/10_000, i/100%100, i%100
		machines[i] = pool.Machine{
			UnitID: int64(i + 1), SiteID: 1, Site: "Pecos", Building: fmt.Sprintf("B%d", building), Rack: fmt.Sprintf("%02d", rack),
			Slot: fmt.Sprint(slot), Serial: fmt.Sprintf("HKYD%08d", i), MAC: fmt.Sprintf("02:00:00:%02x:%02x:%02x", i>>16, i>>8&255, i&255),
		}
		workers[i] = fmt.Sprintf("b%d-%d-%03d", building, rack, slot)
	}
	rules := []pool.Rule{rule(b, "{mac}"), rule(b, "r{rack}s{slot}"), rule(b, "{building}-{rack}-{slot}")}
	for b.Loop() {
		if got := pool.Match(rules, workers, machines); len(got.Units) != n {
			b.Fatalf("%d of %d are matched", len(got.Units), n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/worker")
}
