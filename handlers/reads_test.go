package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
)

// Who reads what is sensitive stands in the audit log once the server stops: a
// line for each reader and page, with how often; what is not sensitive, or was
// refused, does not.
func TestReadsOfSensitivePagesAreInTheAuditLog(t *testing.T) {
	s := open(t, nil)
	s.company()
	s.as(access.Finance)
	for range 3 {
		s.page("/finance/balance-sheet")
	}
	s.get("/data/holdings.csv")
	s.page("/mining")
	if res, _ := s.get("/ai/customers"); res.StatusCode != http.StatusForbidden {
		t.Fatal(res.Status)
	}
	s.as(access.Admin)
	s.page("/admin/people")
	s.visit(db.Share{Recipient: "Ada", Pages: []string{"/mining/sites"}, Exports: true, ExpiresAt: time.Now().Add(time.Hour)})
	s.page("/mining/sites")
	s.get("/data/sites.csv")
	s.app.Stop()
	entries, err := s.db.As(access.Admin).Audit(t.Context(), db.AuditFilter{Action: "read", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, e := range entries {
		got[e.Actor.Name+" "+e.Object] = true
	}
	for _, want := range []string{
		"The finance /finance/balance-sheet, 3 times", "The finance /data/holdings.csv", "The admin /admin/people", "Ada /mining/sites", "Ada /data/sites.csv",
	} {
		if !got[want] {
			t.Errorf("the log does not say %q", want)
		}
		delete(got, want)
	}
	for rest := range got {
		if !strings.HasPrefix(rest, "Test ") {
			t.Errorf("the log says %q", rest)
		}
	}
}
