package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pquerna/otp/totp"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/handlers/signin"
)

const goodPassword = "correct horse battery"

// post sends a form as one of the site's own pages would.
func (s *site) post(path string, values ...string) (*http.Response, string) {
	s.t.Helper()
	form := make(url.Values)
	for i := 0; i+1 < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	return s.do(http.MethodPost, path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

// take makes the browser hold the session cookie of an answer.
func (s *site) take(res *http.Response) {
	s.t.Helper()
	for _, c := range res.Cookies() {
		if c.Name == "switchyard" {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
				s.t.Errorf("session cookie: %+v", c)
			}
			s.cookie = c.Name + "=" + c.Value
			return
		}
	}
	s.t.Fatalf("no session in %v", res.Header)
}

// password gives the person of a role a password.
func (s *site) password(role access.Role) {
	s.t.Helper()
	hash, err := signin.NewHasher().Hash(s.t.Context(), goodPassword)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.Auth().SetPassword(s.t.Context(), access.Actor{Name: "Test"}, s.people[role], hash, nil); err != nil {
		s.t.Fatal(err)
	}
}

func TestAPasswordSignsInAndOut(t *testing.T) {
	s := open(t, nil)
	s.password(access.Mining)
	s.as("")
	res, _ := s.get("/mining/sites?x=1")
	if got := res.Header.Get("Location"); got != "/sign-in?next=%2Fmining%2Fsites%3Fx%3D1" {
		t.Fatalf("sent to %q", got)
	}
	res, _ = s.post("/sign-in", "email", " Mining@Example.com ", "password", goodPassword, "next", "/mining/sites?x=1")
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/mining/sites?x=1" {
		t.Fatalf("signed in: %s to %q", res.Status, res.Header.Get("Location"))
	}
	s.take(res)
	if res, body := s.get("/account"); res.StatusCode != http.StatusOK || !contains(body, "The mining") || !contains(body, "Mining operations") {
		t.Errorf("account: %s", res.Status)
	}
	held := s.cookie
	if res, _ := s.post("/sign-out"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("sign out: %s", res.Status)
	}
	s.cookie = held
	if res, _ := s.get("/account"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the old session still opens: %s", res.Status)
	}
}

func TestNobodyLearnsWhetherAnAccountExists(t *testing.T) {
	s := open(t, nil)
	s.password(access.Mining)
	if err := s.db.As(access.Admin).Deactivate(t.Context(), access.Actor{Name: "Test"}, s.people[access.Finance]); err != nil {
		t.Fatal(err)
	}
	s.as("")
	var bodies []string
	for _, email := range []string{"mining@example.com", "finance@example.com", "business@example.com", "nobody@example.com"} {
		res, body := s.post("/sign-in", "email", email, "password", "wrong but long enough")
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", email, res.Status)
		}
		body = strings.ReplaceAll(body, email, "E")
		bodies = append(bodies, between(body, "<form class=\"form\"", "</form>"))
		if contains(body, "wrong but") {
			t.Error("the page tells the password that was typed")
		}
	}
	for _, b := range bodies[1:] {
		if b != bodies[0] || b == "" {
			t.Errorf("the answers differ:\n%s\n%s", bodies[0], b)
		}
	}
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	part, _, _ := strings.Cut(rest, to)
	return part
}

func TestWrongTriesPauseOneAddressAndNobodyElse(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.password(access.Mining)
	s.password(access.Finance)
	s.as("")
	for range 5 {
		s.post("/sign-in", "email", "mining@example.com", "password", "wrong but long enough")
	}
	res, body := s.post("/sign-in", "email", "mining@example.com", "password", goodPassword)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || !contains(body, "fifteen minutes") {
		t.Errorf("the sixth try: %s", res.Status)
	}
	if res, _ := s.post("/sign-in", "email", "finance@example.com", "password", goodPassword); res.StatusCode != http.StatusSeeOther {
		t.Errorf("somebody else from the same address: %s", res.Status)
	}
	clock.add(16 * time.Minute)
	if res, _ := s.post("/sign-in", "email", "mining@example.com", "password", goodPassword); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after the pause: %s", res.Status)
	}
}

func TestASessionPutThereBeforeIsNotTheOneSignedIn(t *testing.T) {
	s := open(t, nil)
	s.password(access.Finance)
	s.as(access.Mining) // somebody else's session, put into the browser
	planted := s.cookie
	res, _ := s.post("/sign-in", "email", "finance@example.com", "password", goodPassword)
	s.take(res)
	if s.cookie == planted {
		t.Fatal("the planted session was signed in")
	}
	if res, _ := s.get("/finance/balance-sheet"); res.StatusCode != http.StatusOK {
		t.Errorf("the new session: %s", res.Status)
	}
	s.cookie = planted
	if res, _ := s.get("/account"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the planted session still opens: %s", res.Status)
	}
}

