package poolwire

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func TestEarningsOfASpan(t *testing.T) {
	whole := func(ref string, n int) pool.Earning {
		return pool.Earning{Ref: ref, From: day(n), To: day(n + 1), Net: 1}
	}
	block := func(ref string, at time.Time) pool.Earning { return pool.Earning{Ref: ref, From: at, To: at, Net: 1} }
	list := []pool.Earning{
		whole("c", 22), whole("ended", 19), whole("a", 20), whole("twice", 21), whole("twice", 21), whole("not begun", 23),
		whole("two", 21), {Ref: "two", From: day(21), To: day(22), Net: 2}, block("at the start", day(20)), block("at the end", day(23)),
	}
	got, refused := Earnings(list, day(20), day(23))
	var refs []string
	for _, e := range got {
		refs = append(refs, e.Ref)
	}
	if diff := cmp.Diff([]string{"a", "at the start", "twice", "c"}, refs); diff != "" {
		t.Errorf("earnings differ (want -, got +):\n%s", diff)
	}
	if len(refused) != 1 || refused[0].Body != "two" {
		t.Errorf("refused %v, want the name of which there are two", refused)
	}
}

func TestPayoutsOfASpan(t *testing.T) {
	list := []pool.Payout{{Ref: "b", At: day(22)}, {Ref: "end", At: day(23)}, {Ref: "a", At: day(20)}, {Ref: "before", At: day(20).Add(-1)}, {Ref: "a", At: day(20)}}
	got, refused := Payouts(list, day(20), day(23))
	if len(got) != 2 || got[0].Ref != "a" || got[1].Ref != "b" || len(refused) > 0 {
		t.Errorf("got %v, refused %v; want a and b", got, refused)
	}
}

func TestDatesOfASpan(t *testing.T) {
	for _, c := range []struct {
		from, to    time.Time
		first, last string
		ok          bool
	}{
		{day(20), day(23), "2026-11-20", "2026-11-22", true},
		{day(20).Add(time.Hour), day(22).Add(time.Hour), "2026-11-20", "2026-11-22", true},
		{day(20), day(30), "2026-11-20", "2026-11-23", true}, // none after today
		{day(23), now(), "2026-11-23", "2026-11-23", true},
		{day(24), day(25), "", "", false},
		{day(20), day(20), "", "", false},
	} {
		first, last, ok := Dates(c.from, c.to, now())
		if first != c.first || last != c.last || ok != c.ok {
			t.Errorf("%s to %s: got %s to %s, %t", c.from, c.to, first, last, ok)
		}
	}
	if _, _, err := Day(day(20).Add(time.Second)); err == nil {
		t.Error("a day may begin a second after midnight")
	}
}

func TestRowsTellTheMistakeOfAFieldFirst(t *testing.T) {
	rows := []json.RawMessage{json.RawMessage(`{"a":1}`), json.RawMessage(`{"a":{}}`), json.RawMessage(`{}`)}
	got, refused := Rows(rows, func(o *Object) (float64, bool, error) {
		n := o.Number("a")
		if !n.Known {
			return 0, true, errors.New("it is missing")
		}
		return n.V, true, nil
	})
	if len(got) != 1 || got[0] != 1 || len(refused) != 2 || refused[0].Check != "a is not a number" || refused[1].Check != "it is missing" {
		t.Errorf("got %v, refused %v", got, refused)
	}
}

func TestWorkersAreNamedWithoutTheirAccount(t *testing.T) {
	for full, want := range map[string]string{"acme.r01": "r01", "ACME.r01.s02": "r01.s02", "acme": "acme", "acme.": "acme.", "acmex.r01": "acmex.r01", "r01": "r01"} {
		if got := WorkerName("acme", full); got != want {
			t.Errorf("%s is %q, want %q", full, got, want)
		}
	}
	if got := WorkerName("", ".r01"); got != ".r01" {
		t.Errorf("without an account .r01 is %q", got)
	}
}

func TestTwoOfOneNameAreAdded(t *testing.T) {
	early, late := mining.Of(day(20)), mining.Of(day(21))
	rate := mining.Of[units.Hashrate]
	a := pool.Worker{ID: "1", Name: "a", State: pool.Offline, Now: rate(1), Hour: rate(2), LastShare: early, Stale: mining.Of(0.1)}
	b := pool.Worker{ID: "2", Name: "a", State: pool.Online, Now: rate(10), LastShare: late, Stale: mining.Of(0.2)}
	got := Sorted([]pool.Worker{b, a}, Together)
	if len(got) != 1 || got[0].ID != "1" || got[0].State != pool.Online || got[0].Now != rate(11) || got[0].Hour.Known || got[0].LastShare != late || got[0].Stale.Known {
		t.Errorf("got %+v", got)
	}
}

func TestA404IsThatTheAccountIsUnknown(t *testing.T) {
	missing := &upstream.Error{Name: "party", Kind: upstream.Status, Status: 404, Msg: "HTTP 404 Not Found"}
	var e *upstream.Error
	if err := Missing(missing); !errors.As(err, &e) || e.Kind != upstream.NoAccount || e.Status != 404 || missing.Kind != upstream.Status {
		t.Errorf("got %v", err)
	}
	other := upstream.Errorf("party", upstream.Denied, "no")
	if err := Missing(other); !errors.Is(err, other) || Is404(other) || Missing(nil) != nil {
		t.Errorf("got %v", err)
	}
}
