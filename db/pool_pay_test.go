package db_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

func samplePool(t testing.TB, name string) pool.Account {
	t.Helper()
	return pool.Account{
		Name: name, Party: pool.Foundry, Account: name, Scheme: pool.FPPS, Fee: rate(t, "1.5"), Tolerance: rate(t, "1"), Rules: "{serial}\n\nr{rack}s{slot}\n", Watched: true,
		Version: record.Version{ValidFrom: march1},
	}
}

var nov22 = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func credited(ref string, day int, net units.Sats) pool.Earning {
	from := nov22.AddDate(0, 0, day)
	return pool.Earning{Ref: ref, From: from, To: from.AddDate(0, 0, 1), Net: net, Fee: mining.Of(units.Sats(8)), Fees: mining.Unknown[units.Sats]("the pool did not say"),
		Hashrate: mining.Of(5 * units.EH)}
}

func TestAnAccountIsOneAndHasVersions(t *testing.T) {
	d, _ := dbtest.New(t)
	s := d.As(access.Mining)
	id, err := s.InsertPoolAccount(t.Context(), actor(access.Mining), samplePool(t, "Harbour"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.InsertPoolAccount(t.Context(), actor(access.Mining), samplePool(t, "harbour")); !errors.Is(err, db.ErrTaken) {
		t.Errorf("a second of the name: %v", err)
	}
	other := samplePool(t, "Other")
	other.Account = "Harbour"
	if _, err := s.InsertPoolAccount(t.Context(), actor(access.Mining), other); !errors.Is(err, db.ErrTaken) {
		t.Errorf("the same account of the pool twice: %v", err)
	}
	v, err := s.PoolAccount(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if lines := v.RuleLines(); len(lines) != 2 || lines[1] != "r{rack}s{slot}" {
		t.Errorf("rules are %q", lines)
	}
	v.Fee = rate(t, "2")
	if err := s.UpdatePoolAccount(t.Context(), actor(access.Mining), v, []string{"fee"}); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdatePoolAccount(t.Context(), actor(access.Mining), v, []string{"fee"}); !errors.Is(err, db.ErrChanged) {
		t.Errorf("an edit of an old version: %v", err)
	}
	if list, err := s.PoolAccountVersions(t.Context(), id); err != nil || len(list) != 2 || list[1].Fee.String() != "1.5" {
		t.Errorf("versions are %+v, %v", list, err)
	}
}

func TestWhatAPoolTellsDifferentlyIsAVersion(t *testing.T) {
	now := nov22.AddDate(0, 0, 2)
	d, cfg := dbtest.NewAt(t, func() time.Time { return now })
	s := d.Jobs()
	list := []pool.Earning{credited("a", 0, 100), credited("b", 1, 200)}
	for i, want := range []int64{2, 0} {
		if n, err := s.StorePoolEarnings(t.Context(), 1, list); err != nil || n != want {
			t.Errorf("try %d wrote %d rows, %v", i, n, err)
		}
	}
	before := now
	now = now.Add(time.Hour)
	list[1].Net, list[1].Open = 220, true
	if n, err := s.StorePoolEarnings(t.Context(), 1, list); err != nil || n != 1 {
		t.Errorf("a change wrote %d rows, %v", n, err)
	}
	from, to := nov22, nov22.AddDate(0, 0, 3)
	if _, err := s.StorePoolEarnings(t.Context(), 2, []pool.Earning{credited("a", 2, 7)}); err != nil {
		t.Fatal(err)
	}
	got, err := s.PoolEarnings(t.Context(), []int64{1, 2, 3}, time.Time{}, from, to)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || len(got[2]) != 1 || got[2][0].Net != 7 {
		t.Errorf("of three accounts: %+v", got)
	}
	if diff := cmp.Diff(list, got[1], cmp.AllowUnexported(mining.Maybe[units.Sats]{}, mining.Maybe[units.Hashrate]{})); diff != "" {
		t.Error(diff)
	}
	if old, err := s.PoolEarnings(t.Context(), []int64{1}, before, from, to); err != nil || old[1][1].Net != 200 || old[1][1].Open {
		t.Errorf("known before: %+v, %v", old, err)
	}
	if part, err := s.PoolEarnings(t.Context(), []int64{1}, time.Time{}, nov22.AddDate(0, 0, 1), to); err != nil || len(part[1]) != 1 || part[1][0].Ref != "b" {
		t.Errorf("from the second day: %+v, %v", part, err)
	}
	if n := value[int](t, connect(t, cfg.URL), `SELECT count(*) FROM mining.pool_earning WHERE account_id = 1`); n != 3 {
		t.Errorf("%d versions are kept", n)
	}
}

func TestAPayoutIsLookedForUntilItIsInABlock(t *testing.T) {
	d, _ := dbtest.New(t)
	s := d.Jobs()
	paid := pool.Payout{Ref: "p1", At: nov22.Add(6 * time.Hour), Sats: 5_000, Fee: mining.Unknown[units.Sats]("the pool did not say"), State: pool.Sent, TxID: "aa11", Address: "bc1qours"}
	queued := paid
	queued.Ref, queued.State, queued.TxID = "p2", pool.Queued, ""
	if n, err := s.StorePoolPayouts(t.Context(), 1, []pool.Payout{paid, queued}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	look := func(since time.Time) int {
		list, err := s.PayoutsToSee(t.Context(), 1, since, 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	at := nov22.Add(7 * time.Hour)
	if n := look(at); n != 1 {
		t.Errorf("%d payouts are looked for, want 1", n)
	}
	for _, step := range []struct {
		sight pool.ChainSight
		since time.Time
		want  int
	}{
		{pool.ChainSight{Ref: "p1", CheckedAt: at}, at.Add(-time.Minute), 0}, // just looked
		{pool.ChainSight{Ref: "p1", CheckedAt: at}, at.Add(time.Minute), 1},
		{pool.ChainSight{Ref: "p1", Found: true, Sats: 5_000, CheckedAt: at}, at.Add(time.Minute), 1}, // in no block
		{pool.ChainSight{Ref: "p1", Found: true, Sats: 5_000, Height: 900_000, CheckedAt: at}, at.Add(time.Minute), 0},
	} {
		if err := s.StoreChainSight(t.Context(), 1, step.sight); err != nil {
			t.Fatal(err)
		}
		if n := look(step.since); n != step.want {
			t.Errorf("%+v: %d payouts are looked for, want %d", step.sight, n, step.want)
		}
	}
	sights, err := s.ChainSights(t.Context(), 1, nov22, nov22.AddDate(0, 0, 1))
	if err != nil || len(sights) != 1 || sights["p1"].Height != 900_000 {
		t.Errorf("sights are %+v, %v", sights, err)
	}
	last, err := s.LastPoolPayouts(t.Context())
	if err != nil || !last[1].Equal(paid.At) {
		t.Errorf("last paid %v, %v", last, err)
	}
}

func TestTheLedgerIsWrittenByOneAtATime(t *testing.T) {
	now := nov22.AddDate(0, 0, 5)
	d, _ := dbtest.NewAt(t, func() time.Time { now = now.Add(time.Second); return now })
	s := d.As(access.Mining)
	id, err := s.InsertPoolAccount(t.Context(), actor(access.Mining), samplePool(t, "Harbour"))
	if err != nil {
		t.Fatal(err)
	}
	by := actor(access.Mining)
	book := pool.Booked{Ref: "p1", Sats: 5_000, Version: record.Version{ValidFrom: nov22}}
	if err := s.BookPayouts(t.Context(), by, id, []pool.Booked{book}); err != nil {
		t.Fatal(err)
	}
	if err := s.BookPayouts(t.Context(), by, id, []pool.Booked{{Ref: "p2", Version: book.Version}, book}); !errors.Is(err, db.ErrChanged) {
		t.Errorf("booked twice: %v", err)
	}
	booked, err := s.PoolBookings(t.Context(), id, time.Time{})
	if err != nil || len(booked) != 1 {
		t.Errorf("half of what failed was booked: %+v, %v", booked, err)
	}
	again := booked["p1"]
	again.Sats = 4_900
	if err := s.BookPayouts(t.Context(), by, id, []pool.Booked{again}); err != nil {
		t.Error(err)
	}
	if err := s.BookPayouts(t.Context(), by, id, []pool.Booked{again}); !errors.Is(err, db.ErrChanged) {
		t.Errorf("an edit of an old booking: %v", err)
	}

	remark := pool.Remark{Account: id, From: nov22, Disputed: true, Sats: -40, Reason: "Half of a hall was off."}
	if err := s.SetPoolRemark(t.Context(), by, remark); err != nil {
		t.Fatal(err)
	}
	if err := s.SetPoolRemark(t.Context(), by, remark); !errors.Is(err, db.ErrChanged) {
		t.Errorf("a second remark by who read none: %v", err)
	}
	remarks, err := s.PoolRemarks(t.Context(), []int64{id, id + 1}, time.Time{})
	if err != nil || len(remarks) != 1 || remarks[id][nov22.Unix()].Sats != -40 || !remarks[id][nov22.Unix()].Disputed {
		t.Errorf("remarks are %+v, %v", remarks, err)
	}

	october := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	month := pool.ClosedMonth{Account: id, Month: october, MonthClose: pool.MonthClose{From: october, To: october.AddDate(0, 1, 0), Due: 100, Paid: 99, Days: 31, Short: 1}}
	if err := s.ClosePoolMonth(t.Context(), by, month); err != nil {
		t.Fatal(err)
	}
	closed, err := s.ClosedPoolMonths(t.Context(), id, time.Time{})
	if err != nil || len(closed) != 1 || closed[0].Paid != 99 {
		t.Fatalf("closed are %+v, %v", closed, err)
	}
	restated := closed[0]
	restated.Paid = 100
	if err := s.ClosePoolMonth(t.Context(), by, restated); !errors.Is(err, db.ErrPublished) {
		t.Errorf("restated without a reason: %v", err)
	}
	restated.Reason = "A day came late."
	if err := s.ClosePoolMonth(t.Context(), by, restated); err != nil {
		t.Error(err)
	}
	if old, err := s.ClosedPoolMonths(t.Context(), id, closed[0].KnownFrom); err != nil || old[0].Paid != 99 {
		t.Errorf("as known before: %+v, %v", old, err)
	}
}

func TestAnAccountThatFailsKeepsWhatItToldLast(t *testing.T) {
	d, _ := dbtest.New(t)
	s := d.Jobs()
	at := tenOClock
	told := pool.Standing{At: at, Now: mining.Of(5 * units.EH), Hour: mining.Unknown[units.Hashrate]("the pool did not say"), Active: mining.Of(412), Unpaid: mining.Of(units.Sats(77)), Stale: mining.Of(0.001)}
	if err := errors.Join(s.StorePoolStanding(t.Context(), 1, told), s.PoolAnswered(t.Context(), 1, at)); err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"denied", "denied", "rate_limited"} {
		if err := s.PoolFailed(t.Context(), 1, at.Add(time.Duration(i+1)*time.Minute), kind, "no", at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		r := mustReadings(t, s)[1]
		since := at.Add(time.Minute)
		if i == 2 {
			since = at.Add(3 * time.Minute)
		}
		if r.Kind != kind || !r.FailingSince.Equal(since) || !r.AnsweredAt.Equal(at) || r.Standing.Active.Value != 412 || r.Standing.Hour.Known || !r.RetryAt.Equal(at.Add(time.Hour)) {
			t.Errorf("after failure %d: %+v", i+1, r)
		}
	}
	if err := s.PoolAnswered(t.Context(), 1, at.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r := mustReadings(t, s)[1]; r.Kind != "" || !r.FailingSince.IsZero() || !r.RetryAt.IsZero() {
		t.Errorf("after it answered: %+v", r)
	}
	// An answer that overtook a later one does not hide it.
	if err := s.PoolFailed(t.Context(), 1, at, "denied", "late", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if r := mustReadings(t, s)[1]; r.Kind != "" {
		t.Errorf("an old failure stands: %+v", r)
	}
}

func mustReadings(t *testing.T, s *db.Store) map[int64]pool.Reading {
	t.Helper()
	list, err := s.PoolReadings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}
