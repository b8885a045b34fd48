package db_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/record"
	"switchyard/econ/table"
)

// machineClass is a class with a nameplate alone.
func machineClass(t testing.TB, name, ths, watts string) mining.ClassRecord {
	t.Helper()
	return mining.ClassRecord{
		Name: name, Maker: "Maker", Cooling: mining.Air, Source: "a test", Version: record.Version{ValidFrom: march1},
		Modes: []mining.ModeRecord{{Name: mining.Nameplate, Hashrate: rate(t, ths), Power: rate(t, watts)}},
	}
}

// company is a store with two sites and two classes, North and South, A (100 TH/s,
// 3,000 W) and B (200 TH/s, 3,500 W), in this order of their ids.
func company(t testing.TB) (*db.DB, *db.Store, db.Config) {
	t.Helper()
	d, cfg := dbtest.New(t)
	s := d.As(access.Mining)
	for _, name := range []string{"North", "South"} {
		if _, err := s.InsertSite(t.Context(), actor(access.Mining), site(t, name, "100")); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []mining.ClassRecord{machineClass(t, "A", "100", "3000"), machineClass(t, "B", "200", "3500")} {
		if _, err := s.InsertMachineClass(t.Context(), actor(access.Mining), c); err != nil {
			t.Fatal(err)
		}
	}
	return d, s, cfg
}

// table is a file from lines of cells that a comma separates.
func fileOf(lines ...string) table.Table {
	var t table.Table
	for i, l := range lines {
		row := table.Row{Number: i + 1}
		for _, text := range strings.Split(l, ",") {
			row.Cells = append(row.Cells, table.Cell{Text: text})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func hashOf(text string) []byte {
	h := sha256.Sum256([]byte(text))
	return h[:]
}

func importTable(ctx context.Context, s *db.Store, name string, t table.Table) (db.Import, bool, error) {
	return s.ImportUnits(ctx, actor(access.Mining), hashOf(name), name, t)
}

func TestAClassHasItsModesInEachVersion(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx, s, by := t.Context(), d.As(access.Mining), actor(access.Mining)
	c := machineClass(t, "S", "200", "3500")
	id, err := s.InsertMachineClass(ctx, by, c)
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.MachineClass(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	edit := first
	edit.Modes = append(slices.Clone(first.Modes), mining.ModeRecord{Name: mining.Overclock, Hashrate: rate(t, "230"), Power: rate(t, "4600")}, mining.ModeRecord{Name: mining.Eco, Hashrate: rate(t, "150"), Power: rate(t, "2300.5")})
	if err := s.UpdateMachineClass(ctx, by, edit, []string{"modes"}); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateMachineClass(ctx, by, first, []string{"name"}); !errors.Is(err, db.ErrChanged) {
		t.Errorf("an edit of an old version: %v, want ErrChanged", err)
	}
	versions, err := s.MachineClassVersions(ctx, id)
	if err != nil || len(versions) != 2 || len(versions[1].Modes) != 1 {
		t.Fatalf("versions: %+v, %v", versions, err)
	}
	var got []string
	for _, m := range versions[0].Modes {
		got = append(got, m.Name+" "+m.Hashrate.String()+" "+m.Power.String())
	}
	if want := []string{"nameplate 200 3500", "eco 150 2300.5", "overclock 230 4600"}; !slices.Equal(got, want) {
		t.Errorf("modes %v, want %v", got, want)
	}
	if _, err := s.InsertMachineClass(ctx, by, machineClass(t, "s", "1", "1")); !errors.Is(err, db.ErrTaken) {
		t.Errorf("a name twice: %v, want ErrTaken", err)
	}
	for _, bad := range [][2]string{{"0", "100"}, {"100", "0"}} {
		if _, err := s.InsertMachineClass(ctx, by, machineClass(t, "Zero", bad[0], bad[1])); err == nil {
			t.Errorf("a class of %s TH/s and %s W is written", bad[0], bad[1])
		}
	}
}

func TestAFileIsImportedOnceAndCountsAreKept(t *testing.T) {
	d, s, _ := company(t)
	ctx := t.Context()
	file := fileOf("serial,class,site,state,building,since", "UNIT-1,A,North,running,B1,2026-03-01", "unit-2,b,north,Running,B1,2026-03-01", "UNIT-3,B,South,repair,,2026-03-01")
	done, repeat, err := importTable(ctx, s, "one.csv", file)
	if err != nil || repeat || done.Added != 3 || done.Changed != 0 {
		t.Fatalf("first: %+v, %v, %v", done, repeat, err)
	}
	done, repeat, err = importTable(ctx, s, "one.csv", file)
	if err != nil || !repeat || done.Added != 3 {
		t.Errorf("the same file again: %+v, %v, %v", done, repeat, err)
	}
	done, _, err = importTable(ctx, s, "other bytes, same units.csv", file)
	if err != nil || done.Added+done.Changed != 0 || done.Unchanged != 3 {
		t.Errorf("the same units again: %+v, %v", done, err)
	}
	// A file without a column leaves that field as it is.
	done, _, err = importTable(ctx, s, "two.csv", fileOf("serial,class,site,state", "UNIT-1,A,South,curtailed", "UNIT-2,B,North,running"))
	if err != nil || done.Changed != 1 || done.Unchanged != 1 {
		t.Errorf("second: %+v, %v", done, err)
	}
	u, err := s.Unit(ctx, "UNIT-1")
	if err != nil || u.Building != "B1" || u.State != mining.Curtailed || u.Site != 2 {
		t.Errorf("UNIT-1 is %+v, %v", u, err)
	}
	life, err := s.UnitEvents(ctx, u.ID, 10)
	if err != nil || len(life) != 2 || life[0].Before != mining.Running || life[0].State != mining.Curtailed || life[1].Before != "" || !life[1].At.Equal(march1) {
		t.Errorf("its life is %+v, %v", life, err)
	}
	reg, err := d.As(access.Executive).Register(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := []fleet.Count{
		{Site: 1, Building: "B1", Class: 2, State: mining.Running, N: 1}, {Site: 2, Class: 2, State: mining.Repair, N: 1},
		{Site: 2, Building: "B1", Class: 1, State: mining.Curtailed, N: 1},
	}
	if !slices.Equal(reg.Counts, want) {
		t.Errorf("counts %+v, want %+v", reg.Counts, want)
	}
	groups, err := s.Groups(ctx)
	if err != nil || len(groups) != 2 || groups[0].Name != "North B1, B" || groups[0].Count != 1 || groups[0].Validate() != nil {
		t.Errorf("groups %+v, %v", groups, err)
	}
	if _, _, err := importTable(ctx, s, "three.csv", fileOf("serial,class,site,state", "UNIT-9,A,North,running", "UNIT-3,B,South,sold")); !errors.Is(err, db.ErrBadCells) {
		t.Errorf("a machine in repair is sold: %v, want ErrBadCells", err)
	}
	if _, err := s.Unit(ctx, "UNIT-9"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("half of a file was imported: %v", err)
	}
	lines, err := d.As(access.Admin).Audit(ctx, db.AuditFilter{Action: "import units", Limit: 10})
	if err != nil || len(lines) != 3 {
		t.Errorf("%d lines of audit (%v), want one a file", len(lines), err)
	}
}

func TestTwoImportsAtOnceAreOneAfterTheOther(t *testing.T) {
	d, s, cfg := company(t)
	ctx := t.Context()
	const n = 500
	files := make([]table.Table, 2)
	for f := range files {
		lines := []string{"serial,class,site,state,building"}
		for i := range n { // half of them in both files, in opposite order
			lines = append(lines, fmt.Sprintf("UNIT-%04d,A,North,running,H%d", []int{i, 3*n/2 - 1 - i}[f], f))
		}
		files[f] = fileOf(lines...)
	}
	var wg sync.WaitGroup
	results := make([]db.Import, 4)
	for i := range results { // each file twice
		wg.Go(func() {
			var err error
			if results[i], _, err = importTable(ctx, s, fmt.Sprint("file ", i/2), files[i/2]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if results[0].Added != results[1].Added || results[2].Added != results[3].Added || results[0].Added+results[2].Added != 3*n/2 || results[0].Changed+results[2].Changed != n/2 {
		t.Errorf("imported %+v", results)
	}
	conn := connect(t, cfg.URL)
	if got := value[int](t, conn, `SELECT count(*) FROM mining.unit`); got != 3*n/2 {
		t.Errorf("%d units, want %d", got, 3*n/2)
	}
	if diff := value[int](t, conn, sqlMiscounted); diff != 0 {
		t.Errorf("%d counts differ from the units", diff)
	}
	if list, err := d.As(access.Share).Imports(ctx, 10); err != nil || len(list) != 2 {
		t.Errorf("%d imports (%v), want 2", len(list), err)
	}
}

// sqlMiscounted is in how many kinds the kept counts and the units differ.
const sqlMiscounted = `
SELECT count(*) FROM (SELECT site_id, building, class_id, state, count(*) AS n FROM mining.unit GROUP BY 1, 2, 3, 4) AS u
  FULL JOIN (SELECT * FROM mining.unit_count WHERE n > 0) AS c USING (site_id, building, class_id, state) WHERE u.n IS DISTINCT FROM c.n`

func TestAUnitMovesByTheRulesOfItsLife(t *testing.T) {
	_, s, cfg := company(t)
	ctx, by := t.Context(), actor(access.Mining)
	if err := s.InsertUnits(ctx, by, []fleet.Unit{{Serial: "UNIT-1", Class: 1, Site: 1, State: mining.Received, Since: march1}}, "new"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		seen, next mining.State
		at         time.Time
		want       string // part of the error; empty: none
	}{
		{mining.Received, mining.Running, march2, "cannot become running"},
		{mining.Received, mining.Deployed, march1.Add(-time.Hour), "which is later"},
		{mining.Received, mining.Deployed, time.Now().Add(time.Hour), "not come yet"},
		{mining.Running, mining.Deployed, march2, db.ErrChanged.Error()},
		{mining.Received, mining.Deployed, march1, ""},
		{mining.Deployed, mining.Running, march2, ""},
		{mining.Running, mining.Sold, march2, "cannot become sold"},
	} {
		err := s.MoveUnit(ctx, by, "UNIT-1", c.seen, c.next, c.at, "why")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s to %s: %v, want %q", c.seen, c.next, err, c.want)
		}
	}
	if err := s.MoveUnit(ctx, by, "NOBODY", mining.Running, mining.Repair, march2, ""); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a unit that is not there: %v", err)
	}
	if err := s.InsertUnits(ctx, by, []fleet.Unit{{Serial: "UNIT-1", Class: 1, Site: 1, State: mining.Received, Since: march1}}, "again"); !errors.Is(err, db.ErrTaken) {
		t.Errorf("a serial twice: %v, want ErrTaken", err)
	}
	if diff := value[int](t, connect(t, cfg.URL), sqlMiscounted); diff != 0 {
		t.Errorf("%d counts differ from the units", diff)
	}
}

func TestDraftsAreFewAndExpire(t *testing.T) {
	now := time.Now()
	d, _ := dbtest.NewAt(t, func() time.Time { return now })
	ctx, s := t.Context(), d.As(access.Mining)
	keep := func(i int) error {
		name := fmt.Sprint("file ", i)
		return s.KeepDraft(ctx, db.Draft{Hash: hashOf(name), Name: name, Body: []byte(name)})
	}
	for i := range 20 {
		if err := keep(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := keep(3); err != nil {
		t.Errorf("the same file again: %v", err)
	}
	if err := keep(20); !errors.Is(err, db.ErrCrowded) {
		t.Errorf("one more: %v, want ErrCrowded", err)
	}
	if got, err := s.Draft(ctx, hashOf("file 3")); err != nil || string(got.Body) != "file 3" {
		t.Errorf("got %+v, %v", got, err)
	}
	now = now.Add(db.DraftLife + time.Second)
	if _, err := s.Draft(ctx, hashOf("file 3")); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("after a day: %v, want ErrNotFound", err)
	}
	if err := keep(20); err != nil {
		t.Errorf("after the others have expired: %v", err)
	}
}

func TestEveryPageOfTheRegisterFollowsTheOneBefore(t *testing.T) {
	_, s, _ := company(t)
	ctx, by := t.Context(), actor(access.Mining)
	var units []fleet.Unit
	for i := range 60 {
		units = append(units, fleet.Unit{
			Serial: fmt.Sprintf("UNIT-%03d", i*7%60), MAC: fmt.Sprintf("02:00:00:00:00:%02x", i), Class: int64(1 + i%2), Site: int64(1 + i%3/2), Building: fmt.Sprint("B", i%4), Rack: fmt.Sprint(i % 5),
			Address: fmt.Sprintf("10.0.%d.%d", i%3, i), State: mining.States()[i%7], Since: march1.AddDate(0, 0, i%6),
		})
	}
	if err := s.InsertUnits(ctx, by, units, "new"); err != nil {
		t.Fatal(err)
	}
	for _, sort := range []db.UnitSort{db.BySerial, db.ByPlace, db.BySince} {
		for _, down := range []bool{false, true} {
			whole, err := s.Units(ctx, db.UnitFilter{Sort: sort, Down: down, Limit: 100})
			if err != nil || len(whole) != 60 {
				t.Fatalf("%s: %d units, %v", sort, len(whole), err)
			}
			var paged []fleet.Unit
			f := db.UnitFilter{Sort: sort, Down: down, Limit: 7}
			for {
				page, err := s.Units(ctx, f)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				paged = append(paged, page...)
				f.After = page[len(page)-1].Serial
			}
			if !slices.Equal(whole, paged) {
				t.Errorf("sort %q, down %v: the pages are not the whole", sort, down)
			}
		}
	}
	for _, c := range []struct {
		f    db.UnitFilter
		want int
	}{
		{db.UnitFilter{Site: 2}, 20}, {db.UnitFilter{Class: 1}, 30}, {db.UnitFilter{State: mining.Running}, 9}, {db.UnitFilter{Building: "B3"}, 15},
		{db.UnitFilter{Site: 2, Class: 1, Building: "B0"}, 5}, {db.UnitFilter{Search: "unit-00"}, 10}, {db.UnitFilter{Search: "UNIT-007"}, 1},
		{db.UnitFilter{Search: "10.0.2."}, 20}, {db.UnitFilter{Search: "02:00:00:00:00:0"}, 16}, {db.UnitFilter{Search: "%"}, 0}, {db.UnitFilter{Site: 99}, 0},
	} {
		c.f.Limit = 100
		if n, err := s.CountUnits(ctx, c.f); err != nil || n != c.want {
			t.Errorf("%+v: counted %d, %v", c.f, n, err)
		}
		if list, err := s.Units(ctx, c.f); err != nil || len(list) != c.want {
			t.Errorf("%+v: %d units (%v), want %d", c.f, len(list), err, c.want)
		}
	}
}

func TestTwoMovesOfAUnitAtOnceOneIsTold(t *testing.T) {
	_, s, cfg := company(t)
	ctx, by := t.Context(), actor(access.Mining)
	if err := s.InsertUnits(ctx, by, []fleet.Unit{{Serial: "UNIT-1", Class: 1, Site: 1, State: mining.Running, Since: march1}}, "new"); err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 2)
	for _, next := range []mining.State{mining.Repair, mining.Curtailed} {
		go func() { results <- s.MoveUnit(ctx, by, "UNIT-1", mining.Running, next, march2, "at once") }()
	}
	a, b := <-results, <-results
	if (a == nil) == (b == nil) || !errors.Is(errors.Join(a, b), db.ErrChanged) {
		t.Errorf("got %v and %v, want one ErrChanged", a, b)
	}
	if u, err := s.Unit(ctx, "UNIT-1"); err != nil {
		t.Error(err)
	} else if life, err := s.UnitEvents(ctx, u.ID, 10); err != nil || len(life) != 2 {
		t.Errorf("its life is %+v, %v", life, err)
	}
	if diff := value[int](t, connect(t, cfg.URL), sqlMiscounted); diff != 0 {
		t.Errorf("%d counts differ from the units", diff)
	}
}
