package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/handlers/signin"
)

// poolForm is an account as it is typed, some of it changed.
func poolForm(changed ...string) []string {
	form := []string{
		"name", "Harbour Pool", "party", "viabtc", "account", "harbour", "scheme", "PPS+", "fee", "2", "fees_fee", "1", "tolerance", "1",
		"finder", "ViaBTC", "rules", "{serial}\nr{rack}s{slot}", "watched", "on", "valid_from", "2026-03-03",
	}
	return append(form, changed...) // post keeps the last of a name
}

func TestAnAccountAtAPoolIsTyped(t *testing.T) {
	s := openPools(t)
	for _, wrong := range []struct{ field, value, says string }{
		{"scheme", "FPPS", "ViaBTC pays by PPS+ or PPLNS or solo."},
		{"party", "nobody", "Choose one of the list."},
		{"fees_fee", "101", "Between 0 and 100 %."},
		{"rules", "{serial}\n{rack}", `Rule 2, "{rack}": The rule names no machine`},
		{"name", "", "This is needed."},
	} {
		res, body := s.post("/mining/pools", poolForm(wrong.field, wrong.value)...)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(strings.ReplaceAll(body, "&#34;", `"`), wrong.says) || !contains(body, `value="ViaBTC"`) {
			t.Errorf("%s %q: %s", wrong.field, wrong.value, res.Status)
		}
	}
	if res, body := s.post("/mining/pools", poolForm("scheme", "PPLNS")...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "Only PPS+ has a fee of its own") {
		t.Errorf("a fee on fees without PPS+: %s", res.Status)
	}
	res, _ := s.post("/mining/pools", poolForm()...)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/mining/pools/1?saved=1" {
		t.Fatalf("%s to %s", res.Status, res.Header.Get("Location"))
	}
	s.says("/mining/pools/1", "ViaBTC pays by PPS+ less 2% of the subsidy and 1% of transaction fees .", "Account name", "There is no API key or secret key for ViaBTC.", "None is set.", "Versions", "Their list has not been read yet.")
	if res, body := s.post("/mining/pools", poolForm()...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "There is an account of this name") {
		t.Errorf("the same account a second time: %s", res.Status)
	}
	read := between(s.page("/mining/pools/1").body, `name="known_from" value="`, `"`)
	if res, _ := s.post("/mining/pools/1", poolForm("fee", "1.5", "known_from", read)...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("an edit: %s", res.Status)
	}
	if res, body := s.post("/mining/pools/1", poolForm("fee", "3", "known_from", read)...); res.StatusCode != http.StatusConflict || !contains(body, "Fee: 2% to 1.5%") || !contains(body, `value="3"`) {
		t.Errorf("the second of two editors: %s", res.Status)
	}
	s.as(access.Executive)
	if body := s.page("/mining/pools/1").body; contains(body, "<input type=\"password\"") || contains(body, "/key") {
		t.Error("a reader is offered the form for the key")
	}
}

// What opens an account is in no answer, no log, no audit row and no error; it is
// kept sealed, and only a new one replaces it.
func TestAKeyIsKeptSealedAndNowhereElse(t *testing.T) {
	const key, secret = "canary-key-9f3a", "canary-secret-77b1"
	var log bytes.Buffer
	s := openLogging(t, &log)
	s.as(access.Mining)
	id := s.pool("Longshore", func(v *pool.Account) { v.Party, v.Scheme = pool.ViaBTC, pool.PPSPlus })
	path := fmt.Sprintf("/mining/pools/%d", id)
	var answers strings.Builder
	for _, half := range [][]string{{"key", key}, {"secret", secret}, {"key", key, "secret", strings.Repeat(secret, 40)}, {"key", key + "\x01", "secret", secret}} {
		res, body := s.post(path+"/key", half...)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, `type="password"`) {
			t.Errorf("half a key: %s", res.Status)
		}
		answers.WriteString(body)
	}
	if !contains(answers.String(), "This is needed.") || !contains(answers.String(), "At most 500 characters") {
		t.Error("what is wrong with the key is not said")
	}
	for range 2 { // set, and typed again
		res, body := s.post(path+"/key", "key", key, "secret", secret)
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("set the key: %s", res.Status)
		}
		answers.WriteString(body)
	}
	page := squeezed(s.page(path))
	if !contains(page, "by The mining, sealed under key 2026-11.") || !contains(page, "Replace the key") {
		t.Errorf("the page does not say that a key is set: %s", page)
	}
	public := s.pool("House node", func(v *pool.Account) { v.Party, v.Scheme = pool.CKPool, pool.Solo })
	res, body := s.post(fmt.Sprintf("/mining/pools/%d/key", public), "key", key)
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("a key for a pool that wants none: %s", res.Status)
	}
	answers.WriteString(body)
	for _, address := range []string{path, path + "/payouts", "/mining", "/data/audit.csv", "/admin/audit"} {
		for _, role := range []access.Role{access.Mining, access.Executive, access.Admin} {
			s.as(role)
			_, body := s.get(address)
			answers.WriteString(body)
		}
	}
	rows, err := s.db.As(access.Admin).Audit(t.Context(), db.AuditFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	s.app.Stop()
	told := fmt.Sprintf("%+v", rows)
	for where, text := range map[string]string{"an answer": answers.String(), "the log": log.String(), "the audit log": told} {
		for _, canary := range []string{key, secret} {
			if contains(text, canary) {
				t.Errorf("%s tells %s", where, canary)
			}
		}
	}
	if !contains(told, "set pool key") {
		t.Error("the audit log does not say that a key was set")
	}
	sealed, err := s.db.Jobs().SealedPoolKey(t.Context(), id)
	if err != nil || sealed.SealID != sealKey {
		t.Fatalf("%+v, %v", sealed, err)
	}
	ring, err := signin.NewRing([]byte("a secret of the tests alone, long enough"), signin.Key{ID: sealKey, Secret: []byte("a key that seals, of the tests, long enough")})
	if err != nil {
		t.Fatal(err)
	}
	plain, current, err := ring.Open(signin.ForPool, fmt.Sprint(id), sealed.SealID, sealed.Sealed)
	if err != nil || !current {
		t.Fatal(current, err)
	}
	if o, err := pool.Unpack(plain); err != nil || string(o.Key) != key || string(o.Secret) != secret {
		t.Errorf("what is kept opens nothing: %v", err)
	}
}

