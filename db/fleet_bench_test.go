package db_test

import (
	"context"
	"fmt"
	"testing"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
)

// fleetUnits is how many units the register is measured with.
const fleetUnits = 200_000

// bigFleet is a company with that many units in ten buildings of two sites.
func bigFleet(b *testing.B) *db.Store {
	b.Helper()
	_, s, cfg := company(b)
	states := []mining.State{mining.Running, mining.Running, mining.Running, mining.Running, mining.Running, mining.Curtailed, mining.Deployed, mining.Repair, mining.Received}
	units := make([]fleet.Unit, fleetUnits)
	for i := range units {
		units[i] = fleet.Unit{
			Serial: fmt.Sprintf("UNIT-%06d", i*7919%fleetUnits), MAC: fmt.Sprintf("02:00:%02x:%02x:%02x:00", i>>16, i>>8&255, i&255), Class: int64(1 + i%2), Site: int64(1 + i%10/7),
			Building: fmt.Sprintf("B%d", i%10), Aisle: fmt.Sprint(i / 10 % 20), Rack: fmt.Sprint(i / 200 % 50), Slot: fmt.Sprint(i / 10_000), Address: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255),
			State: states[i%len(states)], Since: march1.AddDate(0, 0, i%80),
		}
	}
	units[0].State = mining.Sold // the only one
	if err := s.InsertUnits(b.Context(), actor(access.Mining), units, "new"); err != nil {
		b.Fatal(err)
	}
	exec(b, connect(b, cfg.URL), `VACUUM ANALYZE mining.unit`)
	return s
}

func BenchmarkFleet(b *testing.B) {
	s := bigFleet(b)
	far := func(f db.UnitFilter) db.UnitFilter { // the page that begins at nine tenths
		f.Limit = fleetUnits * 9 / 10
		list, err := s.Units(b.Context(), f)
		if err != nil {
			b.Fatal(err)
		}
		f.After = list[len(list)-1].Serial
		return f
	}
	const page = 100
	for _, c := range []struct {
		name string
		f    db.UnitFilter
		want int
	}{
		{"first", db.UnitFilter{}, page},
		{"far", far(db.UnitFilter{}), page},
		{"filter", db.UnitFilter{Site: 2, Building: "B9", Class: 2, State: mining.Repair}, page},
		{"filter-wide", db.UnitFilter{State: mining.Running}, page},
		{"filter-one", db.UnitFilter{State: mining.Sold}, 1},
		{"filter-none", db.UnitFilter{Class: 2, State: mining.Sold}, 0},
		{"place", db.UnitFilter{Sort: db.ByPlace}, page},
		{"place-far", far(db.UnitFilter{Sort: db.ByPlace}), page},
		{"place-filter", db.UnitFilter{Sort: db.ByPlace, Down: true, Class: 1, State: mining.Received}, page},
		{"since", db.UnitFilter{Sort: db.BySince, Down: true}, page},
		{"since-far", far(db.UnitFilter{Sort: db.BySince}), page},
		{"since-filter", db.UnitFilter{Sort: db.BySince, Site: 2, State: mining.Repair}, page},
		{"search-serial", db.UnitFilter{Search: "unit-1234"}, page},
		{"search-address", db.UnitFilter{Search: "10.2.1"}, page},
		{"search-mac", db.UnitFilter{Search: "02:00:01:0"}, page},
		{"search-wide", db.UnitFilter{Search: "UNIT", Sort: db.BySince, State: mining.Deployed}, page},
	} {
		c.f.Limit = page
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			warmLoop(b, func() {
				if list, err := s.Units(b.Context(), c.f); err != nil || len(list) != c.want {
					b.Fatal(len(list), err)
				}
			})
		})
	}
	b.Run("count-filter", func(b *testing.B) {
		warmLoop(b, func() {
			if n, err := s.CountUnits(b.Context(), db.UnitFilter{Site: 2, State: mining.Running}); err != nil || n < fleetUnits/10 {
				b.Fatal(n, err)
			}
		})
	})
	b.Run("counts", func(b *testing.B) {
		warmLoop(b, func() {
			if reg, err := s.Register(b.Context()); err != nil || len(reg.Counts) == 0 {
				b.Fatal(err)
			}
		})
	})
}

// Ten thousand units in a file: from the table to the register.
func BenchmarkFleetImport(b *testing.B) {
	_, s, _ := company(b)
	lines := []string{"serial,class,site,state,building,rack,slot"}
	for i := range 10_000 {
		lines = append(lines, fmt.Sprintf("UNIT-%05d,A,North,running,B%d,%d,%d", i, i%8, i/40, i%40))
	}
	file, round := fileOf(lines...), 0
	for b.Loop() {
		b.StopTimer()
		round++
		for i := range file.Rows[1:] {
			file.Rows[i+1].Cells[0].Text = fmt.Sprintf("R%d-%05d", round, i)
		}
		b.StartTimer()
		if done, _, err := importTable(context.WithoutCancel(b.Context()), s, fmt.Sprint(round), file); err != nil || done.Added != 10_000 {
			b.Fatal(done, err)
		}
	}
}
