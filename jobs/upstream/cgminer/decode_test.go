package cgminer

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/jobs/upstream/upstreamtest"
)

// decoders by the command whose answer they read.
func decoders() map[string]func([]byte, *mining.Reading) error {
	return map[string]func([]byte, *mining.Reading) error{
		"summary": DecodeSummary, "stats": DecodeStats, "pools": DecodePools, "devs": DecodeDevs, "version": DecodeVersion,
	}
}

func decoded(t *testing.T, answers map[string][]byte) mining.Reading {
	t.Helper()
	var r mining.Reading
	for _, command := range []string{"summary", "stats", "pools", "devs", "version"} {
		if raw, ok := answers[command]; ok {
			if err := decoders()[command](raw, &r); err != nil {
				t.Fatalf("%s: %v", command, err)
			}
		}
	}
	return r
}

// known are the figures of a reading that are known, for comparison.
func known(r mining.Reading) map[string]float64 {
	m := map[string]float64{}
	put := func(name string, v mining.Maybe[float64]) {
		if v.Known {
			m[name] = v.Value
		}
	}
	rate := func(name string, v mining.Maybe[units.Hashrate]) {
		put(name, mining.Maybe[float64]{Value: float64(v.Value) / 1e12, Known: v.Known})
	}
	rate("TH/s", r.Hashrate)
	rate("mean TH/s", r.Average)
	rate("expected TH/s", r.Expected)
	put("W", mining.Maybe[float64]{Value: float64(r.Power.Value), Known: r.Power.Known})
	put("inlet", r.InletC)
	put("board", r.BoardC)
	put("chip", r.ChipC)
	put("uptime s", mining.Maybe[float64]{Value: r.Uptime.Value.Seconds(), Known: r.Uptime.Known})
	put("rejected", mining.Maybe[float64]{Value: float64(r.Rejected.Value), Known: r.Rejected.Known})
	return m
}

var nearly = cmp.Comparer(func(a, b float64) bool { d := a - b; return d < 1e-6 && d > -1e-6 })

func TestBitmainSaysGigahashesTextsAndBoardsFromSix(t *testing.T) {
	r := decoded(t, map[string][]byte{
		"summary": upstreamtest.Answer(t, "bitmain_summary.json"),
		"stats":   upstreamtest.Answer(t, "bitmain_stats.json"),
		"pools":   upstreamtest.Answer(t, "pools.json"),
	})
	want := map[string]float64{
		"TH/s": 200.41122, "mean TH/s": 199.87041, "expected TH/s": 200, "board": 61, "chip": 70, "uptime s": 119134, "rejected": 12,
	}
	if diff := cmp.Diff(want, known(r), nearly); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{5580, 5610}, r.FansRPM); diff != "" {
		t.Error(diff)
	}
	if r.Model != "Antminer S21" || r.PoolURL != "stratum+tcp://pool-b.example:3333" || r.Worker != "acme.r01s01" || !r.PoolAlive.Value {
		t.Errorf("got %q, %q, %q, %+v", r.Model, r.PoolURL, r.Worker, r.PoolAlive)
	}
}

func TestBitmainsNewerFormSumsItsChains(t *testing.T) {
	r := decoded(t, map[string][]byte{"stats": upstreamtest.Answer(t, "bitmain_chains.json")})
	want := map[string]float64{"TH/s": 133.0005, "board": 58, "chip": 71, "uptime s": 900}
	if diff := cmp.Diff(want, known(r), nearly); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{5400, 5460}, r.FansRPM); diff != "" {
		t.Error(diff)
	}
}

func TestWhatsminerSaysMegahashesAndPower(t *testing.T) {
	r := decoded(t, map[string][]byte{"summary": upstreamtest.Answer(t, "whatsminer_summary.json")})
	want := map[string]float64{
		"TH/s": 184.5012234, "mean TH/s": 184.2112231, "expected TH/s": 184, "W": 3402, "inlet": 24.5, "board": 76,
		"uptime s": 86400, "rejected": 10,
	}
	if diff := cmp.Diff(want, known(r), nearly); diff != "" {
		t.Error(diff)
	}
	if r.Mode != "Normal" || r.Firmware != "20240108.22.REL" || len(r.FansRPM) != 2 {
		t.Errorf("mode %q, firmware %q, fans %v", r.Mode, r.Firmware, r.FansRPM)
	}
}

