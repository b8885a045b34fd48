package poolwire

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

func now() time.Time { return time.Date(2026, 11, 23, 5, 0, 30, 0, time.UTC) }

func TestAMistakeNamesItsFieldAndNotWhatStoodInIt(t *testing.T) {
	for body, read := range map[string]struct {
		field func(o *Object)
		says  string
	}{
		`{"a":{"b":"secret"}}`:         {func(o *Object) { o.Within("a").Number("b") }, "a.b is not a number"},
		`{"a":{"b":{}}}`:               {func(o *Object) { o.Within("a").Within("b").Need("c") }, "a.b.c is missing"},
		`{"a":"secret"}`:               {func(o *Object) { o.Within("a") }, "a is not an object"},
		`{"a":"s"}`:                    {func(o *Object) { o.List("a") }, "a is not a list"},
		`{"a":[]}`:                     {func(o *Object) { o.Map("a") }, "a is not an object"},
		`{"b":{}}`:                     {func(o *Object) { o.Text("b") }, "b is not a text"},
		`{"b":"a\nb"}`:                 {func(o *Object) { o.Text("b") }, "b is too long, or has characters that are none"},
		`{"b":1.5}`:                    {func(o *Object) { o.Count("b") }, "b is 1.5, which is no number of things"},
		`{"b":-1}`:                     {func(o *Object) { o.Count("b") }, "b is -1, which is no number of things"},
		`{"b":"-0.00000001"}`:          {func(o *Object) { o.BTC("b") }, "b is negative"},
		`{"b":21000000.00000001}`:      {func(o *Object) { o.BTC("b") }, "b is not a sum, or more than all bitcoin"},
		`{"b":"1e5000"}`:               {func(o *Object) { o.Satoshi("b") }, "b is not a sum, or more than all bitcoin"},
		`{"b":"NaN"}`:                  {func(o *Object) { o.SignedBTC("b") }, "b is not a sum"},
		`{"b":100.1}`:                  {func(o *Object) { o.Share("b", 0.01) }, "b: the fraction 1.001 is not between 0 and 1"},
		`{"b":1e13}`:                   {func(o *Object) { o.Hashrate("b", 1e9+1e8) }, "b: the hashrate 1.1e+22 is not between 0 and 1e+22 H/s"},
		`{"b":"soon"}`:                 {func(o *Object) { o.ISO("b", now()) }, "b: it is not a time"},
		`{"b":1795410000}`:             {func(o *Object) { o.ISO("b", now()) }, "b is not a time"},
		`{"b":"2026-11-23T07:00:31Z"}`: {func(o *Object) { o.ISO("b", now()) }, "b: the time 2026-11-23T07:00:31Z is in the future"},
		`{"b":1.5}  `:                  {func(o *Object) { o.Unix("b", now()) }, "b: the time is missing or not in whole seconds"},
		`[]`:                           {func(o *Object) { o.Number("b") }, "what should be an object is not an object"},
		`null`:                         {func(o *Object) { o.Number("b") }, "what should be an object is not an object"},
		`{"b":{},"c":{}}`:              {func(o *Object) { o.Number("c"); o.Number("b") }, "c is not a number"},
	} {
		o := ReadObject([]byte(body))
		read.field(o)
		if o.Err() == nil || o.Err().Error() != read.says {
			t.Errorf("%s: the mistake is %v, want %q", body, o.Err(), read.says)
		}
	}
}

