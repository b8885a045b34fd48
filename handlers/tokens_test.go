package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

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
