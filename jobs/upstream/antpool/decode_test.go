package antpool

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
	"switchyard/jobs/upstream/upstreamtest"
)

// decoder is a client that asks nobody.
func decoder() *Client {
	return New(upstream.Options{Now: upstreamtest.Now}, pool.Access{Account: user})
}

func raw(t testing.TB, file string) []json.RawMessage {
	t.Helper()
	var list []json.RawMessage
	if err := json.Unmarshal(upstreamtest.Answer(t, file), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestHashratesWithAUnitOrWithout(t *testing.T) {
	for text, want := range map[string]units.Hashrate{
		"0": 0, "127603936523714": 127603936523714, "1.5e12": 1.5e12, "306.23 TH/s": 306.23e12, "306.23TH/s": 306.23e12,
		"0.00 H/s": 0, "1.5 KH/s": 1500, "2 MH/s": 2e6, "3 gh/s": 3e9, "4 PH/s": 4e15, "5 EH/s": 5e18, "1 ZH/s": 1e21,
	} {
		if got, err := parseRate(text); err != nil || got != mining.Of(want) {
			t.Errorf("%q is %v, %v; want %g", text, got, err, want)
		}
	}
	for _, text := range []string{"", "TH/s", " TH/s", "NaN TH/s", "NaN", "Inf H/s", "306.23 T", "306.23 XH/s", "1,306 TH/s", "-1 TH/s", "100 ZH/s", "0x1F TH/s", "1 TH/s 2"} {
		if got, err := parseRate(text); err == nil || got.Known {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
}

func TestPartsOfShares(t *testing.T) {
	for text, want := range map[string]struct {
		v    float64
		form string
	}{
		`"0.12%"`: {0.0012, "text in percent"}, `"0.5 %"`: {0.005, "text in percent"}, `"0.0012"`: {0.0012, "a fraction"}, `0.0012`: {0.0012, "a fraction"},
		`1`: {1, "a fraction"}, `1.5`: {0.015, "a number in percent"}, `"25"`: {0.25, "a number in percent"},
	} {
		got, form, err := readPart(poolwire.ReadObject([]byte(`{"r":`+text+`}`)), "r")
		if err != nil || !got.Known || got.V != want.v || form != want.form {
			t.Errorf("%s is %v, %s, %v; want %v", text, got, form, err, want)
		}
	}
}

func TestTimesInEachForm(t *testing.T) {
	want := time.Date(2026, 11, 22, 3, 11, 40, 0, time.UTC)
	for text, form := range map[string]string{
		`"2026-11-22T03:11:40Z"`: "text, UTC unless it says otherwise", `"2026-11-22 03:11:40"`: "text, UTC unless it says otherwise", `"2026-11-22T11:11:40+08:00"`: "text, UTC unless it says otherwise",
		`1795317100`: "Unix seconds", `"1795317100"`: "Unix seconds", `1795317100000`: "Unix milliseconds", `"1795317100000"`: "Unix milliseconds",
	} {
		o := poolwire.ReadObject([]byte(`{"time":` + text + `}`))
		got, said, err := readTime(o, upstreamtest.Now(), "timestamp", "time")
		if err != nil || o.Err() != nil || got != mining.Of(want) || said != form {
			t.Errorf("%s is %v as %s, %v, %v; want %s as %s", text, got, said, err, o.Err(), want, form)
		}
	}
}

func TestKeysInWhateverCase(t *testing.T) {
	for in, want := range map[string]string{
		`{"hsLast1H":1,"USER":"a"}`:         `{"hslast1h":1,"user":"a"}`,
		`{"hsLast1H":"1","hsLast1h":"1"}`:   `{"hslast1h":"1"}`,
		`{"hsLast1H":"1","hsLast1h":"2"}`:   `{"hslast1h":null}`,
		`{"A":1,"a":{"B":2},"b":[{"C":1}]}`: `{"a":null,"b":[{"C":1}]}`,
		`[{"A":1}]`:                         `[{"A":1}]`,
		`nonsense`:                          `nonsense`,
	} {
		if got := string(fold([]byte(in))); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}

func TestWorkersOfAnAccount(t *testing.T) {
	got, refused := readRows(raw(t, "workers.json"), decoder().worker)
	if len(refused) > 0 {
		t.Fatalf("refused %v", refused)
	}
	h := func(v float64) mining.Maybe[units.Hashrate] { return mining.Of(units.Hashrate(v)) }
	at := func(s int64) mining.Maybe[time.Time] { return mining.Of(time.Unix(s, 0).UTC()) }
	unsaid, noRate := mining.Unknown[float64](notSaid), mining.Unknown[units.Hashrate](notSaid)
	want := []pool.Worker{
		{ID: "acme01.r01s01", Name: "r01s01", State: pool.Online, Now: h(306.23e12), Hour: h(305.1e12), Day: h(0.3e15), Stale: unsaid, Rejected: mining.Of(0.0012), LastShare: at(1_795_409_981)},
		{ID: "r01s02", Name: "r01s02", State: pool.Offline, Now: h(0), Hour: h(0), Day: h(900e9), Stale: unsaid, Rejected: mining.Of(0.0012), LastShare: at(1_795_300_000)},
		{ID: "r01s03", Name: "r01s03", State: pool.Online, Now: h(200111222333444), Hour: noRate, Day: noRate, Stale: unsaid, Rejected: mining.Of(0.0012), LastShare: at(1_795_409_990)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("workers differ (want -, got +):\n%s", diff)
	}
}

func TestDaysThatWereReceived(t *testing.T) {
	got, refused := readRows(raw(t, "recv.json"), decoder().earning)
	if len(refused) > 0 {
		t.Fatalf("refused %v", refused)
	}
	unsaid, noRate := mining.Unknown[units.Sats](notSaid), mining.Unknown[units.Hashrate](notSaid)
	want := []pool.Earning{
		{Ref: "2026-11-22", From: november(22), To: november(23), Net: 537_884, Fee: unsaid, Fees: mining.Of(units.Sats(17_884)), Hashrate: mining.Of(units.Hashrate(11.05e15))},
		{Ref: "2026-11-21", From: november(21), To: november(22), Net: 531_000, Fee: unsaid, Fees: unsaid, Hashrate: mining.Of(11 * units.PH)},
		{Ref: "2026-11-20", From: november(20), To: november(21), Net: 520_000, Fee: unsaid, Fees: unsaid, Hashrate: noRate},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("earnings differ (want -, got +):\n%s", diff)
	}
}

func TestPaymentsUnderEachName(t *testing.T) {
	got, refused := readRows(raw(t, "payout.json"), decoder().payout)
	if len(refused) > 0 {
		t.Fatalf("refused %v", refused)
	}
	const first, second = "00802e7d6acf262c9afda8882dc361c705f224985c074f62e57942af9beae8b9", "10802e7d6acf262c9afda8882dc361c705f224985c074f62e57942af9beae8b9"
	unsaid := mining.Unknown[units.Sats](notSaid)
	want := []pool.Payout{
		{Ref: "77", At: time.Date(2026, 11, 22, 3, 11, 40, 0, time.UTC), Sats: 831_000, Fee: unsaid, State: pool.Sent, TxID: first, Address: "bc1qdemo"},
		{Ref: second, At: time.Date(2026, 11, 21, 3, 11, 40, 0, time.UTC), Sats: 830_000, Fee: unsaid, State: pool.Sent, TxID: second},
		{Ref: "2026-11-20T03:00:00Z 50000000", At: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC), Sats: 50_000_000, Fee: unsaid, State: pool.Sent},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("payouts differ (want -, got +):\n%s", diff)
	}
}

func TestBadRowsDoNotCostTheOthers(t *testing.T) {
	workers, refused := readRows(raw(t, "workers_bad_rows.json"), decoder().worker)
	want := []string{
		"hslast10min is not a number",
		"hslast10min: the hashrate -1e+12 is not between 0 and 1e+22 H/s",
		"hslast10min: it is not a hashrate",
		`hslast10min: "XH/s" is not a unit of hashrate`,
		"hslast10min: it is not a hashrate",
		"hslast10min: the hashrate 1e+23 is not between 0 and 1e+22 H/s",
		"the worker has no hashrate",
		"the fraction 1.2 is not between 0 and 1",
		"rejectratio is not a part of shares",
		"sharelasttime: the time 2030-01-23T14:46:30Z is in the future",
		"sharelasttime: it is not a time",
		"the worker has no id",
		"what should be an object is not an object",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" || len(workers) != 1 {
		t.Errorf("%d workers, checks differ (want -, got +):\n%s", len(workers), diff)
	}
	earnings, refused := readRows(raw(t, "payments_bad_rows.json"), decoder().earning)
	want = []string{
		"amount is negative",
		"amount is not a sum, or more than all bitcoin",
		"amount is not a sum",
		"amount is not a sum",
		"the row has no sum",
		"timestamp: the time 2026-11-25T00:00:00Z is in the future",
		"timestamp: the time 2030-01-23T14:46:30Z is in the future",
		"timestamp: it is not a time",
		"the row names no day",
		"what should be an object is not an object",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" || len(earnings) != 1 {
		t.Errorf("%d earnings, checks differ (want -, got +):\n%s", len(earnings), diff)
	}
	want[4], want[8] = "the payment has no sum", "the payment has no time"
	payouts, refused := readRows(raw(t, "payments_bad_rows.json"), decoder().payout)
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" || len(payouts) != 1 {
		t.Errorf("%d payouts, checks differ (want -, got +):\n%s", len(payouts), diff)
	}
}

func TestAPageThatDoesNotTellWhetherAnotherFollows(t *testing.T) {
	n := func(v float64) upstream.Number { return upstream.Number{V: v, Known: true} }
	for _, c := range []struct {
		page page
		n    int
		more bool
		kind upstream.Kind
	}{
		{page{TotalPage: n(2)}, 0, true, ""}, {page{TotalPage: n(2)}, 1, false, ""}, {page{TotalPage: n(0)}, 0, false, ""},
		{page{TotalRecord: n(3)}, 0, true, ""}, {page{TotalRecord: n(2)}, 0, false, ""}, {page{TotalRecord: n(4)}, 1, false, ""},
		{page{Rows: make([]json.RawMessage, 1)}, 0, false, ""}, {page{Rows: make([]json.RawMessage, 2)}, 0, false, upstream.Malformed},
	} {
		more, err := c.page.more(c.n, 2)
		if more != c.more || upstreamtest.Kind(err) != c.kind {
			t.Errorf("page %d of %+v: more is %t, error %v", c.n, c.page, more, err)
		}
	}
}

func FuzzStanding(f *testing.F) {
	for _, data := range []string{`{"hsLast10m":"1","activeWorkerNum":1}`, `{"hsLast10m":"1.5 TH/s","hsLast1H":2,"activeWorkerNum":"1","inactiveWorkerNum":2,"invalidWorkerNum":0,"unpaidAmount":"0.1"}`, `{"code":0,"data":{}}`} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decodeStanding(decoder().o, body)
		upstreamtest.CheckStanding(t, s, err)
		if data, err := open(decoder().o, body); err == nil && len(data) == 0 {
			t.Error("there is neither data nor an error")
		}
	})
}

func FuzzRows(f *testing.F) {
	for _, file := range []string{"workers.json", "workers_bad_rows.json", "recv.json", "payout.json", "payments_bad_rows.json"} {
		upstreamtest.Seeds(f, file)
	}
	f.Fuzz(func(t *testing.T, row []byte) {
		c, list := decoder(), []json.RawMessage{row}
		workers, refused := readRows(list, c.worker)
		upstreamtest.CheckWorkers(t, workers, refused, nil)
		earnings, refused := readRows(list, c.earning)
		upstreamtest.CheckEarnings(t, earnings, refused, nil)
		payouts, refused := readRows(list, c.payout)
		upstreamtest.CheckPayouts(t, payouts, refused, nil)
	})
}

func FuzzPage(f *testing.F) {
	for _, data := range []string{`{"rows":[{"a":1}],"totalPage":2}`, `{"result":{"ROWS":[1],"totalRecord":"51"}}`, `{"result":{}}`} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := decoder()
		p, err := readPage(c.facts, data)
		if (err == nil) != (p.Rows != nil) || (err != nil && upstreamtest.Kind(err) != upstream.Malformed) {
			t.Errorf("rows %v beside error %v", p.Rows, err)
		}
	})
}