func TestWhatDoesNotMakeSenseIsRefusedAndLeavesTheReading(t *testing.T) {
	summary := func(row string) string { return `{"STATUS":"S","SUMMARY":[{` + row + `}]}` }
	for text, want := range map[string]string{
		summary(`"GHS 5s":-1`):                                           `"GHS 5s" is -1`,
		summary(`"GHS 5s":1e300`):                                        `"GHS 5s" is 1e+300`,
		summary(`"GHS 5s":5,"Elapsed":-4`):                               `"Elapsed" is -4`,
		summary(`"GHS 5s":5,"Power":1e9`):                                `"Power" is 1e+09`,
		summary(`"GHS 5s":5,"Temperature":999`):                          `"Temperature" is 999`,
		`{"STATUS":"S","SUMMARY":[7]}`:                                   "not an object",
		`{"STATUS":"S","SUMMARY":[]}`:                                    "empty",
		`{"STATUS":"S"}`:                                                 "no SUMMARY",
		`{"SUMMARY":[{}]}`:                                               "no status",
		`{"STATUS":{"STATUS":"E","Msg":"Access denied"},"SUMMARY":[{}]}`: "Access denied",
		`{"STATUS":"F","Msg":"out of memory"}`:                           "out of memory",
		`{"STATUS":"Q"}`:                                                 `status is "Q"`,
		`<html>`:                                                         "not JSON",
		``:                                                               "not JSON",
	} {
		r := mining.Reading{Model: "as it was"}
		err := DecodeSummary([]byte(text), &r)
		upstreamtest.Contains(t, err, want)
		if diff := cmp.Diff(mining.Reading{Model: "as it was"}, r, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestAnUnknownNumberIsNotZero(t *testing.T) {
	r := decoded(t, map[string][]byte{"summary": []byte(`{"STATUS":"S","SUMMARY":[{"GHS 5s":"inf","MHS av":0,"Temperature":-273.0,"Power":""}]}`)})
	if diff := cmp.Diff(map[string]float64{"mean TH/s": 0}, known(r)); diff != "" {
		t.Error(diff)
	}
}

// The malformations firmware is known for, each around the same summary.
func TestMalformedJSONIsMended(t *testing.T) {
	for text, want := range map[string]string{
		"{\"a\":1}\x00":                `{"a":1}`,
		"{\"a\":1}\x00rubbish":         `{"a":1}`,
		`{"a":1,}`:                     `{"a":1}`,
		"{\"a\":\"x\ny\",\r\n\"b\":2}": `{"a":"x y","b":2}`,
		`{"l":[{"a":1}{"b":2}]}`:       `{"l":[{"a":1},{"b":2}]}`,
		`{"l":[,{"a":1}]}`:             `{"l":[{"a":1}]}`,
		`{"a":"1""temp0":5}`:           `{"a":"1","temp0":5}`,
		`{"a":inf,"b":-nan,"c":"inf"}`: `{"a":"inf","b":"-nan","c":"inf"}`,
		`,{"a":1}`:                     `{"a":1}`,
		`{"l":[{"a":1}`:                `{"l":[{"a":1}]}`,
		`{"l":[{"a":1},`:               `{"l":[{"a":1}]}`,
		`{"a":1}}`:                     `{"a":1}`,
		`{"a":"a,}b\"c[,{"}`:           `{"a":"a,}b\"c[,{"}`,
		`{"a":12`:                      `{"a":12`, // half a number is another number
		`{"a":"tex`:                    `{"a":"tex`,
	} {
		if got := string(Repair([]byte(text))); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	var r mining.Reading
	if err := DecodeStats([]byte(`{"STATUS":"S","STATS":[{"temp1":1,"temp1":2}]}`), &r); err != nil || r.BoardC.Value != 2 {
		t.Errorf("a key given twice: %+v, %v", r.BoardC, err)
	}
}

// The recorded answers of real machines.
func TestRecordedAnswers(t *testing.T) {
	load := func(file string) []byte { return upstreamtest.Recorded(t, "cgminer/"+file) }
	hammer := decoded(t, map[string][]byte{
		"summary": load("hammer_rpc_summary.json"), "stats": load("hammer_rpc_stats.json"),
		"pools": load("hammer_rpc_pools.json"), "version": load("hammer_rpc_version.json"),
	})
	if hammer.Hashrate.Value != 4885.0813*1e6 || hammer.Uptime.Value != 119134*time.Second || hammer.Model != "Hammer D10" {
		t.Errorf("hammer: %+v", hammer)
	}
	avalon := decoded(t, map[string][]byte{
		"stats": load("avalon1566_rpc_stats.json"), "pools": load("avalon1566_rpc_pools.json"),
		"devs": load("avalon1566_rpc_devs.json"), "version": load("avalon1566_rpc_version.json"),
	})
	want := map[string]float64{
		"TH/s": 199.24107, "expected TH/s": 201.92042, "W": 3731, "inlet": 31, "chip": 78, "uptime s": 975,
	}
	if diff := cmp.Diff(want, known(avalon), nearly); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{4275, 4282}, avalon.FansRPM); diff != "" || avalon.Worker != "pool_username.real_worker" {
		t.Errorf("avalon: %s %q", diff, avalon.Worker)
	}
}