// A correction is added to what was credited; a dispute and a correction are told
// to the second of two people who type.
func TestACorrectionMovesTheGapAndTheSecondIsTold(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 1, nil)
	id := s.pool("Harbour Pool", nil)
	s.credit(id, march3, eightLess)
	path := fmt.Sprintf("/mining/pools/%d/days/2026-03-03", id)
	read := between(s.page(path).body, `name="known_from" value="`, `"`)
	res, body := s.post(path, "known_from", read, "disputed", "on", "sats", "1.5", "reason", "ticket 7")
	if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "A whole number of satoshi") || !contains(body, `value="ticket 7"`) || !contains(body, `value="1.5"`) {
		t.Errorf("half a satoshi: %s", res.Status)
	}
	if res, body := s.post(path, "known_from", read, "sats", "5"); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "This is needed.") {
		t.Errorf("no reason: %s", res.Status)
	}
	if res, _ := s.post(path, "known_from", read, "disputed", "on", "sats", "10,000,000", "reason", "ticket 7"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("a correction: %s", res.Status)
	}
	s.says(path, "credited 3.8% short : 2.3121 BTC of 2.4045 BTC due, 0.0924 BTC are missing ; the pool was asked about it", "10000000", "ticket 7", "-9235617")
	res, body = s.post(path, "known_from", read, "sats", "1", "reason", "mine")
	if res.StatusCode != http.StatusConflict || !contains(body, "The mining has changed this while you were typing") || !contains(body, "Correction: 0 sat to +10,000,000 sat") || !contains(body, `value="mine"`) {
		t.Errorf("the second of two editors: %s", res.Status)
	}
	_, file := s.get(fmt.Sprintf("/data/pool-days.csv?account=%d", id))
	if !contains(file, ",240445209,231209592,10000000,-9235617,") || !contains(file, ",short,,yes,ticket 7,") {
		t.Errorf("the file of days: %s", file)
	}
}

// paid are two payments that the chain shows, the second with another sum.
func (s *site) paid(id int64) {
	s.t.Helper()
	at := march3.Add(30 * time.Hour)
	list := []pool.Payout{
		{Ref: "p1", At: at, Sats: 100_000_000, Fee: unknown, State: pool.Sent, TxID: "aa11"}, {Ref: "p2", At: at.Add(time.Hour), Sats: 50_000_000, Fee: unknown, State: pool.Sent, TxID: "bb22"},
		{Ref: "p3", At: at.Add(2 * time.Hour), Sats: 7_000_000, Fee: unknown, State: pool.Queued},
	}
	if _, err := s.db.Jobs().StorePoolPayouts(s.t.Context(), id, list); err != nil {
		s.t.Fatal(err)
	}
	for ref, sats := range map[string]units.Sats{"p1": 100_000_000, "p2": 49_000_000} {
		sight := pool.ChainSight{Ref: ref, Found: true, Sats: sats, Height: poolBlocks + 1, CheckedAt: at.Add(3 * time.Hour)}
		if err := s.db.Jobs().StoreChainSight(s.t.Context(), id, sight); err != nil {
			s.t.Fatal(err)
		}
	}
}

