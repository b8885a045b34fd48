package mining_test

import (
	"testing"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func TestM9FleetEfficiency(t *testing.T) {
	var loads []mining.Load
	for _, g := range baseGroups(1) {
		loads = append(loads, mining.Load{Mode: g.Class.Nameplate(), Count: g.Count, PUE: 1.04, On: true})
	}
	of := func() mining.Efficiencies {
		e, err := mining.FleetEfficiency(loads)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := of()
	near(t, "machine", float64(known(t, "fleet", e.Fleet)), 18.154545, 1e-6)
	near(t, "meter", float64(known(t, "fleet", e.FleetAtMeter)), 18.880727, 1e-6)
	near(t, "all on", float64(e.Operating.Value), float64(e.Fleet.Value), 0)
	loads[2].On = false
	e = of()
	near(t, "fleet", float64(e.Fleet.Value), 18.154545, 1e-6)
	near(t, "operating", float64(known(t, "operating", e.Operating)), (36.45+28)/(2.7+1.6), 1e-9)
	loads[0].On, loads[1].On = false, false
	unknown(t, "operating", of().OperatingAtMeter, "no machine runs")
	loads[0].Mode.Hashrate = 0
	_, err := mining.FleetEfficiency(loads)
	fails(t, "no hashrate", err, "hashrate of mode normal")
	_, err = mining.FleetEfficiency([]mining.Load{{PUE: 0.5}})
	fails(t, "PUE", err, "PUE")
	loads = nil
	unknown(t, "fleet", of().Fleet, "no machines")
}

func TestM11Uptime(t *testing.T) {
	hours := mining.MachineHours{Installed: 6_000 * 720, Broken: 41_000, Curtailed: 38_000, Performance: mining.Of(1.0)}
	u, err := mining.ComputeUptime(hours)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "availability", known(t, "a", u.Availability)*100, 99.050926, 5e-7)
	near(t, "utilisation", known(t, "u", u.Utilisation)*100, 99.111942, 5e-7)
	near(t, "realised", known(t, "r", u.Realised)*100, 98.171296, 5e-7)
	hours.Performance = mining.Of(0.8)
	under, _ := mining.ComputeUptime(hours)
	near(t, "underclocked", under.Realised.Value, u.Realised.Value*0.8, 1e-15)
	hours.Curtailed = 0
	free, _ := mining.ComputeUptime(hours)
	if free.Availability != u.Availability || free.Utilisation.Value != 1 {
		t.Error("curtailment must lower utilisation, not availability")
	}
	hours.Performance = mining.Unknown[float64]("no meter")
	blind, _ := mining.ComputeUptime(hours)
	unknown(t, "realised", blind.Realised, "no meter")

	none, err := mining.ComputeUptime(mining.MachineHours{Performance: mining.Of(1.0)})
	if err != nil {
		t.Fatal(err)
	}
	unknown(t, "availability", none.Availability, "no machines")
	unknown(t, "realised", none.Realised, "no machines")
	broken, _ := mining.ComputeUptime(mining.MachineHours{Installed: 10, Broken: 10, Performance: mining.Of(1.0)})
	unknown(t, "utilisation", broken.Utilisation, "able to run")
	_, err = mining.ComputeUptime(mining.MachineHours{Installed: 10, Broken: 6, Curtailed: 5})
	fails(t, "too many", err, "more than")
	_, err = mining.ComputeUptime(mining.MachineHours{Installed: -1})
	fails(t, "negative", err, "not negative")
}

func TestM12CostPerBTC(t *testing.T) {
	costs := mining.Costs{
		Produced: 10_125_000_000, Power: dollars(t, "4,860,000"), Credits: dollars(t, "310,000"), Site: dollars(t, "1,020,000"),
		Overhead: dollars(t, "1,350,000"), Interest: dollars(t, "640,000"), SustainingCapex: dollars(t, "500,000"), Depreciation: dollars(t, "2,900,000"),
	}
	c := mining.ComputeCostPerBTC(costs)
	for i, level := range []mining.Maybe[units.USD]{c.PowerGross, c.PowerNet, c.Cash, c.AllInSustaining, c.WithDepreciation} {
		want := []string{"48000.00", "44938.27", "55012.35", "79604.94", "103308.64"}[i]
		if got := known(t, "level", level).String(); got != want {
			t.Errorf("level %d: got %s, want %s", i+1, got, want)
		}
	}
	costs.Interest = mining.Maybe[units.USD]{}
	c = mining.ComputeCostPerBTC(costs)
	unknown(t, "all-in", c.AllInSustaining, "not known")
	if got := known(t, "cash", c.Cash).String(); got != "55012.35" {
		t.Errorf("an unknown interest moved the cash cost to %s", got)
	}
	costs.Credits = dollars(t, "5,000,000")
	if c = mining.ComputeCostPerBTC(costs); c.PowerNet.Value.Sign() >= 0 {
		t.Errorf("credits above power: got %s", c.PowerNet.Value)
	}
	costs.Produced = 0
	unknown(t, "without bitcoin", mining.ComputeCostPerBTC(costs).PowerGross, "no bitcoin")
}

func TestFourHashratesAreNotSynonyms(t *testing.T) {
	fleet := []mining.Census{
		{Class: class("A", 270, 3_645), Counts: map[mining.State]int{
			mining.Running: 900, mining.Curtailed: 100, mining.Repair: 50, mining.Deployed: 200, mining.Received: 300, mining.Retired: 10, mining.Sold: 5,
		}},
		{Class: class("B", 200, 3_500), Counts: map[mining.State]int{mining.Running: 500}},
	}
	counted, err := mining.CountHashrates(fleet)
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "deployed", float64(counted.Deployed/units.PH), 1_250*0.27+100, 1e-12)
	relative(t, "energised", float64(counted.Energised/units.PH), 1_000*0.27+100, 1e-12)
	unknown(t, "operating", counted.Operating, "measured")

	mean, coverage := mining.OperatingHashrate([]mining.HashSample{
		{time.Hour, mining.Of(300 * units.PH)}, {2 * time.Hour, mining.Of(330 * units.PH)},
		{time.Hour, mining.Unknown[units.Hashrate]("meter away")}, {0, mining.Of(units.EH)},
	})
	relative(t, "operating", float64(known(t, "operating", mean)/units.PH), 320, 1e-12)
	near(t, "coverage", coverage, 0.75, 1e-12)
	mean, _ = mining.OperatingHashrate(nil)
	unknown(t, "operating", mean, "no hashrate was measured")

	// What M8's fleet earns in a day takes what it ran with, before fees.
	earned := units.Sats(basePay(t).SatPerPHDay * 5_500 * 0.97)
	relative(t, "realised", float64(known(t, "realised", mining.RealisedHashrate(earned, 24*time.Hour, basePay(t).Hashprice))/units.PH), 5_335, 1e-7)
	unknown(t, "realised", mining.RealisedHashrate(earned, 0, basePay(t).Hashprice), "length")
	unknown(t, "realised", mining.RealisedHashrate(earned, time.Hour, market.Hashprice{}), "hashprice")

	if h, err := mining.CountHashrates(nil); h.Deployed != 0 || h.Energised != 0 || err != nil {
		t.Errorf("no machines: %v, %v", h, err)
	}
	for _, bad := range []map[mining.State]int{{"lost": 1}, {mining.Running: -1}} {
		if _, err := mining.CountHashrates([]mining.Census{{Class: class("A", 270, 3_645), Counts: bad}}); err == nil {
			t.Errorf("%v gave no error", bad)
		}
	}
	_, err = mining.CountHashrates([]mining.Census{{Class: class("A", 0, 3_645)}})
	fails(t, "no hashrate", err, "above zero")
}

