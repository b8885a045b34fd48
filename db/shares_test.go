package db_test

import (
	"errors"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
)

func TestASharesVisitsEndAndAreTrimmed(t *testing.T) {
	ctx, now := t.Context(), march1
	d, _ := dbtest.NewAt(t, func() time.Time { return now })
	by := actor(access.Executive)
	var err error
	if by.ID, err = d.As(access.Admin).InsertPerson(ctx, by, access.Person{Email: "e@example.com", Name: "E", Role: access.Executive}); err != nil {
		t.Fatal(err)
	}
	auth := d.Auth()
	share := db.Share{Recipient: "Ada", Pages: []string{"/mining"}, Exports: true, ExpiresAt: now.Add(time.Hour)}
	if share.ID, err = auth.InsertShare(ctx, by, hashOf("share"), share); err != nil {
		t.Fatal(err)
	}
	visits := []string{"first", "second"}
	for visit := range visits {
		if err := auth.BeginVisit(ctx, share, hashOf(visits[visit]), "192.0.2.9", "R2"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := auth.Visit(ctx, hashOf("first"))
	if err != nil || got.Opened != 2 || !got.OpenedAt.Equal(now) || got.Maker != "E" || got.MakerRole != access.Executive || !got.Exports || got.Pages[0] != "/mining" {
		t.Errorf("the visit reads by %+v (%v)", got, err)
	}
	if err := auth.EndVisit(ctx, hashOf("first")); err != nil {
		t.Fatal(err)
	}
	if _, err := auth.Visit(ctx, hashOf("first")); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("an ended visit reads: %v", err)
	}
	good, err := auth.GoodSessions(ctx, [][]byte{hashOf("first"), hashOf("second"), hashOf("none")})
	if err != nil || len(good) != 1 || !good[string(hashOf("second"))] {
		t.Errorf("open are %v (%v)", good, err)
	}
	if err := auth.RevokeShare(ctx, by, by.ID+1, share.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("somebody else revokes the share: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if _, err := auth.Visit(ctx, hashOf("second")); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a visit of an expired share reads: %v", err)
	}
	if n, err := d.Jobs().TrimSignIn(ctx, now); err != nil || n != 2 {
		t.Errorf("trimmed %d (%v), want both visits", n, err)
	}
}