func TestPaymentsAreBookedAndTie(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 2, nil)
	id := s.pool("Harbour Pool", nil)
	s.credit(id, march3, dayDue)
	s.paid(id)
	path := fmt.Sprintf("/mining/pools/%d", id)
	s.says(path+"/payouts", "It arrived and is not booked", "Another sum arrived: off by −1,000,000 sat", "On its way", "Book all that arrived", "The chain shows 1 payment with the sum that the pool named, 1.0000 BTC together", "of 3 payments in this span")
	if res, _ := s.post(path+"/bookings/arrived", "ref", "p2"); res.StatusCode != http.StatusConflict {
		t.Errorf("a payment whose sum differs is booked with the others: %s", res.Status)
	}
	if res, _ := s.post(path+"/bookings/arrived", "ref", "p1"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("book all: %s", res.Status)
	}
	s.says(path+"/payouts", "Pool, chain and ledger say the same")
	for _, wrong := range [][]string{{"payment", "0:nothing"}, {"btc", "much"}, {"btc", "-1"}, {"day", "2026-03-30"}} {
		form := []string{"payment", "0:p2", "btc", "0.49", "day", "2026-03-04", "note", "The pool kept a fee"}
		if res, body := s.post(path+"/bookings", append(form, wrong...)...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, `value="The pool kept a fee"`) {
			t.Errorf("%v: %s", wrong, res.Status)
		}
	}
	book := func(btc string, key string) int {
		res, _ := s.post(path+"/bookings", "payment", key, "btc", btc, "day", "2026-03-04", "note", "")
		return res.StatusCode
	}
	if got := book("0.4", "0:p2"); got != http.StatusSeeOther {
		t.Fatalf("book one: %d", got)
	}
	if got := book("0.49", "0:p2"); got != http.StatusConflict {
		t.Errorf("a booking that somebody else has made: %d", got)
	}
	option := between(s.page(path+"/payouts").body, "", ":p2\"")
	if got := book("0.49", option[strings.LastIndex(option, `"`)+1:]+":p2"); got != http.StatusSeeOther {
		t.Errorf("a second version: %d", got)
	}
	s.says(path+"/payouts", "p2: Received: 0.4 BTC to 0.49 BTC")
	_, file := s.get(fmt.Sprintf("/data/pool-payments.csv?account=%d", id))
	if !contains(file, "p1,2026-03-04T06:00:00Z,sent,100000000,,aa11,,100000000,927001,") || !contains(file, ",chain differs") || !contains(file, ",ties") {
		t.Errorf("the file of payments: %s", file)
	}
}

// A month is closed once nothing stands in the way, keeps what it was closed with,
// and is restated for a reason.
func TestAMonthOfAnAccountIsClosedAndRestated(t *testing.T) {
	s := openPoolsAt(t, march3.AddDate(0, 1, 0))
	s.chain(march3, 29, nil)
	id := s.pool("Harbour Pool", nil)
	nets := make([]units.Sats, 29)
	for i := range nets {
		nets[i] = dayDue
	}
	nets[10] = eightLess
	s.credit(id, march3, nets...)
	path := fmt.Sprintf("/mining/pools/%d", id)
	month := path + "/payouts?month=2026-03"
	post := path + "/months/2026-03?month=2026-03"
	s.says(month, "1 span of March 2026 stand", "13 Mar was paid 0.1924 BTC short, and is neither corrected nor disputed")
	if res, body := s.post(post, "known_from", "0"); res.StatusCode != http.StatusConflict || !contains(body, "something stands in the way") {
		t.Errorf("a month with an obstacle is closed: %s", res.Status)
	}
	if !contains(s.page(month).body, `href="`+path+`/days/2026-03-13"`) {
		t.Error("the obstacle does not lead to its day")
	}
	if res, _ := s.post(path+"/days/2026-03-13", "known_from", "0", "disputed", "on", "sats", "0", "reason", "ticket 7"); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	hidden := func() []string {
		body := s.page(month).body
		form := between(body, `action="`+path+`/months/`, "</form>")
		var list []string
		for _, name := range []string{"known_from", "due", "paid", "corrections"} {
			list = append(list, name, between(form, `name="`+name+`" value="`, `"`))
		}
		return list
	}
	s.says(month, "Nothing stands in the way.", "69.7291", "−0.1924")
	if res, _ := s.post(post, append(hidden(), "due", "1")...); res.StatusCode != http.StatusConflict {
		t.Errorf("other figures than were seen are closed: %s", res.Status)
	}
	if res, _ := s.post(post, hidden()...); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	s.says(month, "Closed on 3 Apr 2026 by The mining. Nothing differs from it today.")
	read := between(s.page(path+"/days/2026-03-13").body, `name="known_from" value="`, `"`)
	if res, _ := s.post(path+"/days/2026-03-13", "known_from", read, "disputed", "on", "sats", "19235617", "reason", "ticket 7, paid"); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	s.says(month, "Today's figures differ", "+19,235,617 sat", "Restate March 2026")
	if res, body := s.post(post, append(hidden(), "reason", "")...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "A restatement needs its reason.") {
		t.Errorf("a restatement without a reason: %s", res.Status)
	}
	if res, _ := s.post(post, append(hidden(), "reason", "The pool paid what it owed")...); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	s.says(month, "Restated on 3 Apr 2026 by The mining: The pool paid what it owed.")
	_, file := s.get(fmt.Sprintf("/data/pool-months.csv?account=%d", id))
	if !contains(file, "Harbour Pool,2026-03,2026-03-03T00:00:00Z,2026-04-01T00:00:00Z,6972911061,6953675444,19235617,0,29,0,0,0,The pool paid what it owed,") {
		t.Errorf("the file of months: %s", file)
	}
}
