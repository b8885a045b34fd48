package db_test

import (
	"errors"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
)

func TestThePracticeIsAssumedUntilTypedAndThenVersioned(t *testing.T) {
	ctx, now := t.Context(), march1
	d, _ := dbtest.NewAt(t, func() time.Time { return now })
	s, by := d.As(access.Mining), actor(access.Mining)
	v, err := s.Practice(ctx, time.Time{})
	if err != nil || v.ID != 0 || !v.PoolFee.Equal(mining.DefaultPractice().PoolFee) {
		t.Fatalf("nobody has typed one: %+v (%v)", v, err)
	}
	v.ValidFrom = march1
	if err := s.SetPractice(ctx, by, v, []string{"all"}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetPractice(ctx, by, v, []string{"all"}); !errors.Is(err, db.ErrTaken) {
		t.Errorf("a first version a second time: %v", err)
	}
	first, err := s.Practice(ctx, time.Time{})
	if err != nil || first.ID != 1 || !first.PoolFee.Equal(v.PoolFee) || first.MinimumOffHours != 1 {
		t.Fatalf("read back %+v (%v)", first, err)
	}
	now = march2
	second := first
	second.PoolFee = rate(t, "2.5")
	if err := s.SetPractice(ctx, by, second, []string{"pool_fee_pct"}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetPractice(ctx, by, second, nil); !errors.Is(err, db.ErrChanged) {
		t.Errorf("typed into an older version: %v", err)
	}
	then, err := s.Practice(ctx, march1.Add(time.Hour))
	versions, verr := s.PracticeVersions(ctx, 1)
	if err != nil || verr != nil || !then.PoolFee.Equal(v.PoolFee) || len(versions) != 2 || !versions[0].PoolFee.Equal(rate(t, "2.5")) {
		t.Errorf("as known before: %+v; versions %+v (%v, %v)", then, versions, err, verr)
	}
	if _, err := d.As(access.Finance).Practice(ctx, time.Time{}); err == nil {
		t.Error("finance reads the practice")
	}
}
