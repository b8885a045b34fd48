package mempool

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }

func TestDailyHashratesLeaveOutDaysWithoutAValue(t *testing.T) {
	points, steps, refused, err := decodeHashrates(upstreamtest.Answer(t, "hashrate.json"), upstreamtest.Now())
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	want := []market.Point{
		{T: unix(1794873600), V: 1.03e21}, {T: unix(1794960000), V: 1.03e21 + 1.1e18}, {T: unix(1795219200), V: 1.03e21 + 4*1.1e18},
		{T: unix(1795305600), V: 1.03e21 + 5*1.1e18}, {T: unix(1795392000), V: 1.03e21 + 6*1.1e18},
	}
	if diff := cmp.Diff(want, points, cmp.Comparer(func(a, b float64) bool { return a/b-1 < 1e-12 && b/a-1 < 1e-12 })); diff != "" {
		t.Errorf("points differ (want -, got +):\n%s", diff)
	}
	ratio := 1.01247
	if diff := cmp.Diff([]Adjustment{
		{T: unix(1793812433), Height: 973728, Difficulty: 150129681796865.6, Ratio: &ratio},
		{T: unix(1795013600), Height: 975744, Difficulty: 146506306925897.6},
	}, steps); diff != "" {
		t.Errorf("adjustments differ (want -, got +):\n%s", diff)
	}
}

func TestBadStatisticsDoNotCostTheOthers(t *testing.T) {
	points, steps, refused, err := decodeHashrates(upstreamtest.Answer(t, "hashrate_bad_rows.json"), upstreamtest.Now())
	if err != nil || len(points) != 1 || len(steps) != 0 {
		t.Errorf("%d points, %d adjustments, error %v; want one point", len(points), len(steps), err)
	}
	want := []string{
		"the time 2026-12-02T00:00:00Z is in the future", "the hashrate -1e+21 H/s is not one", "the hashrate 1e+40 H/s is not one",
		"the time is missing or not in whole seconds", "the row does not have the documented shape",
		"the height is missing or not that of a block", "the difficulty 0.9 is not between 1 and 1e+20",
		"the difficulty 1e+30 is not between 1 and 1e+20", "the adjustment 7 is not a ratio between a quarter and four",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestAdjustmentsComeAscending(t *testing.T) {
	steps, refused, err := decodeAdjustments(upstreamtest.Answer(t, "difficulty_adjustments.json"), upstreamtest.Now())
	if err != nil || len(refused) > 0 || len(steps) != 2 {
		t.Fatalf("%d adjustments, refused %v, error %v", len(steps), refused, err)
	}
	if steps[0].Height != 973728 || steps[1].Height != 975744 || *steps[1].Ratio != 0.975865 {
		t.Errorf("adjustments are %v", steps)
	}
	if _, refused, _ := decodeAdjustments([]byte(`[[1795013600,975744,146506306925897.6]]`), upstreamtest.Now()); len(refused) != 1 {
		t.Errorf("a row of three columns gave %v", refused)
	}
}

func TestFeesByBucket(t *testing.T) {
	points, refused, err := decodeFeePoints(upstreamtest.Answer(t, "block_fees.json"), upstreamtest.Now())
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	usd := 88198.0
	want := []FeePoint{
		{T: unix(1795408102), Height: 976410, Fees: 2714339, USD: &usd},
		{T: unix(1795408890), Height: 976411, Fees: 3105221.25},
		{T: unix(1795409530), Height: 976412, Fees: 0},
	}
	if diff := cmp.Diff(want, points); diff != "" {
		t.Errorf("points differ (want -, got +):\n%s", diff)
	}
	for body, check := range map[string]string{
		`[{"avgHeight":1,"timestamp":1795408102,"avgFees":-2}]`:     "the fees -2 sat are not an amount of bitcoin",
		`[{"avgHeight":1,"timestamp":1795408102,"avgFees":2.2e15}]`: "the fees 2.2e+15 sat are not an amount of bitcoin",
		`[{"avgHeight":-1,"timestamp":1795408102,"avgFees":2}]`:     "the height is missing or not that of a block",
		`[{"avgHeight":1,"avgFees":2}]`:                             "the time is missing or not in whole seconds",
		`[7]`:                                                       "the row does not have the documented shape",
	} {
		points, refused, err := decodeFeePoints([]byte(body), upstreamtest.Now())
		if diff := cmp.Diff([]string{check}, upstreamtest.Checks(refused)); diff != "" || len(points) > 0 || err != nil {
			t.Errorf("%s gave %v, %v (want -, got +):\n%s", body, points, err, diff)
		}
	}
}

func TestRecordedStatistics(t *testing.T) {
	points, steps, refused, err := decodeHashrates(upstreamtest.Recorded(t, "mempool_space/doc_v1_mining_hashrate_timePeriod.json"), upstreamtest.Now())
	if err != nil || len(refused) > 0 || len(points) != 3 || len(steps) != 1 || points[0].V != 236499762108771800000 || steps[0].Height != 736249 {
		t.Errorf("hashrates: %v, %v, refused %v, error %v", points, steps, refused, err)
	}
	fees, refused, err := decodeFeePoints(upstreamtest.Recorded(t, "mempool_space/doc_v1_mining_blocks_fees_timePeriod.json"), upstreamtest.Now())
	if err != nil || len(refused) > 0 || len(fees) < 6 || fees[0].Fees != 24212890 || fees[0].USD != nil {
		t.Errorf("fees: %v, refused %v, error %v", fees, refused, err)
	}
	rates, err := decodeFees(upstreamtest.Recorded(t, "mempool_space/doc_v1_fees_recommended.json"))
	if err != nil || rates.Fastest != 1 {
		t.Errorf("recommended fees: %v, %v", rates, err)
	}
	prices, err := decodePrices(upstreamtest.Recorded(t, "mempool_space/doc_v1_prices.json"), upstreamtest.Now())
	if err != nil || prices.ByCurrency["USD"] != 43753 || len(prices.ByCurrency) != 7 {
		t.Errorf("prices: %v, %v", prices, err)
	}
	if height, err := decodeHeight(upstreamtest.Recorded(t, "mempool_space/doc_blocks_tip_height.json")); err != nil || height != 698767 {
		t.Errorf("tip: %d, %v", height, err)
	}
}

func FuzzStatistics(f *testing.F) {
	for _, name := range []string{"hashrate.json", "hashrate_bad_rows.json", "difficulty_adjustments.json", "block_fees.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		points, steps, refused, _ := decodeHashrates(body, upstreamtest.Now())
		upstreamtest.CheckRefused(t, refused)
		for i, p := range points {
			upstreamtest.CheckT(t, p.T)
			if !(p.V > 0 && p.V <= 1e28) || (i > 0 && !p.T.After(points[i-1].T)) {
				t.Errorf("point %v is not sensible", p)
			}
		}
		more, refused, _ := decodeAdjustments(body, upstreamtest.Now())
		upstreamtest.CheckRefused(t, refused)
		for _, a := range append(steps, more...) {
			upstreamtest.CheckT(t, a.T)
			if a.Height < 0 || !(a.Difficulty >= 1 && a.Difficulty <= 1e20) || (a.Ratio != nil && !(*a.Ratio > 0 && *a.Ratio <= 5)) {
				t.Errorf("adjustment %v is not sensible", a)
			}
		}
		fees, refused, _ := decodeFeePoints(body, upstreamtest.Now())
		upstreamtest.CheckRefused(t, refused)
		for _, p := range fees {
			upstreamtest.CheckT(t, p.T)
			if p.Height < 0 || !(p.Fees >= 0 && p.Fees <= 21e14) || (p.USD != nil && !(*p.USD >= 1 && *p.USD <= 1e9)) {
				t.Errorf("bucket %v is not sensible", p)
			}
		}
	})
}

// serve answers every path with one body and notes what was asked.
func serve(t *testing.T, body string, asked *[]string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Path)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	c := New(upstream.Options{BaseURL: server.URL, Now: upstreamtest.Now, Rate: 1000, Burst: 100})
	t.Cleanup(c.Close)
	return c
}