func TestSessionsEndByIdlenessAgeAndNonsense(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	opens := func(when string, want bool) {
		t.Helper()
		if res, _ := s.get("/account"); (res.StatusCode == http.StatusOK) != want {
			t.Errorf("%s: %s", when, res.Status)
		}
	}
	opens("at once", true)
	clock.add(db.SessionIdle - time.Minute)
	opens("before it is idle", true)
	clock.add(db.SessionIdle + time.Minute)
	opens("idle", false)
	s.as(access.Mining)
	for range int(db.SessionLife/(db.SessionIdle-time.Hour)) + 1 {
		s.get("/account")
		clock.add(db.SessionIdle - time.Hour)
	}
	opens("too old", false)
	for _, cookie := range []string{"switchyard=", "switchyard=x", "switchyard=" + strings.Repeat("A", 43), "switchyard=" + strings.Repeat("é", 4000)} {
		s.cookie = cookie
		opens(cookie[:min(20, len(cookie))], false)
	}
}

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

func TestANewPasswordEndsEveryOtherSession(t *testing.T) {
	s := open(t, nil)
	s.password(access.Business)
	s.as(access.Business)
	other := s.cookie
	s.as(access.Business)
	if res, body := s.post("/account/password", "current", "not this one here", "password", "another good phrase", "again", "another good phrase"); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "not your present") {
		t.Errorf("a wrong present password: %s", res.Status)
	}
	res, _ := s.post("/account/password", "current", goodPassword, "password", "another good phrase", "again", "another good phrase")
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("change: %s", res.Status)
	}
	old := s.cookie
	s.take(res)
	if res, _ := s.get("/account"); res.StatusCode != http.StatusOK {
		t.Errorf("this browser: %s", res.Status)
	}
	for _, cookie := range []string{other, old} {
		s.cookie = cookie
		if res, _ := s.get("/account"); res.StatusCode != http.StatusSeeOther {
			t.Errorf("another session: %s", res.Status)
		}
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

func TestTheWayBackStaysOnThisSite(t *testing.T) {
	s := open(t, nil)
	s.password(access.Mining)
	for _, next := range []string{"//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "/a\nb"} {
		s.as("")
		res, _ := s.post("/sign-in", "email", "mining@example.com", "password", goodPassword, "next", next)
		if got := res.Header.Get("Location"); got != "/mining" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}

// codeNow is what an authenticator shows for a secret at an instant.
func codeNow(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestAnAdministratorProvesTwiceAndACodeIsGoodOnce(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.password(access.Admin)
	s.as("")
	res, _ := s.post("/sign-in", "email", "admin@example.com", "password", goodPassword, "next", "/admin/people")
	if got := res.Header.Get("Location"); got != "/sign-in/code?next=%2Fadmin%2Fpeople" {
		t.Fatalf("after the password: to %q", got)
	}
	s.take(res)
	half := s.cookie
	for _, path := range []string{"/", "/admin/people", "/account", "/data/audit.csv", "/account/codes"} {
		if res, _ := s.get(path); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/sign-in/code") {
			t.Errorf("half signed in, %s: %s to %q", path, res.Status, res.Header.Get("Location"))
		}
	}
	if res, _ := s.get("/api/v1/series", "Accept", "application/json"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("half signed in, the API: %s", res.Status)
	}
	_, body := s.get("/sign-in/code?next=/admin/people")
	secret := between(body, `<code class="wrap">`, "<")
	if _, again := s.get("/sign-in/code"); between(again, `<code class="wrap">`, "<") != secret || secret == "" {
		t.Error("another look shows another secret")
	}
	if res, _ := s.post("/sign-in/code", "code", "000000"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code: %s", res.Status)
	}
	code := codeNow(t, secret, clock.now())
	res, body = s.post("/sign-in/code", "code", code, "next", "/admin/people")
	if res.StatusCode != http.StatusOK || !contains(body, `href="/admin/people"`) {
		t.Fatalf("the first code: %s", res.Status)
	}
	recovery := between(body, "<li><code>", "<")
	s.take(res)
	if res, _ := s.get("/admin/people"); res.StatusCode != http.StatusOK {
		t.Errorf("signed in: %s", res.Status)
	}
	s.cookie = half
	if res, _ := s.get("/admin/people"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the half session: %s", res.Status)
	}
	// From now on the secret is never shown again, and the code was good once.
	again := func(code string) int {
		t.Helper()
		s.as("")
		res, _ := s.post("/sign-in", "email", "admin@example.com", "password", goodPassword)
		s.take(res)
		if _, body := s.get("/sign-in/code"); contains(body, secret) {
			t.Error("the secret is shown again")
		}
		res, _ = s.post("/sign-in/code", "code", code)
		return res.StatusCode
	}
	if got := again(code); got != http.StatusUnprocessableEntity {
		t.Errorf("the same code again: %d", got)
	}
	clock.add(time.Minute)
	if got := again(codeNow(t, secret, clock.now())); got != http.StatusSeeOther {
		t.Errorf("the next code: %d", got)
	}
	if got := again(strings.ToLower(recovery)); got != http.StatusSeeOther {
		t.Errorf("a recovery code: %d", got)
	}
	if got := again(recovery); got != http.StatusUnprocessableEntity {
		t.Errorf("a recovery code again: %d", got)
	}
	// Whoever has lost the device and the recovery codes gets a link, and sets up
	// codes anew.
	link, linkHash := signin.NewToken(signin.Link)
	if err := s.db.As(access.Admin).InsertLink(t.Context(), access.Actor{Name: "Test"}, linkHash[:], db.Link{Purpose: db.LinkReset, Person: s.people[access.Admin], ExpiresAt: clock.now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	s.as("")
	res, _ = s.post("/welcome/"+link, "password", goodPassword, "again", goodPassword)
	s.take(res)
	if _, body := s.get("/sign-in/code"); contains(body, secret) || between(body, `<code class="wrap">`, "<") == "" {
		t.Error("after a reset no new codes are set up")
	}
	// Half a session does not wait for ever.
	s.as("")
	res, _ = s.post("/sign-in", "email", "admin@example.com", "password", goodPassword)
	s.take(res)
	clock.add(db.PendingLife + time.Second)
	if res, _ := s.post("/sign-in/code", "code", codeNow(t, secret, clock.now())); res.Header.Get("Location") != "/sign-in" {
		t.Errorf("too late: %s to %q", res.Status, res.Header.Get("Location"))
	}
}

func TestCodesByChoiceAreTurnedOnAndOffWithACode(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.password(access.Mining)
	s.as(access.Mining)
	_, body := s.get("/account/codes")
	secret := between(body, `<code class="wrap">`, "<")
	if res, body := s.post("/account/codes", "code", codeNow(t, secret, clock.now())); res.StatusCode != http.StatusOK || strings.Count(body, "<li><code>") != 10 {
		t.Fatalf("turn on: %s", res.Status)
	}
	if _, body := s.get("/account/codes"); !contains(body, "10 recovery codes are left") || contains(body, secret) {
		t.Error("the page does not say that codes are on")
	}
	if res, _ := s.post("/account/codes/off", "code", "123456"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("off without a code: %s", res.Status)
	}
	clock.add(time.Minute)
	if res, _ := s.post("/account/codes/off", "code", codeNow(t, secret, clock.now())); res.StatusCode != http.StatusSeeOther {
		t.Errorf("turn off: %s", res.Status)
	}
	if _, body := s.get("/account/codes"); !contains(body, "the password alone") {
		t.Error("the page does not say that codes are off")
	}
}

func TestATokenReadsItsRoomsThroughTheAPIAlone(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	if err := s.db.Jobs().EnsureSeries(t.Context(), market.SeriesDef{Key: "market.other", Unit: "1", Interval: time.Second, Source: "test"}); err != nil {
		t.Fatal(err)
	}
	s.as(access.Mining)
	if res, body := s.post("/account/tokens", "name", "sheet", "days", "30"); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "at least one room") {
		t.Errorf("no room: %s", res.Status)
	}
	if res, _ := s.post("/account/tokens", "name", "sheet", "days", "30", "room-ai", "on"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the other unit's room: %s", res.Status)
	}
	_, body := s.post("/account/tokens", "name", "sheet", "days", "30", "room-market", "on")
	token := between(body, `not shown again: <code class="wrap">`, "<")
	if _, body := s.get("/account/tokens"); contains(body, token) || !contains(body, "sheet") || token == "" {
		t.Error("the token is shown again, or not at all")
	}
	s.as("")
	bearer := []string{"Accept", "application/json", "Authorization", "Bearer " + token}
	for path, want := range map[string]int{
		"/api/v1/series": 200, "/api/v1/series/market.btc_usd": 200, "/api/v1/series/mining.anything": 404,
		"/account": 401, "/data/prices.csv": 401, "/mining/sites": 401, "/live": 401,
	} {
		if res, _ := s.get(path, bearer...); res.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, res.Status, want)
		}
	}
	if res, _ := s.do(http.MethodPost, "/account/tokens", "name=x", append(bearer, "Sec-Fetch-Site", "same-origin")...); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token makes another: %s", res.Status)
	}
	works := func() bool {
		res, _ := s.get("/api/v1/series", bearer...)
		return res.StatusCode == http.StatusOK
	}
	for _, wrong := range []string{"", "x", token + "x", "sws_" + token[4:]} {
		if res, _ := s.get("/api/v1/series", "Authorization", "Bearer "+wrong); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("token %q: %s", wrong, res.Status)
		}
	}
	s.as(access.Mining)
	id := between(body, "/account/tokens/", "/revoke")
	s.as(access.Business)
	if res, _ := s.post("/account/tokens/" + id + "/revoke"); res.StatusCode != http.StatusNotFound || !works() {
		t.Errorf("somebody else revokes it: %s", res.Status)
	}
	clock.add(31 * 24 * time.Hour)
	if works() {
		t.Error("it works after its end")
	}
	clock.add(-31 * 24 * time.Hour)
	s.as(access.Mining)
	if res, _ := s.post("/account/tokens/" + id + "/revoke"); res.StatusCode != http.StatusSeeOther || works() {
		t.Errorf("revoked: %s", res.Status)
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
