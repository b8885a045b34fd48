package ckpool

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

const demo = "bc1qdemo00000000000000000000000000000000"

func TestHashratesHaveASuffixOfAThousand(t *testing.T) {
	for text, want := range map[string]units.Hashrate{
		"0": 0, "142": 142, "1.5K": 1500, "1.5k": 1500, "2M": 2e6, "3G": 3e9, "142T": 142e12, "1.23P": 1.23e15, "1E": 1e18, "1e3": 1000,
	} {
		if got, err := parseRate(text); err != nil || got != mining.Of(want) {
			t.Errorf("%s is %v, %v; want %g", text, got, err, want)
		}
	}
	for _, text := range []string{"", "P", "1.2 P", "1.2p", "1.2PH/s", "1.2Z", "NaN", "Inf", "0x1P", "1_0", "-1P", "100000E", "1e308E", "null"} {
		if got, err := parseRate(text); err == nil || got.Known {
			t.Errorf("%s is %v, want an error", text, got)
		}
	}
}

func TestWorkersOfAnAddress(t *testing.T) {
	got, refused, err := decodeWorkers(upstream.Options{}, upstreamtest.Answer(t, "user.json"), demo, upstreamtest.Now())
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	h := func(v float64) mining.Maybe[units.Hashrate] { return mining.Of(units.Hashrate(v)) }
	at := func(s int64) mining.Maybe[time.Time] { return mining.Of(time.Unix(s, 0).UTC()) }
	silent, several := mining.Unknown[float64]("the pool did not say"), mining.Unknown[float64]("the pool lists the name twice")
	want := []pool.Worker{
		{ID: demo, Name: demo, State: pool.Online, Now: h(1e12), Hour: h(1e12), Day: h(1e12), Stale: silent, Rejected: silent, LastShare: mining.Unknown[time.Time]("the pool did not say")},
		{ID: demo + ".r02", Name: "r02", State: pool.Offline, Now: h(0), Hour: h(12.5e9), Day: h(900e6), Stale: silent, Rejected: silent, LastShare: at(1_795_300_000)},
		{ID: demo + ".s21", Name: "s21", State: pool.Online, Now: h(335.5e12), Hour: h(335e12), Day: h(335e12), Stale: several, Rejected: several, LastShare: at(1_795_409_999)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("workers differ (want -, got +):\n%s", diff)
	}
}

func TestBadWorkersDoNotCostTheOthers(t *testing.T) {
	body := fmt.Appendf(nil, `{"hashrate5m":"1P","workers":9,"worker":%s}`, upstreamtest.Answer(t, "bad_rows.json"))
	got, refused, err := decodeWorkers(upstream.Options{}, body, demo, upstreamtest.Now())
	if err != nil || len(got) != 1 || got[0].Name != "good" {
		t.Fatalf("got %v, error %v; want the good one", got, err)
	}
	want := []string{
		"hashrate5m: the hashrate -1e+15 is not between 0 and 1e+22 H/s",
		`hashrate5m: "NaN" is not a hashrate`,
		`hashrate5m: "1.2Q" is not a hashrate`,
		"hashrate5m: the hashrate 1e+23 is not between 0 and 1e+22 H/s",
		"lastshare: the time 2030-01-23T14:46:30Z is in the future",
		"the worker has no hashrate",
		"the worker has no name",
		"hashrate5m is not a text",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestAStandingThatIsNotSensibleIsAnError(t *testing.T) {
	for _, body := range []string{
		`{}`, `[]`, `null`, `{"hashrate5m":"1"}`, `{"workers":1}`, `{"hashrate5m":{},"workers":1}`, `{"hashrate5m":"1","workers":{}}`,
		`{"hashrate5m":"-1","workers":1}`, `{"hashrate5m":"1","workers":-1}`, `{"hashrate5m":"1","workers":1.5}`,
		`{"hashrate5m":"1","hashrate1d":"100000E","workers":1}`, `{"hashrate5m":"1","workers":1e12}`,
	} {
		s, err := decodeStanding(upstream.Options{}, []byte(body), upstreamtest.Now())
		if upstreamtest.Kind(err) != upstream.Malformed || s != (pool.Standing{}) {
			t.Errorf("%s gave %+v, %v; want that it is malformed", body, s, err)
		}
	}
	for _, body := range []string{`{}`, `{"workers":1}`, `{"workers":1,"worker":{}}`, `{"workers":1,"worker":null}`, `{"workers":1,"worker":[]}`, `{"worker":[]}`} {
		workers, _, err := decodeWorkers(upstream.Options{}, []byte(body), demo, upstreamtest.Now())
		if upstreamtest.Kind(err) != upstream.Malformed || workers != nil {
			t.Errorf("%s gave %v, %v; want that it is malformed", body, workers, err)
		}
	}
}

func TestAStatusWithoutAHashrateIsAnError(t *testing.T) {
	for _, body := range []string{"", "{}", "{\"runtime\":1}\n{\"diff\":1}", `[{"hashrate1hr":"1P"}]`, `{"hashrate1hr":"-1P"}`, `{"hashrate1hr":{}}`, `{"hashrate1hr":"1P"} tail`, "{\"hashrate1hr\":\"1P\"}\n{\"diff\":"} {
		if h, err := decodeStatus(upstream.Options{}, []byte(body)); upstreamtest.Kind(err) != upstream.Malformed || h != 0 {
			t.Errorf("%s gave %g, %v; want that it is malformed", body, h, err)
		}
	}
}

func FuzzUser(f *testing.F) {
	for _, name := range []string{"user.json", "bad_rows.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decodeStanding(upstream.Options{}, body, upstreamtest.Now())
		upstreamtest.CheckStanding(t, s, err)
		list := fmt.Appendf(nil, `{"workers":1,"worker":%s}`, body)
		workers, refused, err := decodeWorkers(upstream.Options{}, list, demo, upstreamtest.Now())
		upstreamtest.CheckWorkers(t, workers, refused, err)
	})
}

func FuzzStatus(f *testing.F) {
	f.Add(upstreamtest.Answer(f, "status.txt"))
	upstreamtest.Seeds(f, "status.txt")
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := decodeStatus(upstream.Options{}, body)
		if !(h >= 0 && h <= 1e22) || (err != nil && h != 0) {
			t.Errorf("%g H/s beside error %v", h, err)
		}
	})
}