func TestLifeOfAUnit(t *testing.T) {
	// What may follow what: rows from, columns to, in the order of States.
	want := map[mining.State]string{
		mining.Received: ".D..RTS", mining.Deployed: "E.UCRT.", mining.Running: ".D.CRT.", mining.Curtailed: ".DU.RT.",
		mining.Repair: "EDU..T.", mining.Retired: "E.....S", mining.Sold: ".......",
	}
	for _, from := range mining.States() {
		got := ""
		for i, to := range mining.States() {
			if from.Follow(to) == nil {
				got += string("EDUCRTS"[i])
			} else {
				got += "."
			}
		}
		if got != want[from] {
			t.Errorf("%s: got %s, want %s", from, got, want[from])
		}
		if len(from.Next()) != 7-countDots(got) {
			t.Errorf("%s: Next gives %v", from, from.Next())
		}
	}
	u := mining.Unit{ID: "A-0001", State: mining.Running, Since: time.Unix(1000, 0)}
	moved, err := u.Move(mining.Repair, time.Unix(2000, 0))
	if err != nil || moved.State != mining.Repair || !moved.Since.Equal(time.Unix(2000, 0)) || u.State != mining.Running {
		t.Errorf("got %+v, %v", moved, err)
	}
	_, err = u.Move(mining.Sold, time.Unix(2000, 0))
	fails(t, "sold from the rack", err, "cannot become sold")
	_, err = u.Move(mining.Repair, time.Unix(999, 0))
	fails(t, "before", err, "would precede")
	fails(t, "no state", mining.State("lost").Follow(mining.Sold), "not a state")
	fails(t, "no state", mining.Running.Follow("lost"), "not a state")
}

func countDots(s string) (n int) {
	for _, r := range s {
		if r == '.' {
			n++
		}
	}
	return n
}

func TestMachinesAndGroupsAreChecked(t *testing.T) {
	for want, change := range map[string]func(*mining.Group){
		"has no name":             func(g *mining.Group) { g.Name = "" },
		"fewer than none":         func(g *mining.Group) { g.Count = -1 },
		"uptime is 1.2":           func(g *mining.Group) { g.Uptime = 1.2 },
		"pool fee is 1":           func(g *mining.Group) { g.PoolFee = 1 },
		"start cost":              func(g *mining.Group) { g.StartUSDPerMW = -1 },
		"shortest stop":           func(g *mining.Group) { g.MinimumOffHours = -1 },
		"at least one power mode": func(g *mining.Group) { g.Class.Modes = nil },
		"power of mode normal":    func(g *mining.Group) { g.Class.Modes[0].Power = 0 },
		"two modes are named":     func(g *mining.Group) { g.Class.Modes = append(g.Class.Modes, g.Class.Modes[0]) },
	} {
		g := baseGroups(1)[0]
		change(&g)
		fails(t, want, g.Validate(), want)
	}
	sites := []mining.Site{baseSite(t)}
	_, err := mining.NewOrder(sites, append(baseGroups(1), baseGroups(1)[0]), 39)
	fails(t, "twice", err, "two groups")
	_, err = mining.NewOrder(append(sites, sites[0]), nil, 39)
	fails(t, "twice", err, "two sites")
	_, err = mining.NewOrder(nil, baseGroups(1), 39)
	fails(t, "elsewhere", err, "no site")
	_, err = mining.NewOrder(sites, baseGroups(1), -1)
	fails(t, "hashprice", err, "hashprice")
}
