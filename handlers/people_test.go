package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"switchyard/econ/access"
)

func TestAChangeOfRoleOrADeactivationEndsSessionsAndSockets(t *testing.T) {
	for name, change := range map[string]func(*site, int64){
		"role": func(s *site, id int64) { s.post("/admin/people/"+itoa(id)+"/role", "role", "finance") },
		"deactivation": func(s *site, id int64) {
			s.post("/admin/people/"+itoa(id)+"/active", "active", "no")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, nil)
			s.as(access.Mining)
			held := s.cookie
			ws := s.follow(map[string]int64{btc: 0})
			until(t, ws, "the feed's state", func(e event) bool { return e.Op == "feed" })
			s.as(access.Admin)
			change(s, s.people[access.Mining])
			if err := ws.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
				t.Fatal(err)
			}
			for {
				_, _, err := ws.ReadMessage()
				if err == nil {
					continue
				}
				if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
					t.Errorf("the socket ended with %v", err)
				}
				break
			}
			s.cookie = held
			if res, _ := s.get("/account"); res.StatusCode != http.StatusSeeOther {
				t.Errorf("the session still opens: %s", res.Status)
			}
		})
	}
}

func TestAnInvitationWorksOnceWithoutAMailServer(t *testing.T) {
	s := open(t, nil)
	s.as(access.Admin)
	res, body := s.post("/admin/people", "name", "New Person", "email", "new@example.com", "role", "finance")
	if res.StatusCode != http.StatusOK {
		t.Fatalf("add a person: %s", res.Status)
	}
	link := "/welcome/" + between(body, "/welcome/", "<")
	s.as("")
	for range 2 { // a mail scanner looks first
		if res, body := s.get(link); res.StatusCode != http.StatusOK || !contains(body, "New Person") {
			t.Fatalf("look at the link: %s", res.Status)
		}
	}
	if res, _ := s.post(link, "password", "short", "again", "short"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a short password: %s", res.Status)
	}
	if res, _ := s.post(link, "password", goodPassword, "again", goodPassword+"x"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("two passwords: %s", res.Status)
	}
	res, _ = s.post(link, "password", goodPassword, "again", goodPassword)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/finance/balance-sheet" {
		t.Fatalf("set the password: %s to %q", res.Status, res.Header.Get("Location"))
	}
	s.take(res)
	if res, _ := s.get("/finance/balance-sheet"); res.StatusCode != http.StatusOK {
		t.Errorf("signed in: %s", res.Status)
	}
	s.as("")
	if res, _ := s.post(link, "password", goodPassword, "again", goodPassword); res.StatusCode != http.StatusNotFound {
		t.Errorf("the link again: %s", res.Status)
	}
	if res, _ := s.post("/sign-in", "email", "new@example.com", "password", goodPassword); res.StatusCode != http.StatusSeeOther {
		t.Errorf("sign in with it: %s", res.Status)
	}
}

func TestNobodyTakesTheirOwnRightsAway(t *testing.T) {
	s := open(t, nil)
	s.as(access.Admin)
	own := "/admin/people/" + itoa(s.people[access.Admin])
	if res, _ := s.post(own+"/role", "role", "mining"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("own role: %s", res.Status)
	}
	if res, _ := s.post(own+"/active", "active", "no"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("own account: %s", res.Status)
	}
	if res, _ := s.get("/admin/people"); res.StatusCode != http.StatusOK {
		t.Errorf("still the administrator: %s", res.Status)
	}
}

func TestAChangeOfRoleWaitsForASecondAdministrator(t *testing.T) {
	s := open(t, nil)
	target := s.people[access.Mining]
	page := "/admin/people/" + itoa(target)
	role := func() access.Role {
		t.Helper()
		p, err := s.db.As(access.Admin).Person(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		return p.Role
	}
	// With one administrator it is done at once.
	s.as(access.Admin)
	s.post(page+"/role", "role", "business")
	if role() != access.Business {
		t.Fatalf("one administrator: the role is %s", role())
	}
	second, err := s.db.As(access.Admin).InsertPerson(t.Context(), access.Actor{Name: "Test"}, access.Person{Email: "second@example.com", Name: "The second", Role: access.Admin})
	if err != nil {
		t.Fatal(err)
	}
	s.post(page+"/role", "role", "finance")
	if role() != access.Business {
		t.Fatal("two administrators: it is done by one")
	}
	_, body := s.get(page)
	if !contains(body, "waits for another administrator") || contains(body, "Approve") {
		t.Error("the proposer's page does not say that it waits, or lets them approve")
	}
	id := between(body, `name="proposal" value="`, `"`)
	if res, _ := s.post(page+"/role", "role", "executive"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a second proposal: %s", res.Status)
	}
	if res, _ := s.post(page+"/proposal", "proposal", id, "decision", "approve"); res.StatusCode != http.StatusForbidden || role() != access.Business {
		t.Errorf("approved by the proposer: %s", res.Status)
	}
	first := s.people[access.Admin]
	s.people[access.Admin] = second
	s.as(access.Admin)
	if _, body := s.get(page); !contains(body, "The admin proposed") || !contains(body, "make The mining Finance instead of Business development") {
		t.Error("the second administrator is not told what is proposed")
	}
	if res, _ := s.post(page+"/proposal", "proposal", id, "decision", "approve"); res.StatusCode != http.StatusSeeOther || role() != access.Finance {
		t.Errorf("approved by the second: %s, the role is %s", res.Status, role())
	}
	if res, _ := s.post(page+"/proposal", "proposal", id, "decision", "approve"); res.StatusCode != http.StatusNotFound {
		t.Errorf("approved again: %s", res.Status)
	}
	// A proposal may be withdrawn, and rejected.
	for name, decider := range map[string]int64{"withdrawn": second, "rejected": first} {
		s.people[access.Admin] = second
		s.as(access.Admin)
		s.post(page+"/role", "role", "mining")
		_, body := s.get(page)
		s.people[access.Admin] = decider
		s.as(access.Admin)
		s.post(page+"/proposal", "proposal", between(body, `name="proposal" value="`, `"`), "decision", "no")
		if _, csv := s.get("/data/audit.csv?what=proposal"); role() != access.Finance || !contains(csv, "proposal "+name) {
			t.Errorf("%s: the role is %s", name, role())
		}
	}
}

// Where a mail server is set, the link is on its way too; the table holds it
// sealed.
func TestALinkIsMailedSealed(t *testing.T) {
	s := openMailing(t)
	s.as(access.Admin)
	_, body := s.post("/admin/people", "name", "New", "email", "new@example.com", "role", "mining")
	token := between(body, "/welcome/", "<")
	if !contains(body, "on its way to new@example.com") || !strings.HasPrefix(token, "swl_") {
		t.Fatalf("no link is sent: %.300s", body)
	}
	parcels, err := s.db.Jobs().TakeParcels(t.Context(), 9, time.Now().Add(time.Minute))
	if err != nil || len(parcels) != 1 || parcels[0].Person.Email != "new@example.com" || strings.Contains(fmt.Sprint(parcels[0]), token) {
		t.Errorf("the outbox holds %+v (%v)", parcels, err)
	}
}
