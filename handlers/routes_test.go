package handlers

import (
	"testing"
)

// A route states what its asker must be allowed, or that it is for everybody.
func TestEveryRouteStatesItsAction(t *testing.T) {
	a := &App{}
	// Opening a route to everybody is written here a second time, on purpose.
	open := map[string]bool{
		"/data/:figure": true, "/theme": true, "/live": true, "/api/v1/series/:key": true,
		"/healthz": true, "/readyz": true, "/csp-report": true, "/static/*": true,
	}
	for _, r := range a.routes() {
		if r.open != open[r.path] {
			t.Errorf("%s %s is open: %v", r.method, r.path, r.open)
		}
		if !r.open && (r.room == "" || r.action == "") {
			t.Errorf("%s %s states no action", r.method, r.path)
		}
		if r.handle == nil {
			t.Errorf("%s %s has no handler", r.method, r.path)
		}
	}
	for _, f := range a.figures() {
		if f.room == "" || len(f.columns) == 0 || f.rows == nil {
			t.Errorf("figure %s is not complete", f.id)
		}
	}
}
