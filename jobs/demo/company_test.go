package demo_test

import (
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/jobs/demo"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestSeedWritesOnceAndLeavesWhatIsThere(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx := t.Context()
	for range 2 {
		if err := demo.Seed(ctx, d, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	people, err := d.As(access.Admin).People(ctx)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[access.Role]bool{}
	for _, p := range people {
		roles[p.Role] = true
		if p.Persona == "" {
			t.Errorf("%s has no persona", p.Name)
		}
	}
	if len(people) != 5 || len(roles) != 5 {
		t.Errorf("%d people in %d roles, want one a role", len(people), len(roles))
	}
	sites, err := d.As(access.Executive).Sites(ctx, time.Time{})
	if err != nil || len(sites) != 4 {
		t.Fatalf("sites: %v, %v", sites, err)
	}
	mw := 0.0
	for _, s := range sites {
		mw += s.Interconnect.Float64()
	}
	if mw != 252 {
		t.Errorf("the sites draw %v MW, want 252", mw)
	}
	holdings, err := d.As(access.Finance).Holdings(ctx, time.Time{})
	if err != nil || len(holdings) != 5 {
		t.Fatalf("holdings: %v, %v", holdings, err)
	}
	for _, h := range holdings {
		if h.Balance == nil {
			t.Errorf("%s has no balance", h.Account.Name)
		}
	}
	// What somebody edits stays after the next start.
	edit := sites[0]
	edit.Name = "Renamed"
	if err := d.As(access.Mining).UpdateSite(ctx, access.Actor{Name: "J."}, edit, []string{"name"}); err != nil {
		t.Fatal(err)
	}
	if err := demo.Seed(ctx, d, time.Now()); err != nil {
		t.Fatal(err)
	}
	if again, err := d.As(access.Mining).Sites(ctx, time.Time{}); err != nil || len(again) != 4 {
		t.Errorf("after an edit: %d sites (%v), want 4", len(again), err)
	}
	log, err := d.As(access.Admin).Audit(ctx, db.AuditFilter{Limit: 100})
	if want := 1 + 5 + 4 + 1 + 9 + 1 + 11 + 5*2; err != nil || len(log) != want {
		t.Errorf("%d lines of audit (%v), want %d: one a write", len(log), err, want)
	}
}
