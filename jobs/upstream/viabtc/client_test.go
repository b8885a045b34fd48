package viabtc

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

func TestANormalDay(t *testing.T) {
	s := serve(t)
	c := s.acme()
	stands, err := c.Standing(t.Context())
	if err != nil || stands.Now.Value != 19411223344556677 || stands.Hour.Value != 19301223344556677 || stands.Day.Value != 19122334455667788 ||
		stands.Active.Value != 97 || stands.Inactive.Value != 3 || stands.Unpaid.Value != 412_210 || !stands.At.Equal(upstreamtest.Now()) {
		t.Errorf("standing is %+v, error %v", stands, err)
	}
	workers, refused, err := c.Workers(t.Context())
	if err != nil || len(refused) > 0 || len(workers) != 2 || workers[0].ID != "7001" || workers[0].State != pool.Online || workers[0].Rejected.Value != 0.0012 || workers[1].State != pool.Offline || workers[1].Day.Value != units.TH {
		t.Errorf("workers are %+v, refused %v, error %v", workers, refused, err)
	}
	payouts, refused, err := c.Payouts(t.Context(), november(22), november(24))
	if err != nil || len(refused) > 0 || len(payouts) != 2 || payouts[0].TxID != "" || payouts[1].Sats != 831_000 || payouts[1].TxID == "" || payouts[1].Ref != "90211" {
		t.Errorf("payouts are %+v, refused %v, error %v", payouts, refused, err)
	}
	if payouts, _, err = c.Payouts(t.Context(), november(23), november(24)); err != nil || len(payouts) != 1 {
		t.Errorf("payouts of the 23rd are %+v, error %v; want one", payouts, err)
	}
	want := []string{
		"/res/openapi/v1/hashrate?coin=BTC", "/res/openapi/v1/account?tonce=1795410030000", "/res/openapi/v1/hashrate/worker?coin=BTC&limit=50&page=1",
		"/res/openapi/v1/wallet/payment/history?coin=BTC&limit=50&page=1", "/res/openapi/v1/wallet/payment/history?coin=BTC&limit=50&page=1",
	}
	if diff := cmp.Diff(want, s.asked); diff != "" || c.Name() != "viabtc" {
		t.Errorf("%s asked otherwise (want -, got +):\n%s", c.Name(), diff)
	}
}

// A day of Beijing begins at 16:00 of the day before in UTC.
func TestDaysAreThoseOfBeijing(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		name     string
		from, to time.Time
		asked    string // the days, empty: none
		want     []string
	}{
		{"two days of UTC", november(21), november(23), "end_date=2026-11-23&limit=50&page=1&start_date=2026-11-21", []string{"2026-11-21", "2026-11-22", "2026-11-23"}},
		{"a day of Beijing", november(21).Add(16 * time.Hour), november(22).Add(16 * time.Hour), "end_date=2026-11-22&limit=50&page=1&start_date=2026-11-22", []string{"2026-11-22"}},
		{"a second more", november(21).Add(16*time.Hour - time.Second), november(22).Add(16*time.Hour + time.Second), "end_date=2026-11-23&limit=50&page=1&start_date=2026-11-21", []string{"2026-11-21", "2026-11-22", "2026-11-23"}},
		{"into the future", november(23), november(30), "end_date=2026-11-23&limit=50&page=1&start_date=2026-11-23", []string{"2026-11-23"}},
		{"all of it in the future", november(24), november(30), "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.set(func(s *server) { s.asked = nil })
			list, refused, err := s.acme().Earnings(t.Context(), c.from, c.to)
			upstreamtest.CheckEarnings(t, list, refused, err)
			var got []string
			for _, e := range list {
				got = append(got, e.Ref)
				if day, parsed := time.Parse(time.DateOnly, e.Ref); parsed != nil || !e.From.Equal(day.Add(-8*time.Hour)) || e.To.Sub(e.From) != 24*time.Hour {
					t.Errorf("%s covers %s to %s", e.Ref, e.From, e.To)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil || len(refused) > 0 {
				t.Errorf("refused %v, error %v, days differ (want -, got +):\n%s", refused, err, diff)
			}
			for _, asked := range s.asked {
				if !strings.HasSuffix(asked, "/history?coin=BTC&"+c.asked) {
					t.Errorf("asked %s, want the days %s", asked, c.asked)
				}
			}
			if (c.asked == "") != (len(s.asked) == 0) {
				t.Errorf("asked %v", s.asked)
			}
		})
	}
}

func TestAProfitHasTheHashrateOfItsDay(t *testing.T) {
	list, _, err := serve(t).acme().Earnings(t.Context(), november(21), november(24))
	if err != nil || len(list) != 3 {
		t.Fatalf("got %v, %v; want three days", list, err)
	}
	for i, want := range []struct {
		net  units.Sats
		rate units.Hashrate
		open bool
	}{{830_001, 0, false}, {831_000, 19122334455667788, false}, {211_111, 192e14, true}} {
		if e := list[i]; e.Net != want.net || e.Hashrate.Value != want.rate || e.Hashrate.Known != (want.rate > 0) || e.Open != want.open || e.Fee.Known {
			t.Errorf("day %d is %+v, want %+v", i, e, want)
		}
	}
}

