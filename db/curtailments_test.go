package db_test

import (
	"errors"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/record"
)

func TestTheCurtailmentLogIsKeptInVersions(t *testing.T) {
	ctx, now := t.Context(), march2
	d, _ := dbtest.NewAt(t, func() time.Time { return now })
	s, by := d.As(access.Mining), actor(access.Mining)
	v := mining.CurtailmentRecord{
		SiteID: 3, From: march1.Add(17 * time.Hour), To: march1.Add(21*time.Hour + 30*time.Minute), Power: rate(t, "90.5"), Hashrate: rate(t, "4123.25"),
		Cause: mining.CauseCall, Term: "ERS", Note: "Called by telephone", Version: record.Version{ValidFrom: march1},
	}
	var err error
	if v.ID, err = s.InsertCurtailment(ctx, by, v); err != nil {
		t.Fatal(err)
	}
	got, err := s.Curtailment(ctx, v.ID)
	if err != nil || !got.Power.Equal(v.Power) || !got.Hashrate.Equal(v.Hashrate) || !got.From.Equal(v.From) || !got.To.Equal(v.To) || got.Cause != v.Cause || got.Term != "ERS" || got.SiteID != 3 {
		t.Fatalf("read back %+v (%v)", got, err)
	}
	for name, span := range map[string][2]time.Time{"touching its end": {v.To.Add(-time.Minute), v.To.Add(time.Hour)}, "around it": {march1, march2}} {
		if list, err := s.Curtailments(ctx, time.Time{}, span[0], span[1]); err != nil || len(list) != 1 {
			t.Errorf("%s: %d lines, %v", name, len(list), err)
		}
	}
	if list, err := s.Curtailments(ctx, time.Time{}, v.To, v.To.Add(time.Hour)); err != nil || len(list) != 0 {
		t.Errorf("after it: %d lines, %v", len(list), err)
	}
	now = march2.Add(time.Hour)
	next := got
	next.Power = rate(t, "88")
	if err := s.UpdateCurtailment(ctx, by, next, []string{"power"}); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateCurtailment(ctx, by, next, []string{"power"}); !errors.Is(err, db.ErrChanged) {
		t.Errorf("typed into an older version: %v", err)
	}
	then, err := s.Curtailments(ctx, march2.Add(time.Minute), march1, march2)
	versions, verr := s.CurtailmentVersions(ctx, v.ID)
	if err != nil || verr != nil || len(then) != 1 || !then[0].Power.Equal(v.Power) || len(versions) != 2 || !versions[0].Power.Equal(next.Power) {
		t.Errorf("then %+v, versions %+v (%v, %v)", then, versions, err, verr)
	}
	bad := v
	bad.Cause = mining.CausePrice // with a term
	if _, err := s.InsertCurtailment(ctx, by, bad); err == nil {
		t.Error("a curtailment by price with a term was written")
	}
	for _, other := range []access.Role{access.Business, access.Finance, access.Admin} {
		if _, err := d.As(other).Curtailments(ctx, time.Time{}, march1, march2); err == nil {
			t.Errorf("%s reads the curtailment log", other)
		}
	}
}
