package coinbase

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// five is 2026-11-23 05:00 UTC, half a minute before the tests' now.
const five = 1_795_410_000

func hours(t testing.TB, from, to int64) upstream.Window {
	t.Helper()
	w, err := upstream.NewWindow(time.Hour, time.Unix(from, 0), time.Unix(to, 0), upstreamtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestCandlesComeAscendingWithoutUnfinishedOnes(t *testing.T) {
	// The answer begins an hour before the span, has no trades from 01:00, and
	// ends with the candle of 05:00, which is not over.
	got, refused, err := decodeCandles(upstreamtest.Answer(t, "candles.json"), hours(t, five-5*3600, five+3600))
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	want := []market.Candle{
		{T: time.Unix(five-5*3600, 0).UTC(), Low: 88219.35, High: 88287.6, Open: 88239.6, Close: 88275.1, Volume: 53.5},
		{T: time.Unix(five-3*3600, 0).UTC(), Low: 88246, High: 88314.25, Open: 88266.25, Close: 88301.75, Volume: 50.25},
		{T: time.Unix(five-2*3600, 0).UTC(), Low: 88034.25, High: 88102.5, Open: 88054.5, Close: 88090, Volume: 47},
		{T: time.Unix(five-3600, 0).UTC(), Low: 88084.5, High: 88152.75, Open: 88104.75, Close: 88140.25, Volume: 43.75},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("candles differ (want -, got +):\n%s", diff)
	}
}

func TestBadCandlesDoNotCostTheOthers(t *testing.T) {
	got, refused, err := decodeCandles(upstreamtest.Answer(t, "candles_bad_rows.json"), hours(t, five-6*3600, five))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 {
		t.Errorf("%d candles, want one", len(got))
	}
	want := []string{
		"the row does not have the documented shape",
		"low and high do not contain open and close",
		"the price 0 is not between 1 and 1e+09 USD",
		"a price is missing",
		"the candle has fewer than six columns",
		"the row does not have the documented shape",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

// exchange answers like the document says: it rejects more than 300 points,
// counts both ends, and answers newest first.
func exchange(t *testing.T, asked *[]string) *httptest.Server {
	t.Helper()
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		*asked = append(*asked, r.URL.Path+" "+q.Get("granularity"))
		from, err1 := time.Parse(time.RFC3339, q.Get("start"))
		to, err2 := time.Parse(time.RFC3339, q.Get("end"))
		var width int64
		if _, err := fmt.Sscan(q.Get("granularity"), &width); err != nil || err1 != nil || err2 != nil || r.UserAgent() == "" {
			http.Error(w, `{"message":"bad request"}`, http.StatusBadRequest)
			return
		}
		rows := "["
		n := 0
		for at := to.Unix() - to.Unix()%width; at >= from.Unix(); at -= width {
			if n++; n > 1 {
				rows += ","
			}
			rows += fmt.Sprintf("[%d,1000,1003,1001,1002,1.5]", at)
		}
		if n > maxPoints {
			http.Error(w, `{"message":"granularity too small for the requested time range"}`, http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, rows+"]")
	}))
}

func TestCandlesStayWithin300PointsARequest(t *testing.T) {
	for _, tt := range []struct {
		width    time.Duration
		n, pages int
		path     string
	}{
		{time.Minute, 1, 1, "/products/BTC-USD/candles 60"},
		{time.Minute, 300, 1, "/products/BTC-USD/candles 60"},
		{time.Minute, 301, 2, "/products/BTC-USD/candles 60"},
		{time.Hour, 900, 3, "/products/BTC-USD/candles 3600"},
		{24 * time.Hour, 1100, 4, "/products/BTC-USD/candles 86400"},
	} {
		var asked []string
		server := exchange(t, &asked)
		c := New(upstream.Options{BaseURL: server.URL, Now: upstreamtest.Now, Rate: 1000, Burst: 10})
		to := upstreamtest.Now().Truncate(tt.width)
		got, refused, err := c.Candles(t.Context(), tt.width, to.Add(-time.Duration(tt.n)*tt.width), to)
		server.Close()
		if err != nil || len(refused) > 0 {
			t.Fatalf("refused %v, error %v", refused, err)
		}
		if len(got) != tt.n || len(asked) != tt.pages || asked[0] != tt.path {
			t.Errorf("%d candles in %d requests of %q, want %d in %d of %q", len(got), len(asked), asked[0], tt.n, tt.pages, tt.path)
		}
		for i := 1; i < len(got); i++ {
			if got[i].T.Sub(got[i-1].T) != tt.width {
				t.Fatalf("candle %d begins at %s, after %s", i, got[i].T, got[i-1].T)
			}
		}
	}
}

func TestCandlesOfAnEmptySpanAreNotAskedFor(t *testing.T) {
	c := New(upstream.Options{BaseURL: "http://127.0.0.1:1", Now: upstreamtest.Now})
	got, refused, err := c.Candles(t.Context(), time.Hour, upstreamtest.Now(), upstreamtest.Now().Add(time.Hour))
	if len(got) > 0 || len(refused) > 0 || err != nil {
		t.Errorf("got %v, %v, %v; want nothing", got, refused, err)
	}
}

func TestFaults(t *testing.T) {
	upstreamtest.Faults(t, upstreamtest.Answer(t, "candles.json"), func(o upstream.Options) error {
		c := New(o)
		defer c.Close()
		_, _, err := c.Candles(t.Context(), time.Hour, time.Unix(five-5*3600, 0), time.Unix(five, 0))
		return err
	})
}

func FuzzCandles(f *testing.F) {
	for _, name := range []string{"candles.json", "candles_bad_rows.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := hours(t, five-6*3600, five)
		candles, refused, err := decodeCandles(body, w)
		upstreamtest.CheckCandles(t, w, candles, refused, err)
	})
}
