package handlers_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/xuri/excelize/v2"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// visit makes a share in the executive's name and opens it in this browser. It
// returns the share's id.
func (s *site) visit(v db.Share) int64 {
	s.t.Helper()
	by := access.Actor{ID: s.people[access.Executive], Name: "The executive", Role: access.Executive}
	token, hash := signin.NewToken(signin.Share)
	id, err := s.db.Auth().InsertShare(s.t.Context(), by, hash[:], v)
	if err != nil {
		s.t.Fatal(err)
	}
	s.enter("/share/" + token)
	return id
}

// enter opens the link of a share by its button, as a browser without a session.
func (s *site) enter(path string) {
	s.t.Helper()
	s.cookie = ""
	res, _ := s.post(path)
	if res.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("the link is not opened: %s", res.Status)
	}
	for _, c := range res.Cookies() {
		if c.Name == "switchyard-visit" && c.HttpOnly && c.SameSite == http.SameSiteLaxMode && c.MaxAge > 0 {
			s.cookie = c.Name + "=" + c.Value
			return
		}
	}
	s.t.Fatalf("no cookie of a visit in %v", res.Cookies())
}

// statusOf is what a page answers to the subject now.
func (s *site) statusOf(path string) int {
	s.t.Helper()
	res, _ := s.get(path)
	return res.StatusCode
}

func TestALinkIsMadeOpenedMarkedAndRevoked(t *testing.T) {
	s := open(t, nil)
	s.company()
	s.as(access.Finance)
	if list := s.page("/share"); list.text("[for=f-page-finance-balance-sheet]") != "Finance, Balance sheet" || contains(list.body, "page-mining-sites") {
		t.Error("finance may publish other pages than its own")
	}
	res, body := s.post("/share", "recipient", "Ada Audit, Ledger & Sons", "days", "7", "page-finance-balance-sheet", "on")
	path := between(body, s.url, "</code>")
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(path, "/share/swh_") {
		t.Fatalf("no link was made: %s %q", res.Status, path)
	}
	if _, again := s.get("/share"); contains(again, "swh_") || !contains(again, "Ada Audit, Ledger &amp; Sons") {
		t.Error("the link is shown twice, or not listed")
	}

	desk := s.cookie
	s.cookie = ""
	for range 3 { // a scanner follows links
		if _, body = s.get(path); !contains(body, "The finance shares these pages") || !contains(body, "Balance sheet") || contains(body, strings.TrimPrefix(path, "/share/")+"\" ") {
			t.Fatal("the link does not say what it opens")
		}
	}
	s.enter(path)
	sheet := s.page("/finance/balance-sheet")
	if !contains(sheet.body, "CanaryVault") || contains(sheet.body, `href="/finance/accounts`) || contains(sheet.body, `href="/account"`) {
		t.Error("a reader sees no account, or ways that are closed to them")
	}
	if mark := textOf(sheet.find("[class=sharebar]").FirstChild); !strings.HasPrefix(mark, "Shared with Ada Audit, Ledger & Sons by The finance, link 1, until ") {
		t.Errorf("the page is marked %q", mark)
	}
	if data := s.page("/data/holdings"); contains(data.body, "download>") || !contains(data.body, `class="sharebar"`) {
		t.Error("the data page offers a file, or is not marked")
	}
	for _, closed := range []string{"/", "/mining", "/finance/runway", "/data/holdings.csv", "/data/holdings.xlsx", "/account", "/account/tokens", "/share", "/data/sites", "/api/v1/series"} {
		if got := s.statusOf(closed); got != http.StatusForbidden {
			t.Errorf("the link opens %s: %d", closed, got)
		}
	}
	ws := s.follow(map[string]int64{btc: 0})
	visit := s.cookie

	s.cookie = desk
	if got := s.page("/share").text("tbody"); !strings.Contains(got, "1 ×") {
		t.Errorf("the opening is not counted: %q", got)
	}
	if res, _ := s.post("/share/1/revoke"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("revoke: %s", res.Status)
	}
	s.cookie = visit
	res, body = s.get("/finance/balance-sheet")
	if res.StatusCode != http.StatusUnauthorized || !contains(body, "expired or was revoked") || contains(body, "CanaryVault") {
		t.Errorf("a revoked link answers %s", res.Status)
	}
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
				t.Errorf("the socket of a revoked link ends with %v", err)
			}
			break
		}
	}
	s.cookie = ""
	if got := s.statusOf(path); got != http.StatusNotFound {
		t.Errorf("the link of a revoked share answers %d", got)
	}
}

