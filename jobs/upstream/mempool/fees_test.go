package mempool

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

func TestTipIsABareNumber(t *testing.T) {
	for _, body := range []string{"", "{}", "-1", "976412.0", "0x10", "99999999999", "<html>", "976412 976413"} {
		if height, err := decodeHeight([]byte(body)); upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%q gave %d, %v; want that it is malformed", body, height, err)
		}
	}
}

func TestRecommendedFeesAreAllThereOrNone(t *testing.T) {
	got, err := decodeFees(upstreamtest.Answer(t, "recommended.json"))
	if want := (Fees{Fastest: 4, HalfHour: 3, Hour: 2, Economy: 2, Minimum: 1}); err != nil || got != want {
		t.Errorf("fees are %v, %v; want %v", got, err, want)
	}
	for _, body := range []string{
		`null`, `[]`, `{"fastestFee":4}`, `{"fastestFee":-1,"halfHourFee":3,"hourFee":2,"economyFee":2,"minimumFee":1}`,
		`{"fastestFee":1e9,"halfHourFee":3,"hourFee":2,"economyFee":2,"minimumFee":1}`,
		`{"fastestFee":4,"halfHourFee":3,"hourFee":2,"economyFee":2,"minimumFee":0}`,
	} {
		if got, err := decodeFees([]byte(body)); upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%s gave %v, %v; want that it is malformed", body, got, err)
		}
	}
}

func TestRewardStatsAreReadFromStrings(t *testing.T) {
	got, err := decodeRewardStats(upstreamtest.Answer(t, "reward_stats.json"))
	want := RewardStats{Start: 976269, End: 976412, Reward: 45_401_380_000, Fees: 401_380_000, Transactions: 598_231}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, statistics differ (want -, got +):\n%s", err, diff)
	}
	for name, body := range map[string]string{
		"one satoshi too many": `{"startBlock":976269,"endBlock":976412,"totalReward":"45401380001","totalFee":"401380000","totalTx":"1"}`,
		"backwards":            `{"startBlock":976412,"endBlock":976269,"totalReward":"45401380000","totalFee":"401380000","totalTx":"1"}`,
		"no fees":              `{"startBlock":976269,"endBlock":976412,"totalReward":"45401380000","totalFee":null,"totalTx":"1"}`,
		"negative":             `{"startBlock":976269,"endBlock":976412,"totalReward":"1","totalFee":"-1","totalTx":"1"}`,
		"a fraction":           `{"startBlock":976269,"endBlock":976412,"totalReward":"1.5","totalFee":"1","totalTx":"1"}`,
		"no blocks":            `{"totalReward":"1","totalFee":"1","totalTx":"1"}`,
		"not an object":        `[]`,
	} {
		if got, err := decodeRewardStats([]byte(body)); upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%s gave %v, %v; want that it is malformed", name, got, err)
		}
	}
	// Across the halving at 840,000, and from the first block on.
	for _, body := range []string{
		`{"startBlock":839999,"endBlock":840000,"totalReward":937500000,"totalFee":0,"totalTx":2}`,
		`{"startBlock":0,"endBlock":1,"totalReward":10000000000,"totalFee":0,"totalTx":2}`,
	} {
		if _, err := decodeRewardStats([]byte(body)); err != nil {
			t.Errorf("%s gave %v", body, err)
		}
	}
}

func TestPricesWithoutDataAreAbsent(t *testing.T) {
	got, err := decodePrices(upstreamtest.Answer(t, "prices.json"), upstreamtest.Now())
	want := Prices{T: unix(1795408200), ByCurrency: map[string]float64{"USD": 88150, "EUR": 76690, "GBP": 66990, "JPY": 13663250}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, prices differ (want -, got +):\n%s", err, diff)
	}
	for _, body := range []string{`null`, `[]`, `{"USD":1}`, `{"time":1795408200,"USD":1e12}`, `{"time":1795408200,"USD":0.5}`, `{"time":1795408200,"EUR":-7}`, `{"time":1795408200000,"USD":88150}`} {
		if got, err := decodePrices([]byte(body), upstreamtest.Now()); upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%s gave %v, %v; want that it is malformed", body, got, err)
		}
	}
	if got, err := decodePrices([]byte(`{"time":1795408200,"USD":-1}`), upstreamtest.Now()); err != nil || len(got.ByCurrency) > 0 {
		t.Errorf("a price of -1 gave %v, %v; want none", got, err)
	}
}

func FuzzObjects(f *testing.F) {
	for _, name := range []string{"recommended.json", "reward_stats.json", "prices.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Add([]byte("976412"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if h, err := decodeHeight(body); err == nil && (h < 0 || h > maxHeight) {
			t.Errorf("height %d", h)
		}
		if r, err := decodeFees(body); err == nil {
			for _, rate := range []float64{r.Fastest, r.HalfHour, r.Hour, r.Economy, r.Minimum} {
				if !(rate > 0 && rate <= 1e8) {
					t.Errorf("fees %v", r)
				}
			}
		}
		if s, err := decodeRewardStats(body); err == nil && (s.Start < 0 || s.End < s.Start || s.Reward < 0 || s.Fees < 0 || s.Reward > 21e14 || s.Fees > 21e14) {
			t.Errorf("statistics %v", s)
		}
		if p, err := decodePrices(body, upstreamtest.Now()); err == nil {
			upstreamtest.CheckT(t, p.T)
			for code, price := range p.ByCurrency {
				if !(price > 0) || (code == "USD" && !(price >= 1 && price <= 1e9)) {
					t.Errorf("price in %s is %g", code, price)
				}
			}
		}
	})
}
