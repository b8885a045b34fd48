package demo

import (
	"context"
	"fmt"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/catalogue"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/record"
)

// tune is a mode beside the nameplate; empty figures: the class has none.
type tune struct{ ths, watts string }

// models are the classes of the company: nameplates of the catalogue, with the
// modes its machines are run in.
var models = [...]struct {
	name           string
	eco, overclock tune
}{
	{"Antminer S21 XP Hyd", tune{"385", "4235"}, tune{}},
	{"Antminer S21 XP", tune{"222", "2775"}, tune{"300", "4350"}},
	{"Antminer S21 Pro", tune{"190", "2640"}, tune{}},
	{"Antminer S21", tune{"158", "2528"}, tune{"230", "4370"}},
	{"Whatsminer M60S", tune{"150", "2600"}, tune{"205", "3980"}},
	{"Antminer S19 XP", tune{"112", "2218"}, tune{}},
	{"Whatsminer M50S", tune{"98", "2352"}, tune{}},
	{"Antminer S19j Pro+", tune{"96", "2448"}, tune{}},
	{"Antminer S19j Pro", tune{"80", "2200"}, tune{"110", "3450"}},
}

// halls are what stands where: rows of the site's plan. Together they draw what
// the sites' connections carry to the machines.
var halls = [...]struct {
	site, building, model string
	count                 int
	age                   int // months since the hall began
}{
	{"Hallam", "A", "Antminer S21 XP Hyd", 3_700, 9},
	{"Hallam", "B", "Antminer S21", 7_200, 20},
	{"Hallam", "C", "Antminer S21", 4_300, 18},
	{"Hallam", "D", "Antminer S19 XP", 7_600, 33},
	{"Hallam", "E", "Antminer S19j Pro", 7_400, 44},
	{"Hallam", "F", "Antminer S21 XP", 5_300, 7},
	{"Tamarack", "1", "Whatsminer M60S", 6_500, 15},
	{"Tamarack", "2", "Whatsminer M50S", 4_900, 30},
	{"Tamarack", "3", "Antminer S21 Pro", 3_600, 11},
	{"Roane", "North", "Antminer S19j Pro+", 6_900, 35},
	{"Roane", "South", "Antminer S19j Pro", 2_300, 36},
	{"Roane", "West", "Antminer S19 XP", 4_300, 28},
	{"Saguenay", "Mill", "Antminer S21", 2_400, 14},
	{"Saguenay", "Annex", "Antminer S19 XP", 1_550, 26},
}

// Each hall has a network of its own; a machine's address tells its place in it.
const (
	firstNetwork = 16
	perNetwork   = 250
)

// Machines of a rack, and racks of an aisle.
const (
	perRack  = 48
	perAisle = 20 * perRack
)

func machineClasses(ctx context.Context, d *db.DB, today time.Time) error {
	s := d.As(access.Mining)
	known, err := s.MachineClasses(ctx, time.Time{})
	if err != nil || len(known) > 0 {
		return err
	}
	list, err := catalogue.Models()
	if err != nil {
		return err
	}
	for _, m := range models {
		model, ok := catalogue.Find(list, m.name)
		if !ok {
			return fmt.Errorf("the catalogue has no %s", m.name)
		}
		class := model.Class()
		class.Source += "; other modes as this company runs them"
		class.Version = record.Version{ValidFrom: today.AddDate(-4, 0, 0)}
		for name, t := range map[string]tune{mining.Eco: m.eco, mining.Overclock: m.overclock} {
			if t != (tune{}) {
				class.Modes = append(class.Modes, mining.ModeRecord{Name: name, Hashrate: mustRate(t.ths), Power: mustRate(t.watts)})
			}
		}
		if _, err := s.InsertMachineClass(ctx, by(access.Mining), class); missing(err) != nil {
			return err
		}
	}
	return nil
}

// asked is the site whose machines are asked for telemetry: in the demo they
// answer from within this server, which is not to be busy with nothing else.
const asked = "Saguenay"

// machines fills the halls, where nobody has a unit yet.
func machines(ctx context.Context, d *db.DB, today time.Time) error {
	s := d.As(access.Mining)
	reg, err := s.Register(ctx)
	if err != nil || len(reg.Counts) > 0 {
		return err
	}
	sites, classes := make(map[string]int64), make(map[string]int64)
	for id, site := range reg.Sites {
		sites[site.Name] = id
	}
	for id, class := range reg.Classes {
		classes[class.Name] = id
	}
	var units []fleet.Unit
	for h, hall := range halls {
		site, class := sites[hall.site], classes[hall.model]
		if site == 0 || class == 0 {
			continue // somebody has renamed it since
		}
		began := today.AddDate(0, -hall.age, 0)
		for i := range hall.count {
			state, since := stateOf(i, began, today)
			n := len(units)
			units = append(units, fleet.Unit{
				Serial: serialOf(h, i), MAC: fmt.Sprintf("02:de:%02x:%02x:%02x:%02x", h, n>>16, n>>8&255, n&255),
				Class: class, Site: site, Building: hall.building, Aisle: fmt.Sprintf("%02d", i/perAisle+1), Rack: fmt.Sprintf("%02d", i%perAisle/perRack+1), Slot: fmt.Sprintf("%02d", i%perRack+1),
				Address: fmt.Sprintf("10.%d.%d.%d", firstNetwork+h, i/perNetwork, i%perNetwork+1), State: state, Since: since,
			})
			if hall.site != asked {
				units[n].Address = ""
			}
			if state == mining.Received || state == mining.Retired || state == mining.Sold { // in no place
				u := &units[n]
				u.Aisle, u.Rack, u.Slot, u.Address = "", "", "", ""
			}
		}
	}
	return s.InsertUnits(ctx, by(access.Mining), units, "taken over when the register began")
}

// stateOf spreads the states over a hall: of a thousand machines about 965 run.
func stateOf(i int, began, today time.Time) (mining.State, time.Time) {
	weeks := func(n int) time.Time { return later(began, today.AddDate(0, 0, -7*n)) }
	switch k := i * 619 % 1000; {
	case k < 3:
		return mining.Received, weeks(2)
	case k < 7:
		return mining.Deployed, weeks(1)
	case k < 12:
		return mining.Curtailed, weeks(1)
	case k < 29:
		return mining.Repair, weeks(1 + k%6)
	case k < 33:
		return mining.Retired, weeks(8 + k%20)
	case k < 35:
		return mining.Sold, weeks(5 + k%9)
	default:
		return mining.Running, began.AddDate(0, 0, i%14)
	}
}

// later is the later of two moments.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// serialOf is the serial number of a machine of a hall.
func serialOf(h, i int) string { return fmt.Sprintf("DEMO-%s%02d-%05d", halls[h].site[:1], h+1, i+1) }
