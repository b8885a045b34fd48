package jobs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
)

// Workers find their machines by the account's rules; machines that are not to
// hash are not expected to; what is dark is a series of its site.
func TestWorkersFindTheirMachines(t *testing.T) {
	a := hashing(pool.Braiins, pool.FPPS, 40)
	a.Workers = append(a.Workers, simulate.PoolWorker{Name: "bench-rig", Nominal: 100 * units.TH}, simulate.PoolWorker{Name: "r77s01", Nominal: 100 * units.TH})
	s := newSimulated(t, 5*time.Second, a)
	s.register(t, 40, 2)
	id := s.enter(t, a, "new")
	s.start(t)
	r := s.reads(t, id, "read with its workers", func(r pool.Reading) bool { return answered(r) && r.Workers.Count > 0 })
	if r.Workers.Count != 42 || r.Workers.Every != 5*time.Minute {
		t.Errorf("the workers are read as %+v", r.Workers)
	}
	list, err := s.store.PoolWorkers(t.Context(), db.PoolWorkerFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var why []string
	expected := units.Hashrate(0)
	for _, w := range list {
		if w.Place.Unit == 0 {
			why = append(why, w.Name+": "+w.Place.Why)
		}
		if w.Place.Nameplate.Known {
			expected += w.Place.Nameplate.Value
		}
	}
	if got := strings.Join(why, ", "); got != "bench-rig: no rule, r77s01: no machine" {
		t.Errorf("without a machine are %s", got)
	}
	if want := 38 * 200 * units.TH; expected != want { // two of the forty are in repair
		t.Errorf("the machines that are to hash have %v, want %v", expected, want)
	}
	eventually(t, 20*time.Second, func() string { // its series follow the list
		ticks, err := s.store.Ticks(t.Context(), fmt.Sprintf("%s.%d", seriesPoolExpected, id), s.began.Add(-time.Minute), s.clock.Now().Add(time.Minute), 10)
		if err != nil || len(ticks) == 0 || ticks[0].V != float64(expected) {
			return fmt.Sprintf("the series of what is expected is %v, %v", ticks, err)
		}
		return ""
	})
}

// register writes a site with so many machines of 200 TH/s in racks of twenty; the
// first ones are in repair.
func (s *simulated) register(t *testing.T, machines, inRepair int) {
	t.Helper()
	m := s.cfg.DB.As(access.Mining)
	site, err := m.InsertSite(t.Context(), operator, mining.SiteRecord{
		Name: "North", TimeZone: "UTC", Interconnect: exact(t, "10"), PUE: exact(t, "1.05"), Version: record.Version{ValidFrom: s.began},
	})
	if err != nil {
		t.Fatal(err)
	}
	class, err := m.InsertMachineClass(t.Context(), operator, mining.ClassRecord{
		Name: "Two hundred", Maker: "Maker", Cooling: "air", Source: "a test", Version: record.Version{ValidFrom: s.began},
		Modes: []mining.ModeRecord{{Name: "nameplate", Hashrate: exact(t, "200"), Power: exact(t, "3500")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	list := make([]fleet.Unit, machines)
	for i := range list {
		list[i] = fleet.Unit{
			Serial: fmt.Sprintf("UNIT-%03d", i), Class: class, Site: site, Building: "A", Aisle: "1", Rack: fmt.Sprint(i / 20), Slot: fmt.Sprint(i % 20), State: mining.Running, Since: s.began,
		}
		if i < inRepair {
			list[i].State = mining.Repair
		}
	}
	if err := m.InsertUnits(t.Context(), operator, list, "new"); err != nil {
		t.Fatal(err)
	}
}

func exact(t *testing.T, text string) units.Rate {
	t.Helper()
	r, err := units.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
