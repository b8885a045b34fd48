package handlers

import (
	"strings"
	"testing"

	"switchyard/econ/access"
)

// The routes that are for everybody, those for every person who is signed in,
// those for shares too, and those for whoever makes shares or watches over them:
// written here a second time, on purpose.
var (
	openRoutes = " GET /sign-in POST /sign-in GET /sign-in/provider GET /sign-in/provider/back GET /sign-in/code POST /sign-in/code POST /sign-in/persona POST /sign-out GET /welcome/:token POST /welcome/:token" +
		" GET /share/:token POST /share/:token POST /share/leave POST /theme GET /healthz GET /readyz POST /csp-report GET /static/* "
	personRoutes = " POST /ask GET /account POST /account/password GET /account/tokens POST /account/tokens POST /account/tokens/:id/revoke GET /account/codes POST /account/codes POST /account/codes/recovery POST /account/codes/off POST /account/sessions/:session/end GET /admin/alerts POST /admin/alerts/:id/acknowledge GET /admin/alerts/rules/new POST /admin/alerts/rules GET /admin/alerts/rules/:id POST /admin/alerts/rules/:id POST /admin/alerts/rules/:id/proposal "
	knownRoutes  = " GET /data/:figure GET /live GET /api/v1/series/:key "
	shareRoutes  = " GET /share POST /share POST /share/:id/revoke "
)

// A route states what its asker must be allowed, or that it is for everybody.
func TestEveryRouteStatesItsAction(t *testing.T) {
	a := &App{}
	for _, r := range a.routes() {
		name := " " + r.method + " " + r.path + " "
		if r.need.open != strings.Contains(openRoutes, name) {
			t.Errorf("%sis open: %v", name, r.need.open)
		}
		if r.need.known != strings.Contains(knownRoutes, name) {
			t.Errorf("%sis for all who are known: %v", name, r.need.known)
		}
		if r.need.person != strings.Contains(personRoutes, name) {
			t.Errorf("%sis for all who are signed in: %v", name, r.need.person)
		}
		if r.need.shares != strings.Contains(shareRoutes, name) {
			t.Errorf("%sis for who makes shares: %v", name, r.need.shares)
		}
		if !r.need.open && !r.need.known && !r.need.person && !r.need.shares && (r.need.room == "" || r.need.action == "") {
			t.Errorf("%sstates no action", name)
		}
		if r.method == "POST" && r.need.action == access.Read {
			t.Errorf("%swrites with the right to read", name)
		}
		if r.handle == nil {
			t.Errorf("%shas no handler", name)
		}
	}
	for _, f := range a.figures() {
		if !f.need.hears && (f.need.room == "" || f.need.action == "") || len(f.columns) == 0 || f.rows == nil {
			t.Errorf("figure %s is not complete", f.id)
		}
	}
	for _, topic := range topicTable() {
		if !topic.need.person && (topic.need.room == "" || topic.need.action == "") {
			t.Errorf("topic %s states no action", topic.name)
		}
	}
}
