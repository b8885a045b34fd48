package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/alert"
	"switchyard/econ/record"
)

// firedRule makes a rule of the mining unit about its sites that has fired, and
// returns its id.
func (s *site) firedRule(name string) int64 {
	s.t.Helper()
	ctx, now := s.t.Context(), time.Now().UTC()
	r := alert.Record{
		Rule:    alert.Rule{Name: name, Owner: "The mining", Figure: "mining.headline.sites", Room: access.RoomMining, Kind: alert.Threshold, Side: alert.Above, Limit: 0},
		OwnerID: s.people[access.Mining], Version: record.Version{ValidFrom: now},
	}
	id, err := s.db.As(access.Mining).InsertRule(ctx, access.Actor{ID: r.OwnerID, Name: r.Owner}, r)
	if err != nil {
		s.t.Fatal(err)
	}
	if r, err = s.db.As(access.Mining).Rule(ctx, id); err != nil {
		s.t.Fatal(err)
	}
	one := 1.0
	_, err = s.db.Jobs().MoveRule(ctx, r, func(before alert.State) (alert.State, *alert.Event) {
		return alert.Evaluate(r.Rule, before, alert.Observation{Value: &one, At: now}, now)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func ruleForm(changed ...string) []string {
	return append([]string{"name", "Dear", "figure", btc, "kind", "threshold", "side", "above", "limit", "100,000", "clear", "99,000", "for", "5", "cooldown", "60"}, changed...)
}

func TestARuleIsMadeEditedByItsOwnerAloneAndTurnedOff(t *testing.T) {
	s := open(t, nil)
	s.as(access.Business)
	if res, body := s.post("/admin/alerts/rules", ruleForm("limit", "high", "figure", "mining.headline.sites")[2:]...); res.StatusCode != http.StatusUnprocessableEntity ||
		!contains(body, "Give the rule a name") {
		t.Errorf("a bad form: %s", res.Status)
	}
	for _, tt := range []struct{ field, value, says string }{
		{"figure", "mining.headline.sites", "Choose one of the figures that you may see."},
		{"figure", "finance.headline.cash_usd", "Choose one of the figures that you may see."},
		{"limit", "high", "A number is needed"},
		{"clear", "100001", "The clear limit must not be above the limit"},
		{"for", "-1", "Minutes, for example 15."},
		{"kind", "guess", "Choose what the rule compares"},
	} {
		form := ruleForm()
		for i := 0; i < len(form); i += 2 {
			if form[i] == tt.field {
				form[i+1] = tt.value
			}
		}
		if res, body := s.post("/admin/alerts/rules", form...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, tt.says) {
			t.Errorf("%s = %s: %s, without %q", tt.field, tt.value, res.Status, tt.says)
		}
	}
	if res, _ := s.post("/admin/alerts/rules", ruleForm()...); res.Header.Get("Location") != "/admin/alerts/rules/1?saved=1" {
		t.Fatalf("add: %s", res.Status)
	}
	page := s.page("/admin/alerts/rules/1")
	known := between(page.body, `name="known_from" value="`, `"`)
	s.as(access.Mining) // reads the market too
	if body := s.page("/admin/alerts/rules/1").body; contains(body, "Save rule") || !contains(body, "above 100000 USD") {
		t.Error("somebody else may edit the rule, or does not see it")
	}
	if res, _ := s.post("/admin/alerts/rules/1", ruleForm("known_from", known)...); res.StatusCode != http.StatusForbidden {
		t.Errorf("somebody else edits: %s", res.Status)
	}
	s.as(access.Business)
	if res, _ := s.post("/admin/alerts/rules/1", ruleForm("off", "on", "known_from", known)...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("turn off: %s", res.Status)
	}
	if rules, err := s.db.Jobs().Rules(t.Context()); err != nil || len(rules) != 1 || !rules[0].Off {
		t.Errorf("rules %+v (%v)", rules, err)
	}
}

// A change of a critical rule waits for a second reader of its room; who proposes
// does not approve.
func TestAChangeOfACriticalRuleWaitsForASecondReader(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	form := ruleForm("critical", "on")
	form[3] = "market.btc_usd"
	if res, _ := s.post("/admin/alerts/rules", form...); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	edit := append([]string{}, form...)
	for i := range edit {
		if edit[i] == "100,000" {
			edit[i] = "120,000"
		}
	}
	edit = append(edit, "known_from", between(s.page("/admin/alerts/rules/1").body, `name="known_from" value="`, `"`))
	if res, _ := s.post("/admin/alerts/rules/1", edit...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("propose: %s", res.Status)
	}
	limit := func() float64 {
		r, err := s.db.Jobs().Rule(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return r.Limit
	}
	if body := s.page("/admin/alerts/rules/1").body; limit() != 100_000 || !contains(body, "limit from 100000 to 120000") || !contains(body, "Withdraw") {
		t.Errorf("the change holds at once, or is not shown: %v", limit())
	}
	if res, _ := s.post("/admin/alerts/rules/1/proposal", "decision", "approve"); res.StatusCode != http.StatusForbidden || limit() != 100_000 {
		t.Errorf("whoever proposes approves: %s", res.Status)
	}
	s.as(access.Executive)
	if res, body := s.post("/admin/alerts/rules/1/proposal", "decision", "approve"); res.StatusCode != http.StatusSeeOther || limit() != 120_000 {
		t.Fatalf("approve: %s, limit %v\n%.500s", res.Status, limit(), body)
	}
	if body := s.page("/admin/alerts/rules/1").body; !contains(body, "The mining, approved by The executive") {
		t.Error("the version does not name both")
	}
	if res, _ := s.post("/admin/alerts/rules/1/proposal", "decision", "approve"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a second time: %s", res.Status)
	}
}

func TestAnAlertIsSeenInItsRoomTakenOnAndPushed(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	ws := s.follow(map[string]int64{"core.alert": 0})
	s.firedRule("Sites again")
	e := until(t, ws, "the alert", func(e event) bool { return e.Topic == "core.alert" && e.Text["alerts.waiting"] == "1" })
	page := s.page("/mining/sites")
	if page.text("[data-text=alerts.waiting]") != "1" || e.Seq == 0 {
		t.Error("the page does not say that an alert waits")
	}
	s.as(access.Finance)
	if body := s.page("/admin/alerts").body; contains(body, "Sites again") {
		t.Error("an alert is seen outside its room")
	}
	if res, _ := s.post("/admin/alerts/1/acknowledge"); res.StatusCode != http.StatusNotFound {
		t.Errorf("and taken on there: %s", res.Status)
	}
	s.as(access.Executive)
	if res, _ := s.post("/admin/alerts/1/acknowledge"); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	if body := s.page("/admin/alerts").body; !contains(body, "Taken on by The executive") {
		t.Error("the page does not say who has taken it on")
	}
	until(t, ws, "that nothing waits", func(e event) bool { return e.Topic == "core.alert" && e.Text["alerts.waiting"] == "" && e.Seq > 0 })
}

func TestAChannelKeepsItsAddressToItself(t *testing.T) {
	s := open(t, nil)
	s.as(access.Admin)
	const address = "https://hooks.example.com/canary-address"
	for _, tt := range []struct {
		says string
		form []string
	}{
		{"This is needed.", []string{"kind", "slack", "address", address, "room-market", "on"}},
		{"must begin with https://", []string{"name", "Room", "kind", "slack", "address", "http://10.0.0.1/", "room-market", "on"}},
		{"at least one room", []string{"name", "Room", "kind", "slack", "address", address}},
		{"Choose one of the list.", []string{"name", "Room", "kind", "pigeon", "address", address, "room-market", "on"}},
	} {
		if res, body := s.post("/admin/alerts/channels", tt.form...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, tt.says) {
			t.Errorf("%v: %s without %q", tt.form, res.Status, tt.says)
		}
	}
	res, body := s.post("/admin/alerts/channels", "name", "Pager", "kind", "webhook", "address", address, "room-market", "on")
	if res.StatusCode != http.StatusOK || !contains(body, "whsec_") {
		t.Fatalf("add a webhook: %s", res.Status)
	}
	_, body = s.get("/admin/alerts")
	if contains(body, "canary-address") || contains(body, "whsec_") || !contains(body, "Pager") {
		t.Error("the page shows an address or a secret")
	}
	channels, err := s.db.Jobs().Channels(t.Context())
	if err != nil || len(channels) != 1 || strings.Contains(fmt.Sprintf("%+v", channels), "canary-address") {
		t.Errorf("the table holds %+v (%v)", channels, err)
	}
	if res, _ = s.post("/admin/alerts/channels/1/test"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("test: %s", res.Status)
	}
	if d, err := s.db.As(access.Admin).Deliveries(t.Context(), 9); err != nil || len(d) != 1 || d[0].To != "Pager" {
		t.Errorf("queued %+v (%v)", d, err)
	}
	s.as(access.Mining)
	form := append(ruleForm(), "channel-1", "on")
	form[3] = "mining.headline.sites"
	s.company()
	if res, body := s.post("/admin/alerts/rules", form...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "Pager does not carry what belongs to Mining unit.") {
		t.Errorf("a rule of mining by a channel of the market: %s", res.Status)
	}
	s.as(access.Admin)
	if res, _ = s.post("/admin/alerts/channels/1/remove"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("remove: %s", res.Status)
	}
}
