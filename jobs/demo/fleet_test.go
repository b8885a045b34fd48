package demo_test

import (
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/jobs/demo"
	"switchyard/jobs/simulate"
)

// The machines of each site draw nearly what its connection carries, never more.
func TestTheFleetFillsTheSites(t *testing.T) {
	d, _ := dbtest.New(t)
	began := time.Now()
	write(t, d, world())
	t.Logf("the company was written in %v", time.Since(began))
	s := d.As(access.Executive)
	reg, err := s.Register(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	meter, whole := map[string]units.Power{}, units.Power(0)
	for _, l := range reg.Counts {
		if l.State == mining.Running || l.State == mining.Curtailed || l.State == mining.Deployed || l.State == mining.Repair {
			site := reg.Sites[l.Site]
			p := reg.Classes[l.Class].Nameplate().Power * units.Power(l.N) * units.Power(site.PUE.Float64())
			meter[site.Name] += p
			whole += p
		}
	}
	for _, site := range reg.Sites {
		if share := float64(meter[site.Name]/units.MW) / site.Interconnect.Float64(); share < 0.9 || share > 1 {
			t.Errorf("the machines of %s take %.3f of its connection", site.Name, share)
		}
	}
	if mw := float64(whole / units.MW); mw < 235 || mw > 252 {
		t.Errorf("the fleet draws %.1f MW at the meter, want about 250", mw)
	}
	if len(reg.Classes) != 9 || len(reg.Censuses()) != 9 {
		t.Errorf("%d classes, of %d there are machines; want 9", len(reg.Classes), len(reg.Censuses()))
	}
	states := reg.States()
	for _, state := range mining.States() {
		if states[state] == 0 {
			t.Errorf("no unit is %s", state)
		}
	}
	groups, err := s.Groups(t.Context())
	if err != nil || len(groups) != 14 {
		t.Errorf("%d groups (%v), want one a hall", len(groups), err)
	}
	if page, err := s.Units(t.Context(), db.UnitFilter{Limit: 1}); err != nil || page[0].Serial != "DEMO-H01-00001" {
		t.Errorf("the first unit: %+v, %v", page, err)
	}
}

// A simulated machine answers as the unit that the register has at its address.
func TestMachinesAnswerAsTheRegisterHasThem(t *testing.T) {
	machine, err := demo.Machines()
	if err != nil {
		t.Fatal(err)
	}
	d, _ := dbtest.New(t)
	write(t, d, world())
	targets, err := d.Jobs().TelemetryTargets(t.Context())
	if err != nil || len(targets) < 3_000 || len(targets) > 5_000 {
		t.Fatalf("%d machines are asked (%v)", len(targets), err)
	}
	reg, err := d.As(access.Mining).Register(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range targets {
		m, class := machine(simulate.MinerID(target.Address)), reg.Classes[target.ClassID]
		if m.Model != class.Name || m.Hashrate != float64(class.Nameplate().Hashrate) || m.Off != (target.State == mining.Curtailed) || (m.Fault == "") != (target.State == mining.Running || target.State == mining.Curtailed) {
			t.Fatalf("%s is a %s, %s; it answers as %+v", target.Address, class.Name, target.State, m)
		}
	}
	if m := machine(5); m.Fault != simulate.MinerDead {
		t.Errorf("an address of no hall answers as %+v", m)
	}
}
