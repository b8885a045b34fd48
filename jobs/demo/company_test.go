package demo_test

import (
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/demo"
	"switchyard/jobs/simulate"
)

// world is the market of the tests, in which time stands still.
func world() *simulate.World {
	now := time.Now()
	return simulate.NewWorld(simulate.Config{Origin: now.Add(-time.Hour), Seed: 7, Now: func() time.Time { return now }})
}

// write writes the demo company with keys that are sealed by nobody.
func write(t testing.TB, d *db.DB, w *simulate.World) []*simulate.PoolAccount {
	t.Helper()
	accounts, err := demo.PoolAccounts(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Seed(t.Context(), d, w, accounts, func(int64, pool.Opening) (pool.SealedKey, error) {
		return pool.SealedKey{SealID: "test", Sealed: "sealed"}, nil
	}); err != nil {
		t.Fatal(err)
	}
	return accounts
}

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestSeedWritesOnceAndLeavesWhatIsThere(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx, w := t.Context(), world()
	for range 2 {
		write(t, d, w)
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
	write(t, d, w)
	if again, err := d.As(access.Mining).Sites(ctx, time.Time{}); err != nil || len(again) != 4 {
		t.Errorf("after an edit: %d sites (%v), want 4", len(again), err)
	}
	spans, err := d.As(access.Mining).PowerSpans(ctx)
	if err != nil || len(spans) != 2 {
		t.Fatalf("prices of power: %+v, %v", spans, err)
	}
	for _, span := range spans {
		if hours := span.Last.Sub(span.First).Hours(); span.Rows != int64(hours) || hours < 2*365*24 || span.Point != "ERCOT HB_WEST" {
			t.Errorf("%+v: want every hour of two years", span)
		}
	}
	logged, err := d.As(access.Mining).Curtailments(ctx, time.Time{}, w.Now().AddDate(-3, 0, 0), w.Now())
	if err != nil || len(logged) < 20 {
		t.Errorf("%d curtailments (%v): two years have scarce hours", len(logged), err)
	}
	log, err := d.As(access.Admin).Audit(ctx, db.AuditFilter{Limit: 500})
	if want := 1 + 5 + 4 + 1 + 11 + 5*2 + 24 + 1 + 9 + 1 + 4 + 1 + 5 + 3 + len(logged); err != nil || len(log) != want {
		t.Errorf("%d lines of audit (%v), want %d: one a write", len(log), err, want)
	}
}

// The months of the demo hold together: what is held moves by what was produced
// and sold, and each can be computed.
func TestTheMonthsOfTheDemoHoldTogether(t *testing.T) {
	d, _ := dbtest.New(t)
	w := world()
	accounts := write(t, d, w)
	months, err := d.As(access.Executive).Months(t.Context(), time.Time{})
	if err != nil || len(months) != 24 {
		t.Fatalf("%d months: %v", len(months), err)
	}
	restated := 0
	for i, m := range months {
		unknown := mining.Unknown[units.Sats]("x")
		u, err := mining.ComputeUpdate(m.Month(mining.Unknown[mining.Pay]("x"), unknown, unknown))
		if err != nil {
			t.Fatal(err)
		}
		if perDay := u.BTCPerEHDay.Value; perDay < 0.3 || perDay > 1.2 {
			t.Errorf("%s: %v BTC per EH/s and day", m.Begin().Format("2006-01"), perDay)
		}
		if i+1 < len(months) && m.Held.Value != months[i+1].Held.Value+m.Produced.Value-m.Sold.Value {
			t.Errorf("%s: %d sat held do not follow from the month before", m.Begin().Format("2006-01"), m.Held.Value)
		}
		if m.Reason != "" {
			restated++
		}
		var credited units.Sats
		for _, a := range accounts {
			for _, c := range w.PoolCredits(a, m.Begin(), m.Begin().AddDate(0, 1, 0)) {
				credited += c.Net
			}
		}
		if m.Produced.Value != credited {
			t.Errorf("%s: %d sat produced, and pools credited %d", m.Begin().Format("2006-01"), m.Produced.Value, credited)
		}
		if d, e, o := m.DeployedEH.Value.Float64(), m.EnergisedEH.Value.Float64(), m.OperatingEH.Value.Float64(); !(d >= e && e > o && o > 0.7*e) {
			t.Errorf("%s: %v EH/s deployed, %v energised, %v operating", m.Begin().Format("2006-01"), d, e, o)
		}
	}
	if restated != 1 {
		t.Errorf("%d months were restated, want one", restated)
	}
}