func TestADayThatComesLate(t *testing.T) {
	s := serve(t)
	all := s.lists["/profit/history"]
	s.set(func(s *server) { s.lists["/profit/history"] = []string{all[0], all[2]} }) // but it has a hashrate already
	c := s.acme()
	from, to := november(21).Add(16*time.Hour), november(22).Add(16*time.Hour)
	if list, _, err := c.Earnings(t.Context(), from, to); err != nil || len(list) > 0 {
		t.Errorf("got %v, %v; want nothing yet", list, err)
	}
	s.set(func(s *server) { s.lists["/profit/history"] = all })
	if list, _, err := c.Earnings(t.Context(), from, to); err != nil || len(list) != 1 || list[0].Net != 831_000 {
		t.Errorf("got %v, %v; want the day", list, err)
	}
}

// many are rows of workers that hash.
func many(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"worker_id":%d,"worker_name":"w%04d","worker_status":"active","hashrate_10min":"1","reject_rate":"0.3"}`, i+1, i+1))
	}
	return list
}

func TestPagesAreReadToTheEnd(t *testing.T) {
	s := serve(t)
	for _, n := range []int{0, 1, 50, 51, 120} {
		s.set(func(s *server) { s.lists["/hashrate/worker"], s.asked = many(n), nil })
		workers, _, err := s.acme().Workers(t.Context())
		if err != nil || len(workers) != n || len(s.asked) != max(1, (n+49)/50) {
			t.Errorf("%d workers after %d calls, error %v; want %d", len(workers), len(s.asked), err, n)
		}
	}
}

func TestAListThatIsNotWhole(t *testing.T) {
	for what, change := range map[string]func(s *server){
		"a page that repeats":             func(s *server) { s.lists["/hashrate/worker"], s.repeat = many(120), true },
		"an empty page before the last":   func(s *server) { s.lists["/hashrate/worker"], s.hollow = many(120), true },
		"none though workers are counted": func(s *server) { s.lists["/hashrate/worker"], s.count = nil, 3 },
	} {
		s := serve(t)
		s.set(change)
		workers, refused, err := s.acme().Workers(t.Context())
		upstreamtest.CheckWorkers(t, workers, refused, err)
		if upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%s gave %v, want that it is malformed", what, err)
		}
	}
}

func TestPartsOfRefusedSharesAreFractionsOrPercent(t *testing.T) {
	s := serve(t)
	row := func(id int, reject string) string {
		return fmt.Sprintf(`{"worker_id":%d,"worker_name":"w%d","worker_status":"active","hashrate_10min":"1","reject_rate":%s}`, id, id, reject)
	}
	var log bytes.Buffer
	c := s.client(pool.Access{Account: "acme", Key: key, Secret: secret}, slog.New(slog.NewTextHandler(&log, nil)), upstreamtest.Now)
	for _, tt := range []struct {
		rows []string
		want []float64
	}{
		{[]string{row(1, `"0.5"`), row(2, `"0"`)}, []float64{0.5, 0}},
		{[]string{row(1, `"0.5"`), row(2, `"25"`)}, []float64{0.005, 0.25}},
		{[]string{row(1, `"0.5"`), row(2, `0`)}, []float64{0.005, 0}}, // it has shown that it tells percent
	} {
		s.set(func(s *server) { s.lists["/hashrate/worker"] = tt.rows })
		workers, _, err := c.Workers(t.Context())
		if err != nil || len(workers) != 2 || workers[0].Rejected.Value != tt.want[0] || workers[1].Rejected.Value != tt.want[1] {
			t.Errorf("%v are %+v, %v; want %v", tt.rows, workers, err, tt.want)
		}
	}
	if strings.Count(log.String(), "form=percent") != 1 || strings.Contains(log.String(), key) || strings.Contains(log.String(), secret) {
		t.Errorf("the log is %s", log.String())
	}
}

func TestWhatItSaysAtStatus200(t *testing.T) {
	s := serve(t)
	expired := s.client(pool.Access{Account: "acme", Key: "expired", Secret: secret}, nil, upstreamtest.Now)
	upstreamtest.AllFail(t, expired, "expired", upstream.Denied)
	for say, kind := range map[string]upstream.Kind{
		`{"code":12001,"data":{},"message":"Invalid key ` + key + `"}`:        upstream.Denied,
		`{"code":12002,"data":{},"message":"` + secret + ` does not match"}`:  upstream.Denied,
		`{"code":12003,"data":{},"message":"Invalid tonce"}`:                  upstream.Clock,
		`{"code":12004,"data":{},"message":"IP not allowed"}`:                 upstream.Blocked,
		`{"code":5001,"data":{},"message":"Coin does not exist"}`:             upstream.Refused,
		`{"code":5003,"message":"Worker not found"}`:                          upstream.Refused,
		`{"code":5008,"message":"Group not found"}`:                           upstream.Refused,
		`{"code":2,"message":"Invalid argument"}`:                             upstream.Refused,
		`{"code":{},"data":{},"message":"OK"}`:                                upstream.Malformed,
		`{"code":null,"data":{},"message":"OK"}`:                              upstream.Malformed,
		`{"code":0,"message":"OK"}`:                                           upstream.Malformed,
		`{"code":0,"data":{"hashrate_10min":{"a":1},"data":[],"has_next":1}}`: upstream.Malformed,
		`{"code":0,"data":{"data":[],"has_next":false}}`:                      upstream.Malformed,
		`[]`: upstream.Malformed,
	} {
		t.Run(say, func(t *testing.T) {
			s.set(func(s *server) { s.say = say })
			failing(t, s.acme(), kind)
		})
	}
	s.set(func(s *server) { s.say = `{"code":5003,"message":"Worker not found"}` })
	_, _, err := s.acme().Workers(t.Context())
	upstreamtest.Contains(t, err, "viabtc: it refused the call: Worker not found")
}

// Only what is signed has a time that can be wrong.
func TestAClockThatIsWrong(t *testing.T) {
	s := serve(t)
	for _, skew := range []time.Duration{-time.Minute, time.Second, time.Hour} {
		c := s.client(pool.Access{Account: "acme", Key: key, Secret: secret}, nil, func() time.Time { return upstreamtest.Now().Add(skew) })
		stands, err := c.Standing(t.Context())
		if upstreamtest.Kind(err) != upstream.Clock || stands != (pool.Standing{}) {
			t.Errorf("%s off gave %+v, %v; want that the clock is wrong", skew, stands, err)
		}
		if workers, _, err := c.Workers(t.Context()); err != nil || len(workers) != 2 {
			t.Errorf("%s off: %d workers, %v", skew, len(workers), err)
		}
	}
	wrong := s.client(pool.Access{Account: "acme", Key: key, Secret: "other"}, nil, upstreamtest.Now)
	if _, err := wrong.Standing(t.Context()); upstreamtest.Kind(err) != upstream.Denied {
		t.Errorf("a wrong secret gave %v", err)
	}
}

func TestWithoutASecretTheBalanceIsUnknown(t *testing.T) {
	stands, err := serve(t).client(pool.Access{Account: "acme", Key: key}, nil, upstreamtest.Now).Standing(t.Context())
	if err != nil || !stands.Now.Known || stands.Unpaid.Known || stands.Unpaid.Why != "the pool tells it to signed calls only" {
		t.Errorf("standing is %+v, %v", stands, err)
	}
}

func TestItAsksNotToBeAsked(t *testing.T) {
	limited := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, key, secret)
	}))
	defer limited.Close()
	c := New(upstreamtest.Once(limited.URL), pool.Access{Account: "acme", Key: key, Secret: secret})
	defer c.Close()
	failing(t, c, upstream.RateLimited)
}

func TestFaults(t *testing.T) {
	page := func(beside bool, file string) []byte {
		around := fmt.Sprintf(`"data":[%s],"has_next":false,"total":2`, strings.Join(rows(t, file), ","))
		if beside {
			return []byte(`{"code":0,` + around + `,"message":"OK"}`)
		}
		return []byte(`{"code":0,"data":{` + around + `},"message":"OK"}`)
	}
	both := bytes.Replace(bytes.TrimSpace(upstreamtest.Answer(t, "hashrate.json")), []byte(`"data":{`), []byte(`"data":{"balance":[{"coin":"BTC","amount":"1"}],`), 1)
	days := []byte(strings.ReplaceAll(string(page(false, "profit.json")), `"pplns_profit"`, `"hashrate":"1","pplns_profit"`))
	for what, call := range map[string]struct {
		good []byte
		ask  func(c *Client) error
	}{
		"standing": {both, func(c *Client) error { _, err := c.Standing(t.Context()); return err }},
		"workers":  {page(false, "workers.json"), func(c *Client) error { _, _, err := c.Workers(t.Context()); return err }},
		"earnings": {days, func(c *Client) error { _, _, err := c.Earnings(t.Context(), november(21), november(24)); return err }},
		"payouts":  {page(true, "payments.json"), func(c *Client) error { _, _, err := c.Payouts(t.Context(), november(21), november(24)); return err }},
	} {
		t.Run(what, func(t *testing.T) {
			upstreamtest.Faults(t, slices.Clone(call.good), func(o upstream.Options) error {
				c := New(o, pool.Access{Account: "acme", Key: key, Secret: secret})
				defer c.Close()
				return call.ask(c)
			})
		})
	}
}
