package db_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

func TestAPublishedMonthIsRestatedAndNeverOverwritten(t *testing.T) {
	ctx, now := t.Context(), march1
	d, _ := dbtest.NewAt(t, func() time.Time { return now })
	s, by := d.As(access.Mining), actor(access.Mining)
	month := mining.MonthRecord{
		ID: mining.MonthID(2026, time.February), Produced: mining.Of(units.Sats(463_00_000_000)), Held: mining.Of(units.Sats(0)), PowerCharges: mining.Of(units.Cents(4_860_000_01)),
		OperatingEH: mining.Of(rate(t, "9.990001")), DrawnMWh: mining.Of(rate(t, "140000")),
		Version: record.Version{ValidFrom: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), KnownFrom: now, Who: by.Name},
	}
	id, err := s.InsertMonth(ctx, by, month)
	if err != nil || id != 202602 {
		t.Fatalf("month %d: %v", id, err)
	}
	got, err := s.Month(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, unknown := range []bool{got.Sold.Known, got.Restricted.Known, got.Revenue.Known, got.FleetJPerTH.Known} {
		if unknown {
			t.Error("a figure that nobody typed is known")
		}
	}
	month.Sold, month.Restricted, month.NetProceeds, month.Revenue = got.Sold, got.Restricted, got.NetProceeds, got.Revenue
	month.PowerCredits, month.Response, month.Site = got.PowerCredits, got.Response, got.Site
	month.DeployedEH, month.EnergisedEH, month.FleetJPerTH = got.DeployedEH, got.EnergisedEH, got.FleetJPerTH
	if diff := cmp.Diff(month, got, cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) }), cmp.AllowUnexported(units.USD{}, units.Rate{})); diff != "" {
		t.Errorf("read back, -want +got:\n%s", diff)
	}
	if _, err := s.InsertMonth(ctx, by, month); !errors.Is(err, db.ErrTaken) {
		t.Errorf("the month a second time: %v", err)
	}
	step := func(what string, want error, change func(*mining.MonthRecord)) {
		t.Helper()
		v, err := s.Month(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
		change(&v)
		if err := s.UpdateMonth(ctx, by, v, []string{"produced_sats"}); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	step("a draft is edited", nil, func(v *mining.MonthRecord) { v.Produced = mining.Of(units.Sats(464_00_000_000)) })
	step("and published", nil, func(v *mining.MonthRecord) { v.Published = true })
	step("no draft again", db.ErrPublished, func(v *mining.MonthRecord) { v.Published = false; v.Reason = "why not" })
	step("no change without a reason", db.ErrPublished, func(v *mining.MonthRecord) { v.Produced = mining.Of(units.Sats(1)) })
	step("restated", nil, func(v *mining.MonthRecord) {
		v.Produced, v.Reason = mining.Of(units.Sats(465_00_000_000)), "a payout was counted twice"
	})
	step("by whom read an older version", db.ErrChanged, func(v *mining.MonthRecord) { v.KnownFrom, v.Reason = march1, "late" })
	versions, err := s.MonthVersions(ctx, id)
	if err != nil || len(versions) != 4 || versions[0].Reason == "" || versions[1].Produced.Value != 464_00_000_000 {
		t.Errorf("%d versions (%v): %+v", len(versions), err, versions)
	}
	then, err := s.Months(ctx, march1)
	if err != nil || len(then) != 1 || then[0].Produced.Value != 463_00_000_000 {
		t.Errorf("as first known: %+v (%v)", then, err)
	}
	if _, err := d.As(access.Business).Months(ctx, time.Time{}); err == nil {
		t.Error("business development reads the months")
	}
}

func TestAMonthThatContradictsItselfIsRefused(t *testing.T) {
	d, _ := dbtest.New(t)
	for what, change := range map[string]func(*mining.MonthRecord){
		"pledged more than held": func(v *mining.MonthRecord) { v.Held, v.Restricted = mining.Of(units.Sats(1)), mining.Of(units.Sats(2)) },
		"energised more than deployed": func(v *mining.MonthRecord) {
			v.DeployedEH, v.EnergisedEH = mining.Of(rate(t, "1")), mining.Of(rate(t, "2"))
		},
		"month 13":        func(v *mining.MonthRecord) { v.ID = 202613 },
		"negative credit": func(v *mining.MonthRecord) { v.PowerCredits = mining.Of(units.Cents(-1)) },
	} {
		v := mining.MonthRecord{ID: 202602}
		change(&v)
		if _, err := d.As(access.Mining).InsertMonth(t.Context(), actor(access.Mining), v); err == nil {
			t.Errorf("%s is written", what)
		}
	}
}
