package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

// Each list can be asked as it was known at the end of a day, and its file says
// the same.
func TestAListIsAskedAsItWasKnown(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	first := clock.now().UTC()
	day := first.Format(time.DateOnly)
	s.as(access.Mining)
	if res, _ := s.post("/mining/sites", siteValues("OldName", "74.5")...); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	clock.add(36 * time.Hour)
	s.as(access.Mining)
	edit := between(s.page("/mining/sites/1").body, `name="known_from" value="`, `"`)
	if res, _ := s.post("/mining/sites/1", append(siteValues("NewName", "74.5"), "known_from", edit)...); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	now, then := s.page("/mining/sites"), s.page("/mining/sites?known="+day)
	if !contains(now.body, "NewName") || contains(now.body, "OldName") || !contains(now.body, "data-new") {
		t.Error("the list as known now is wrong")
	}
	if !contains(then.body, "OldName") || contains(then.body, "NewName") || contains(then.body, "data-new") || contains(then.body, "data-refetch") ||
		!contains(then.body, "As it was known at the end of "+first.Format("2 Jan 2006")) || !contains(then.body, `href="/data/sites?known=`+day+`"`) {
		t.Error("the list as known then is wrong")
	}
	if _, csv := s.get("/data/sites.csv?known=" + day); !contains(csv, "OldName") || contains(csv, "NewName") {
		t.Errorf("the file as known then: %s", csv)
	}
	tomorrow := clock.now().UTC().AddDate(0, 0, 2).Format(time.DateOnly)
	for _, bad := range []string{"yesterday", "2008-12-31", tomorrow, "2026-13-01"} {
		if res, body := s.get("/mining/sites?known=" + bad); res.StatusCode != http.StatusBadRequest || !contains(body, "for example") {
			t.Errorf("known=%s: %s", bad, res.Status)
		}
	}
}

// A balance of an earlier day is valued at that day's price.
func TestABalanceIsValuedAtThePriceOfItsDay(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	day := clock.now().UTC()
	s.ticks(btc, market.Point{T: day, V: 50_000})
	s.as(access.Finance)
	if res, _ := s.post("/finance/accounts", "name", "Vault", "kind", "bitcoin", "institution", "Bank", "valid_from", "2026-03-01"); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	if res, body := s.post("/finance/accounts/1/balance", "as_of", day.Format(time.DateOnly), "amount", "2"); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status, body)
	}
	clock.add(48 * time.Hour)
	s.as(access.Finance)
	s.ticks(btc, market.Point{T: clock.now(), V: 90_000})
	if _, body := s.get("/finance/balance-sheet"); !contains(body, "$180,000") || !contains(body, "at the present price") {
		t.Error("the present value is wrong")
	}
	if _, body := s.get("/finance/balance-sheet?known=" + day.Format(time.DateOnly)); !contains(body, "$100,000") || !contains(body, "at the price of "+day.Format("2 Jan 2006")) {
		t.Error("the value of then is wrong")
	}
}
