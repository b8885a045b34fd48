package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"switchyard/econ/access"
)

// From two administrators on, whoever is to be an executive or an administrator,
// or to come back, waits for the second of them.
func TestANewExecutiveAndAReturnWaitForASecondAdministrator(t *testing.T) {
	s := open(t, nil)
	s.as(access.Admin)
	first := s.people[access.Admin]
	second, err := s.db.As(access.Admin).InsertPerson(t.Context(), access.Actor{Name: "Test"}, access.Person{Email: "two@example.com", Name: "Number Two", Role: access.Admin})
	if err != nil {
		t.Fatal(err)
	}
	at := func(admin int64) {
		s.people[access.Admin] = admin
		s.as(access.Admin)
	}
	active := func(id int64) bool {
		p, err := s.db.As(access.Admin).Person(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return p.Active()
	}
	if res, body := s.post("/admin/people", "name", "Miner", "email", "miner@example.com", "role", "mining"); res.StatusCode != http.StatusOK || !contains(body, "/welcome/swl_") {
		t.Errorf("somebody of a unit waits: %s", res.Status)
	}
	res, _ := s.post("/admin/people", "name", "New Chief", "email", "chief@example.com", "role", "executive")
	page, _, _ := strings.Cut(res.Header.Get("Location"), "?")
	chief := second + 2
	if res.StatusCode != http.StatusSeeOther || active(chief) {
		t.Fatalf("a new executive does not wait: %s to %s", res.Status, page)
	}
	_, body := s.get(page)
	if !contains(body, "to let New Chief sign in as Executive") || contains(body, "Make a new link") || contains(body, "Reactivate") {
		t.Error("the page does not say that it waits, or offers a way around")
	}
	if res, _ := s.post(page + "/link"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a link for somebody who waits: %s", res.Status)
	}
	id := between(body, `name="proposal" value="`, `"`)
	if res, _ := s.post(page+"/proposal", "proposal", id, "decision", "approve"); res.StatusCode != http.StatusForbidden || active(chief) {
		t.Errorf("approved by the proposer: %s", res.Status)
	}
	at(second)
	if res, _ := s.post(page+"/proposal", "proposal", id, "decision", "approve"); res.StatusCode != http.StatusSeeOther || !active(chief) {
		t.Errorf("approved by the second: %s", res.Status)
	}
	if res, _ := s.post(page+"/active", "active", "no"); res.StatusCode != http.StatusSeeOther || active(chief) {
		t.Errorf("to deactivate waits for nobody: %s", res.Status)
	}
	if res, _ := s.post(page+"/active", "active", "yes"); res.StatusCode != http.StatusSeeOther || active(chief) {
		t.Errorf("to come back waits: %s", res.Status)
	}
	_, body = s.get(page)
	at(first)
	if res, _ := s.post(page+"/proposal", "proposal", between(body, `name="proposal" value="`, `"`), "decision", "approve"); res.StatusCode != http.StatusSeeOther || !active(chief) {
		t.Errorf("approved by the first: %s", res.Status)
	}
}
