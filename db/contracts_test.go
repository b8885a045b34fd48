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

func TestASiteHasOnePowerContractInVersions(t *testing.T) {
	ctx, now := t.Context(), march1
	d, _ := dbtest.NewAt(t, func() time.Time { return now })
	s, by := d.As(access.Mining), actor(access.Mining)
	v := mining.ContractRecord{
		SiteID: 3, Name: "Supply", Kind: mining.Fixed, Price: rate(t, "48.25"), Loss: rate(t, "2.5"), Adders: "Wires 4.2\nTaxes 1", Terms: "ERS: 10 MW below 30 MW",
		ResaleFee: rate(t, "0.5"), PurchaseFee: rate(t, "0.75"), Demand: rate(t, "7.1"), CoincidentKW: rate(t, "60"), Version: record.Version{ValidFrom: march1},
	}
	var err error
	if v.ID, err = s.InsertContract(ctx, by, v); err != nil {
		t.Fatal(err)
	}
	got, err := s.Contract(ctx, v.ID)
	if err != nil || !got.Price.Equal(v.Price) || !got.CoincidentKW.Equal(v.CoincidentKW) || got.Adders != v.Adders || got.Terms != v.Terms || got.SiteID != 3 || !got.PurchaseFee.Equal(v.PurchaseFee) {
		t.Fatalf("read back %+v (%v)", got, err)
	}
	if _, err := s.InsertContract(ctx, by, v); !errors.Is(err, db.ErrTaken) {
		t.Errorf("a second contract of the site: %v", err)
	}
	now = march2
	next := got
	next.Price = rate(t, "52")
	if err := s.UpdateContract(ctx, by, next, []string{"price"}); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateContract(ctx, by, next, []string{"price"}); !errors.Is(err, db.ErrChanged) {
		t.Errorf("typed into an older version: %v", err)
	}
	then, err := s.Contracts(ctx, march1.Add(time.Hour))
	versions, verr := s.ContractVersions(ctx, v.ID)
	if err != nil || verr != nil || len(then) != 1 || !then[0].Price.Equal(v.Price) || len(versions) != 2 || !versions[0].Price.Equal(next.Price) {
		t.Errorf("then %+v, versions %+v (%v, %v)", then, versions, err, verr)
	}
	for _, other := range []access.Role{access.Business, access.Finance, access.Admin} {
		if _, err := d.As(other).Contracts(ctx, time.Time{}); err == nil {
			t.Errorf("%s reads power contracts", other)
		}
	}
}
