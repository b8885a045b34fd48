package bitstamp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// five is 2026-11-23 05:00 UTC, half a minute before the tests' now.
const five = 1_795_410_000

func window(t testing.TB, width time.Duration, from, to int64) upstream.Window {
	t.Helper()
	w, err := upstream.NewWindow(width, time.Unix(from, 0), time.Unix(to, 0), upstreamtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestCandlesAreReadFromStrings(t *testing.T) {
	got, refused, err := decodeOHLC(upstreamtest.Answer(t, "ohlc.json"), window(t, time.Hour, five-2*3600, five+3600))
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	want := []market.Candle{
		{T: time.Unix(five-2*3600, 0).UTC(), Open: 88221, High: 88221, Low: 88221, Close: 88221},
		{T: time.Unix(five-3600, 0).UTC(), Open: 88221, High: 88260, Low: 87985, Close: 88006, Volume: 21.25},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("candles differ (want -, got +):\n%s", diff)
	}
}

func TestBadCandlesDoNotCostTheOthers(t *testing.T) {
	got, refused, err := decodeOHLC(upstreamtest.Answer(t, "ohlc_bad_rows.json"), window(t, time.Hour, five-5*3600, five))
	if err != nil || len(got) != 1 {
		t.Fatalf("%d candles, error %v; want one", len(got), err)
	}
	want := []string{
		"low and high do not contain open and close",
		"the price 1e+12 is not between 1 and 1e+09 USD",
		"a price is missing",
		"the row does not have the documented shape",
		"the row does not have the documented shape",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

// exchange answers at most limit candles between start and end; whether the end
// counts is not documented.
func exchange(asked *[]string, endCounts bool) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		*asked = append(*asked, r.URL.Path+" "+q.Get("step"))
		number := func(key string) int64 { n, _ := strconv.ParseInt(q.Get(key), 10, 64); return n }
		step, limit, end := number("step"), number("limit"), number("end")
		if step == 0 || limit > 1000 {
			http.Error(w, `{"code":"invalid","errors":[]}`, http.StatusBadRequest)
			return
		}
		rows := ""
		at := (number("start") + step - 1) / step * step
		for ; limit > 0 && (at < end || (endCounts && at == end)); at += step {
			limit--
			rows += fmt.Sprintf(`,{"timestamp":"%d","open":"1001","high":"1003","low":"1000","close":"1002","volume":"1.5"}`, at)
		}
		fmt.Fprintf(w, `{"data":{"pair":"BTC/USD","ohlc":[%s]}}`, rows[min(1, len(rows)):])
	}))
}

func TestCandlesStayWithin1000ARequest(t *testing.T) {
	for _, endCounts := range []bool{true, false} {
		for _, tt := range []struct {
			width    time.Duration
			n, pages int
			asked    string
		}{
			{time.Minute, 1, 1, "/api/v2/ohlc/btcusd/ 60"},
			{time.Hour, 1000, 1, "/api/v2/ohlc/btcusd/ 3600"},
			{time.Minute, 1001, 2, "/api/v2/ohlc/btcusd/ 60"},
			{24 * time.Hour, 1100, 2, "/api/v2/ohlc/btcusd/ 86400"},
		} {
			var asked []string
			server := exchange(&asked, endCounts)
			c := New(upstream.Options{BaseURL: server.URL, Now: upstreamtest.Now, Rate: 1000, Burst: 10})
			to := upstreamtest.Now().Truncate(tt.width)
			got, refused, err := c.Candles(t.Context(), tt.width, to.Add(-time.Duration(tt.n)*tt.width), to)
			server.Close()
			if err != nil || len(refused) > 0 {
				t.Fatalf("refused %v, error %v", refused, err)
			}
			if len(got) != tt.n || len(asked) != tt.pages || asked[0] != tt.asked {
				t.Errorf("%d candles in %d requests of %q, want %d in %d of %q", len(got), len(asked), asked[0], tt.n, tt.pages, tt.asked)
			}
		}
	}
}

// The recorded thousand days hold one day twice.
func TestRecordedCandles(t *testing.T) {
	for _, tt := range []struct {
		name     string
		width    time.Duration
		from, to int64
		n        int
	}{
		{"bitstamp/api_v2_ohlc_btcusd_step60_limit10.json", time.Minute, 1577836200, 1577836200 + 600, 10},
		{"bitstamp/api_v2_ohlc_btcusd_step86400_limit1000.json", 24 * time.Hour, 1491523200, 1491523200 + 1000*86400, 999},
	} {
		got, refused, err := decodeOHLC(upstreamtest.Recorded(t, tt.name), window(t, tt.width, tt.from, tt.to))
		if err != nil || len(refused) > 0 || len(got) != tt.n {
			t.Errorf("%s gave %d candles, refused %v, error %v; want %d", tt.name, len(got), refused, err, tt.n)
		}
	}
}

func TestFaults(t *testing.T) {
	upstreamtest.Faults(t, upstreamtest.Answer(t, "ohlc.json"), func(o upstream.Options) error {
		c := New(o)
		defer c.Close()
		_, _, err := c.Candles(t.Context(), time.Hour, time.Unix(five-5*3600, 0), time.Unix(five, 0))
		return err
	})
}

func FuzzCandles(f *testing.F) {
	for _, name := range []string{"ohlc.json", "ohlc_bad_rows.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := window(t, time.Hour, five-6*3600, five)
		candles, refused, err := decodeOHLC(body, w)
		upstreamtest.CheckCandles(t, w, candles, refused, err)
	})
}
