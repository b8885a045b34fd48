package kraken

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

func hours(t testing.TB, from, to int64, now time.Time) upstream.Window {
	t.Helper()
	w, err := upstream.NewWindow(time.Hour, time.Unix(from, 0), time.Unix(to, 0), now)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestCandlesEndBeforeTheUnfinishedOne(t *testing.T) {
	want := []market.Candle{
		{T: time.Unix(five-3*3600, 0).UTC(), Open: 88290, High: 88333, Low: 88201.7, Close: 88262.2, Volume: 12.25},
		{T: time.Unix(five-2*3600, 0).UTC(), Open: 88262.2, High: 88262.2, Low: 88262.2, Close: 88262.2},
		{T: time.Unix(five-3600, 0).UTC(), Open: 88262.2, High: 88300, Low: 87990, Close: 88012, Volume: 44.125},
	}
	for name, now := range map[string]time.Time{
		"by our clock":        upstreamtest.Now(),
		"by Kraken's, slower": upstreamtest.Now().Add(time.Hour), // ours says that 05:00 is over
	} {
		got, refused, err := decodeOHLC(upstreamtest.Answer(t, "ohlc.json"), hours(t, five-3*3600, five+3600, now))
		if err != nil || len(refused) > 0 {
			t.Fatalf("refused %v, error %v", refused, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: candles differ (want -, got +):\n%s", name, diff)
		}
	}
}

func TestWarningsAndOtherNamesOfThePairAreNoErrors(t *testing.T) {
	got, _, err := decodeOHLC(upstreamtest.Answer(t, "ohlc_warning.json"), hours(t, five-5*3600, five, upstreamtest.Now()))
	if err != nil || len(got) != 1 {
		t.Errorf("%d candles, error %v; want one", len(got), err)
	}
}

func TestErrorsComeWithStatus200(t *testing.T) {
	w := hours(t, five-5*3600, five, upstreamtest.Now())
	_, _, err := decodeOHLC(upstreamtest.Answer(t, "error.json"), w)
	if upstreamtest.Kind(err) != upstream.Refused {
		t.Errorf("error is %v, want Kraken's own", err)
	}
	upstreamtest.Contains(t, err, "kraken: the exchange said: EQuery:Unknown asset pair")
	for _, body := range []string{`{"error":["WGeneral:x","EAPI:Rate limit exceeded"],"result":{}}`, `{"error":["EGeneral:Too many requests"]}`} {
		if _, _, err := decodeOHLC([]byte(body), w); upstreamtest.Kind(err) != upstream.RateLimited {
			t.Errorf("%s gave %v, want that the rate is limited", body, err)
		}
	}
	for _, body := range []string{`{"error":[]}`, `{"error":[],"result":{"last":1}}`, `{"error":[],"result":{"A":[],"B":[],"last":1}}`, `{"error":[],"result":{"A":{},"last":1}}`, `{"error":[],"result":{"A":null}}`} {
		if _, _, err := decodeOHLC([]byte(body), w); upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%s gave %v, want that it is malformed", body, err)
		}
	}
}

func TestBadCandlesDoNotCostTheOthers(t *testing.T) {
	got, refused, err := decodeOHLC(upstreamtest.Answer(t, "ohlc_bad_rows.json"), hours(t, five-5*3600, five, upstreamtest.Now()))
	if err != nil || len(got) != 1 {
		t.Fatalf("%d candles, error %v; want one", len(got), err)
	}
	want := []string{
		"the price -1 is not between 1 and 1e+09 USD",
		"the candle has fewer than eight columns",
		"the row does not have the documented shape",
		"low and high do not contain open and close",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

// exchange keeps the newest 720 candles of each width, the unfinished one among
// them, and answers with those after "since".
func exchange(asked *[]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		*asked = append(*asked, r.URL.Path+" "+q.Get("pair")+" "+q.Get("interval"))
		minutes, err1 := strconv.ParseInt(q.Get("interval"), 10, 64)
		since, err2 := strconv.ParseInt(q.Get("since"), 10, 64)
		if err1 != nil || err2 != nil {
			fmt.Fprint(w, `{"error":["EGeneral:Invalid arguments"]}`)
			return
		}
		width := minutes * 60
		newest := upstreamtest.Now().Unix() / width * width
		rows := ""
		for at := newest - (maxRows-1)*width; at <= newest; at += width {
			if at > since {
				rows += fmt.Sprintf(`,[%d,"1001","1003","1000","1002","1001.5","1.5",9]`, at)
			}
		}
		fmt.Fprintf(w, `{"error":[],"result":{"XXBTZUSD":[%s],"last":%d}}`, rows[min(1, len(rows)):], newest-width)
	}))
}

func TestCandlesReachBack720OfEachWidth(t *testing.T) {
	tests := []struct {
		name         string
		width        time.Duration
		from, to     int // candles before the unfinished one
		want, oldest int
		asked        string
	}{
		{"one", time.Minute, 1, 0, 1, 1, "/0/public/OHLC XBTUSD 1"},
		{"all there are", time.Minute, 719, 0, 719, 719, "/0/public/OHLC XBTUSD 1"},
		{"more than there are", time.Hour, 2000, 0, 719, 719, "/0/public/OHLC XBTUSD 60"},
		{"years of days", 24 * time.Hour, 1100, 700, 19, 719, "/0/public/OHLC XBTUSD 1440"},
		{"a span in the middle", time.Hour, 500, 490, 10, 500, "/0/public/OHLC XBTUSD 60"},
		{"older than all", time.Minute, 1500, 800, 0, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked []string
			server := exchange(&asked)
			c := New(upstream.Options{BaseURL: server.URL, Now: upstreamtest.Now})
			newest := upstreamtest.Now().Truncate(tt.width)
			at := func(n int) time.Time { return newest.Add(-time.Duration(n) * tt.width) }
			got, refused, err := c.Candles(t.Context(), tt.width, at(tt.from), at(tt.to))
			server.Close()
			if err != nil || len(refused) > 0 {
				t.Fatalf("refused %v, error %v", refused, err)
			}
			if len(got) != tt.want || (tt.want > 0 && !got[0].T.Equal(at(tt.oldest))) {
				t.Errorf("%d candles from %v, want %d from %s", len(got), got, tt.want, at(tt.oldest))
			}
			if (tt.asked == "") != (len(asked) == 0) || (tt.asked != "" && (len(asked) != 1 || asked[0] != tt.asked)) {
				t.Errorf("asked %q, want %q", asked, tt.asked)
			}
		})
	}
	if _, _, err := New(upstream.Options{}).Candles(t.Context(), time.Second, time.Now(), time.Now()); err == nil {
		t.Error("a width of a second is accepted")
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
	for _, name := range []string{"ohlc.json", "ohlc_warning.json", "ohlc_bad_rows.json", "error.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := hours(t, five-6*3600, five, upstreamtest.Now())
		candles, refused, err := decodeOHLC(body, w)
		upstreamtest.CheckCandles(t, w, candles, refused, err)
	})
}
