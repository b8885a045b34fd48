package db_test

import (
	"fmt"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
)

func TestSnapshotDoesNotMove(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	base := time.Now().UTC().Truncate(time.Second).Add(-time.Minute)
	insert(t, s, market.Point{T: base, V: 1})
	err := d.As(access.Executive).Snapshot(t.Context(), func(snap *db.Store) error {
		if _, err := snap.LastPoint(t.Context(), key); err != nil {
			return err
		}
		insert(t, s, market.Point{T: base.Add(time.Second), V: 2})
		p, err := snap.LastPoint(t.Context(), key)
		if err == nil && p.V != 1 {
			err = fmt.Errorf("the snapshot moved to %v", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
