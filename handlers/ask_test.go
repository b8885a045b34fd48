package handlers_test

import (
	"net/http"
	"testing"

	"switchyard/econ/access"
)

// Whoever may not open a page can ask; an administrator is told once.
func TestAPageIsAskedForOnce(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	res, body := s.get("/finance/runway")
	if res.StatusCode != http.StatusForbidden || !contains(body, "Ask an administrator") || !contains(body, `name="page" value="/finance/runway"`) {
		t.Fatalf("the page that is not permitted offers no way to ask: %s", res.Status)
	}
	for range 3 {
		if res, _ := s.post("/ask", "page", "/finance/runway"); res.Header.Get("Location") != "/account?asked=1" {
			t.Fatalf("ask: %s", res.Status)
		}
	}
	if _, body := s.get("/account?asked=1"); !contains(body, "An administrator has been asked.") {
		t.Error("whoever asked is not told that it worked")
	}
	for _, bad := range []string{"", "https://evil.example/", "//evil.example", "javascript:x"} {
		if res, _ := s.post("/ask", "page", bad); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%q is asked for: %s", bad, res.Status)
		}
	}
	for i := range 20 { // a flood of questions ends
		s.post("/ask", "page", "/ai/customers/"+itoa(int64(i)))
	}
	list, err := s.db.As(access.Admin).Alerts(t.Context(), 100)
	if err != nil || len(list) != 5 {
		t.Errorf("%d questions wait (%v), want 5 of a day", len(list), err)
	}
	if other, err := s.db.As(access.Mining).Alerts(t.Context(), 100); err != nil || len(other) != 0 {
		t.Errorf("others see %d questions (%v)", len(other), err)
	}
	if _, csv := (func() (*http.Response, string) { s.as(access.Admin); return s.get("/data/audit.csv?what=ask") })(); !contains(csv, "ask for access") {
		t.Error("the question is not in the audit log")
	}
}