func TestALinkEndsByItselfAndWithItsMaker(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	ctx, by, maker := t.Context(), access.Actor{Name: "Test"}, s.people[access.Executive]
	for name, end := range map[string]func(share int64) error{
		"its time":         func(int64) error { clock.add(2 * time.Hour); return nil },
		"the maker's end":  func(int64) error { return s.db.As(access.Admin).Deactivate(ctx, by, maker) },
		"an administrator": func(share int64) error { return s.db.Auth().RevokeShare(ctx, by, db.Everybody, share) },
	} {
		if err := s.db.As(access.Admin).Reactivate(ctx, by, maker); err != nil {
			t.Fatal(err)
		}
		id := s.visit(db.Share{Recipient: "Reader", Pages: []string{"/mining"}, ExpiresAt: clock.now().Add(time.Hour)})
		if got := s.statusOf("/mining"); got != http.StatusOK {
			t.Fatalf("%s: the link does not open: %d", name, got)
		}
		if err := end(id); err != nil {
			t.Fatal(err)
		}
		if got := s.statusOf("/mining"); got != http.StatusUnauthorized {
			t.Errorf("ended by %s, the link answers %d", name, got)
		}
	}
}

// A link never opens more than its maker may still publish, whatever the row in
// the table says.
func TestALinkOpensNoPageItsMakerMayNotPublish(t *testing.T) {
	s := open(t, nil)
	s.visit(db.Share{Recipient: "Reader", Pages: []string{"/mining", "/fork", "/admin/people", "/admin/audit", "/account", "/no/such"}, Exports: true, ExpiresAt: time.Now().Add(time.Hour)})
	for path, want := range map[string]int{"/mining": 200, "/fork": 403, "/admin/people": 403, "/admin/audit": 403, "/account": 403, "/no/such": 404, "/data/audit.csv": 403, "/data/units.csv": 403} {
		if got := s.statusOf(path); got != want {
			t.Errorf("%s answers %d, want %d", path, got, want)
		}
	}
}

func TestFilesOfALinkCarryTheRecipient(t *testing.T) {
	s := open(t, nil)
	s.company()
	s.visit(db.Share{Recipient: "=Lena Lender", Pages: []string{"/mining/sites"}, Exports: true, ExpiresAt: time.Now().Add(time.Hour)})
	const mark = "Shared with =Lena Lender by The executive, link 1"
	if _, body := s.get("/data/sites.csv"); !contains(strings.SplitN(body, "\r\n", 2)[0], mark) || !contains(body, "CanaryMine") {
		t.Errorf("the CSV begins %.200q", body)
	}
	_, body := s.get("/data/sites.xlsx")
	x, err := excelize.OpenReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if head, err := x.GetCellValue("Data", "A1"); err != nil || !contains(head, mark) {
		t.Errorf("the XLSX begins %q (%v)", head, err)
	}
}

// Somebody who is signed in may look at a link they made, and is back at their
// own desk when they leave it.
func TestLeavingALinkComesBackToOnesOwnDesk(t *testing.T) {
	s := open(t, nil)
	desk := s.cookie
	s.visit(db.Share{Recipient: "Reader", Pages: []string{"/mining"}, ExpiresAt: time.Now().Add(time.Hour)})
	s.cookie = desk + "; " + s.cookie
	if got := s.statusOf("/fork"); got != http.StatusForbidden {
		t.Errorf("a link opens what it does not name, for its maker: %d", got)
	}
	res, _ := s.post("/share/leave")
	if res.StatusCode != http.StatusSeeOther || !strings.Contains(res.Header.Get("Set-Cookie"), "switchyard-visit=;") {
		t.Fatalf("leave: %s %q", res.Status, res.Header.Get("Set-Cookie"))
	}
	if got := s.statusOf("/mining"); got != http.StatusOK { // the old cookie, sent again, is nobody's now
		t.Errorf("after leaving, /mining answers %d", got)
	}
	if got := s.statusOf("/fork"); got != http.StatusOK {
		t.Errorf("after leaving, the maker's own page answers %d", got)
	}
}

func TestABadLinkFormKeepsWhatWasTyped(t *testing.T) {
	s := open(t, nil)
	res, body := s.post("/share", "recipient", strings.Repeat("x", 101), "days", "8", "exports", "on")
	if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "At most 100 characters; these are 101.") ||
		!contains(body, "Choose at least one page") || !contains(body, "Choose one of the list.") || !contains(body, strings.Repeat("x", 101)) {
		t.Errorf("a bad form answers %s", res.Status)
	}
	if shares, err := s.db.Auth().Shares(t.Context(), db.Everybody); err != nil || len(shares) != 0 {
		t.Errorf("a bad form made %v (%v)", shares, err)
	}
}
