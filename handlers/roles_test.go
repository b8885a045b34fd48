package handlers_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

// superuser is a connection as the owner of the cluster.
func (s *site) superuser() *pgx.Conn {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.config.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close(context.WithoutCancel(s.t.Context())) })
	return conn
}

// A right taken away in the database stops the page that needs it, for the role
// that has lost it, and nothing else.
func TestOneRightRevokedBreaksOnePageOfOneRole(t *testing.T) {
	s := open(t, nil)
	s.company()
	if _, err := s.superuser().Exec(t.Context(), "REVOKE SELECT ON mining.import FROM switchyard_mining"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		role access.Role
		path string
		want int
	}{
		{access.Mining, "/mining/fleet/import", http.StatusInternalServerError},
		{access.Mining, "/mining/sites", http.StatusOK},
		{access.Mining, "/mining", http.StatusOK},
		{access.Mining, "/account", http.StatusOK},
		{access.Executive, "/mining/sites", http.StatusOK},
		{access.Executive, "/", http.StatusOK},
		{access.Business, "/ai/customers", http.StatusOK},
		{access.Finance, "/finance/balance-sheet", http.StatusOK},
	} {
		s.as(c.role)
		res, body := s.get(c.path)
		if res.StatusCode != c.want {
			t.Errorf("%s as %s: %s, want %d", c.path, c.role, res.Status, c.want)
		}
		if contains(body, "permission denied") || contains(body, "switchyard_mining") {
			t.Errorf("%s as %s tells what the database said", c.path, c.role)
		}
	}
}

// Each page reads as the role of its reader, and nobody else's.
func TestEachPageReadsAsItsReadersRole(t *testing.T) {
	s := open(t, nil)
	conn := s.superuser()
	for role, path := range map[access.Role]string{
		access.Executive: "/fork", access.Mining: "/mining/sites", access.Business: "/ai/customers", access.Finance: "/finance/balance-sheet", access.Admin: "/admin/people",
	} {
		s.as(role)
		if _, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name NOT LIKE '%listener'"); err != nil {
			t.Fatal(err)
		}
		status := 0
		for range 12 { // the first ones may find connections that have just ended
			if res, _ := s.get(path); res.StatusCode == http.StatusOK {
				status = res.StatusCode
				break
			}
		}
		if status != http.StatusOK {
			t.Fatalf("%s as %s is not answered", path, role)
		}
		rows, err := conn.Query(t.Context(), "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name NOT LIKE '%listener' ORDER BY 1")
		if err != nil {
			t.Fatal(err)
		}
		users, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range users {
			if user != "switchyard_auth" && user != "switchyard_"+string(role) {
				t.Errorf("%s as %s reads as %s too", path, role, user)
			}
		}
		if len(users) != 2 {
			t.Errorf("%s as %s reads as %v", path, role, users)
		}
	}
}
