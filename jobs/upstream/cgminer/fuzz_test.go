package cgminer

import (
	"math"
	"testing"

	"switchyard/econ/mining"
	"switchyard/jobs/upstream/upstreamtest"
)

// sensible fails unless every figure of a reading is finite, not negative where
// it cannot be, and bounded.
func sensible(t *testing.T, r mining.Reading) {
	t.Helper()
	within := func(what string, known bool, v, low, high float64) {
		if known && !(v >= low && v <= high) || math.IsNaN(v) {
			t.Errorf("%s is %v", what, v)
		}
	}
	within("hashrate", r.Hashrate.Known, float64(r.Hashrate.Value), 0, maxHashrate)
	within("mean hashrate", r.Average.Known, float64(r.Average.Value), 0, maxHashrate)
	within("expected hashrate", r.Expected.Known, float64(r.Expected.Value), 0, maxHashrate)
	within("power", r.Power.Known, float64(r.Power.Value), 0, maxPower)
	within("inlet", r.InletC.Known, r.InletC.Value, coldest, hottest)
	within("board", r.BoardC.Known, r.BoardC.Value, coldest, hottest)
	within("chip", r.ChipC.Known, r.ChipC.Value, coldest, hottest)
	within("uptime", r.Uptime.Known, r.Uptime.Value.Seconds(), 0, maxUptime)
	within("accepted", r.Accepted.Known, float64(r.Accepted.Value), 0, maxCount)
	within("rejected", r.Rejected.Known, float64(r.Rejected.Value), 0, maxCount)
	within("hardware errors", r.HardwareErrors.Known, float64(r.HardwareErrors.Value), 0, maxCount)
	for _, rpm := range r.FansRPM {
		within("fan", true, float64(rpm), 0, maxRPM)
	}
	for _, text := range []string{r.Model, r.Firmware, r.Mode, r.PoolURL, r.Worker} {
		if len([]rune(text)) > maxText+len("work mode ") {
			t.Errorf("a text of %d characters", len([]rune(text)))
		}
	}
}

func fuzzDecoder(f *testing.F, decode func([]byte, *mining.Reading) error, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add(upstreamtest.Answer(f, seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r mining.Reading
		if err := decode(raw, &r); err != nil && FaultOf(err) == "" {
			t.Errorf("an error without a fault: %v", err)
		}
		sensible(t, r)
	})
}

func FuzzSummary(f *testing.F) {
	fuzzDecoder(f, DecodeSummary, "bitmain_summary.json", "whatsminer_summary.json", "denied.json")
}

func FuzzStats(f *testing.F) {
	f.Add([]byte(`{"STATUS":"S","STATS":[{"MM ID0":"Ver[1] Temp[31] TMax[78] Fan1[4275] WALLPOWER[3731] GHSspd[199241.07] GHSmm[201920.42] WORKMODE[1]"}]}`))
	fuzzDecoder(f, DecodeStats, "bitmain_stats.json", "bitmain_chains.json", "denied.json")
}

func FuzzPools(f *testing.F) { fuzzDecoder(f, DecodePools, "pools.json", "denied.json") }

func FuzzDevs(f *testing.F) {
	f.Add([]byte(`{"STATUS":"S","DEVS":[{"ASC":0,"MHS 1m":61500000.5,"Temperature":76,"Chip Temp Max":88.1},{"MHS 5s":1}]}`))
	fuzzDecoder(f, DecodeDevs, "denied.json")
}

func FuzzVersion(f *testing.F) {
	f.Add([]byte(`{"STATUS":[{"STATUS":"S"}],"VERSION":[{"API":"3.1","Miner":"2.0","Type":"Antminer S21"}]}`))
	fuzzDecoder(f, DecodeVersion, "denied.json")
}

// What has been mended needs no mending.
func FuzzRepair(f *testing.F) {
	f.Add([]byte(`,{"l":[,{"a":inf,}{"b":"x""temp0":1,}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		once := Repair(raw)
		if twice := Repair(once); string(twice) != string(once) {
			t.Errorf("%q became %q and then %q", raw, once, twice)
		}
	})
}