func TestWhatIsMissingIsUnknownAndNoMistake(t *testing.T) {
	for _, body := range []string{`{}`, `{"b":null}`} {
		o := ReadObject([]byte(body))
		if o.Has("b") || o.Number("b").Known || o.Count("b").Known || o.Hashrate("b", 1).Known || o.Share("b", 1).Known || o.BTC("b").Known ||
			o.Satoshi("b").Known || o.ISO("b", now()).Known || o.Unix("b", now()).Known || o.Text("b") != "" || o.List("b") != nil || o.Map("b") != nil {
			t.Errorf("%s tells something", body)
		}
		if o.Err() != nil {
			t.Errorf("%s: the mistake is %v, want none", body, o.Err())
		}
	}
	o := ReadObject([]byte(`{"n":"","t":"","z":0,"m":-1,"id":12}`))
	if o.Number("n").Known || o.ISO("t", now()).Known || o.Unix("z", now()).Known || o.Unix("m", now()).Known || o.Text("id") != "12" || o.Err() != nil {
		t.Errorf("empty texts or times of 0 and -1 tell something, or the mistake is %v", o.Err())
	}
}

func TestTimesWithAndWithoutAZone(t *testing.T) {
	want := time.Date(2026, 11, 22, 15, 24, 24, 0, time.UTC)
	for _, text := range []string{"2026-11-22T15:24:24", "2026-11-22T15:24:24Z", "2026-11-22T15:24:24.000Z", "2026-11-22T15:24:24.000+00:00", "2026-11-22T16:24:24+0100", "2026-11-22 15:24:24"} {
		o := ReadObject(fmt.Appendf(nil, `{"t":%q}`, text))
		if got := o.ISO("t", now()); o.Err() != nil || got.Value != want {
			t.Errorf("%s is %v, mistake %v; want %s", text, got, o.Err(), want)
		}
	}
	for _, text := range []string{`1795410000`, `"1795410000"`} {
		o := ReadObject(fmt.Appendf(nil, `{"t":%s}`, text))
		if got := o.Unix("t", now()); o.Err() != nil || got.Value != time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) {
			t.Errorf("%s is %v, mistake %v", text, got, o.Err())
		}
	}
}

func TestSumsAreExact(t *testing.T) {
	for text, want := range map[string]units.Sats{`0.00000001`: 1, `"0.00385090"`: 385090, `3.469e-2`: 3469000, `20999999.99999999`: 20_999_999*units.SatsPerBTC + 99_999_999, `0.1`: 10_000_000} {
		o := ReadObject(fmt.Appendf(nil, `{"b":%s}`, text))
		if got := o.BTC("b"); o.Err() != nil || got.Value != want {
			t.Errorf("%s is %v, mistake %v; want %d", text, got, o.Err(), want)
		}
	}
}

func TestAMistakeIsMalformedWithoutSecrets(t *testing.T) {
	o := ReadObject([]byte(`{"b":[]}`))
	o.Number("b")
	err := o.As(upstream.Options{Name: "party", Secrets: []string{"number"}}, "the answer")
	if err == nil || strings.Contains(err.Error(), "number") || !strings.HasPrefix(err.Error(), "party: the answer is not as documented: b is not") {
		t.Errorf("got %v", err)
	}
	if err := ReadObject([]byte(`{}`)).As(upstream.Options{}, ""); err != nil {
		t.Errorf("no mistake gave %v", err)
	}
}

func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"b":"0.1"}`))
	f.Add([]byte(`{"b":{"b":[1795410000]}}`))
	f.Add([]byte(`{"b":"2026-11-22T15:24:24"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		o := ReadObject(body)
		sum, rate, share, count, when := o.SignedBTC("b"), o.Hashrate("b", 1e9), o.Share("b", 0.01), o.Count("b"), o.ISO("b", now())
		switch {
		case sum.Known && (sum.Value > 21_000_000*units.SatsPerBTC || sum.Value < -21_000_000*units.SatsPerBTC),
			rate.Known && !(rate.Value >= 0 && rate.Value <= 1e22),
			share.Known && !(share.Value >= 0 && share.Value <= 1),
			count.Known && count.Value < 0,
			when.Known && (when.Value.Year() < 2009 || when.Value.After(now().Add(2*time.Hour))):
			t.Errorf("%s gave %v, %v, %v, %v, %v", body, sum, rate, share, count, when)
		}
	})
}