func TestEveryCallAsksItsDocumentedPath(t *testing.T) {
	var asked []string
	list := serve(t, "[]", &asked)
	object := serve(t, "{}", &asked)
	tip := serve(t, "976412\n", &asked)
	ctx := t.Context()
	_, _, err1 := list.Blocks(ctx, 976412)
	_, _, err2 := list.DailyFees(ctx, "1y")
	_, _, err3 := list.DifficultyAdjustments(ctx, "3m")
	if err1 != nil || err2 != nil || err3 != nil {
		t.Errorf("empty lists are errors: %v, %v, %v", err1, err2, err3)
	}
	_, _, _, err1 = object.DailyHashrates(ctx, "3y")
	_, err2 = object.RecommendedFees(ctx)
	_, err3 = object.RewardStats(ctx, 144)
	_, err4 := object.Prices(ctx)
	for _, err := range []error{err1, err2, err3, err4} {
		if upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("an empty object gave %v, want that it is malformed", err)
		}
	}
	if height, err := tip.TipHeight(ctx); height != 976412 || err != nil {
		t.Errorf("tip is %d, %v", height, err)
	}
	want := []string{
		"/api/v1/blocks/976412", "/api/v1/mining/blocks/fees/1y", "/api/v1/mining/difficulty-adjustments/3m", "/api/v1/mining/hashrate/3y",
		"/api/v1/fees/recommended", "/api/v1/mining/reward-stats/144", "/api/v1/prices", "/api/blocks/tip/height",
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("paths differ (want -, got +):\n%s", diff)
	}
}

func TestFaults(t *testing.T) {
	now := upstreamtest.Now()
	upstreamtest.Faults(t, upstreamtest.Answer(t, "blocks.json"), func(o upstream.Options) error {
		c := New(o)
		defer c.Close()
		_, _, err := c.Blocks(t.Context(), now.Unix())
		return err
	})
}
