package mining_test

import (
	"math"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func TestDaysOf23And25Hours(t *testing.T) {
	site := baseSite(t)
	for _, c := range []struct {
		month      time.Month
		day, hours int
		first      string
	}{
		{time.March, 8, 23, "2026-03-08T06:00:00Z"},
		{time.November, 1, 25, "2026-11-01T05:00:00Z"},
		{time.July, 1, 24, "2026-07-01T05:00:00Z"},
	} {
		hours, err := site.DayHours(2026, c.month, c.day)
		if err != nil || len(hours) != c.hours || hours[0].Format(time.RFC3339) != c.first {
			t.Errorf("%s %d: got %d hours from %v, %v", c.month, c.day, len(hours), hours[0], err)
		}
		for i, h := range hours[1:] {
			if h.Sub(hours[i]) != time.Hour {
				t.Errorf("%s %d: a gap after %v", c.month, c.day, hours[i])
			}
		}
		// The day is planned with as many prices, and no switch is lost.
		prices := make([]float64, len(hours))
		for i := range prices {
			prices[i] = 20
		}
		prices[len(prices)-1] = 500
		o := baseOrder(t, baseGroups(1))
		p, err := o.Plan(mining.Horizon{Start: hours[0], Supply: map[string][]mining.Supply{"Pecos": mining.FlatSupply(prices...)}}, mining.PlanOptions{Policy: mining.ByRule})
		if err != nil {
			t.Fatal(err)
		}
		s := p.SwitchesWithin(hours[0], time.Duration(len(hours))*time.Hour)
		if len(s) != 3 || !s[0].At.Equal(hours[len(hours)-1]) || len(p.SwitchesWithin(hours[0], time.Duration(len(hours)-1)*time.Hour)) != 0 {
			t.Errorf("%s %d: got %+v", c.month, c.day, s)
		}
	}
	for month, want := range map[time.Month]int{time.March: 743, time.November: 721, time.February: 672} {
		if hours, err := site.MonthHours(2026, month); err != nil || len(hours) != want {
			t.Errorf("%s: got %d hours, %v, want %d", month, len(hours), err, want)
		}
	}
	site.Zone = zone(t, "Australia/Lord_Howe") // its clocks change by half an hour
	_, err := site.DayHours(2026, time.April, 5)
	fails(t, "half an hour", err, "not made of whole hours")
	site.Zone = nil
	_, err = site.DayHours(2026, time.April, 5)
	fails(t, "no zone", err, "time zone")
}

func TestWindowsAreOfTheLocalClock(t *testing.T) {
	peak, chicago := mining.Window{FromHour: 6, ToHour: 22, WeekdaysOnly: true}, zone(t, "America/Chicago")
	night := mining.Window{FromHour: 0, ToHour: 2}
	for text, want := range map[string][2]bool{
		"2026-07-01T10:00:00Z": {false, false}, // 5:00 on a Wednesday
		"2026-07-01T11:00:00Z": {true, false},  // 6:00
		"2026-07-02T02:00:00Z": {true, false},  // 21:00
		"2026-07-02T03:00:00Z": {false, false}, // 22:00
		"2026-07-04T15:00:00Z": {false, false}, // a Saturday
		"2026-12-01T12:00:00Z": {true, false},  // 6:00 in winter
		"2026-11-01T06:00:00Z": {false, true},  // 1:00, summer time
		"2026-11-01T07:00:00Z": {false, true},  // 1:00 again
		"2026-11-01T08:00:00Z": {false, false}, // 2:00
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]bool{peak.Holds(at, chicago), night.Holds(at, chicago)}; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
		if !(mining.Window{}).Holds(at, chicago) {
			t.Errorf("%s is not in every hour", text)
		}
	}
	for _, w := range []mining.Window{{FromHour: 6, ToHour: 6}, {FromHour: -1, ToHour: 6}, {FromHour: 6, ToHour: 25}, {FromHour: 22, ToHour: 6}} {
		fails(t, "window", w.Validate(), "span of one day")
	}
}

func TestSitesAreChecked(t *testing.T) {
	for want, change := range map[string]func(*mining.Site){
		"has no name": func(s *mining.Site) { s.Name = "" }, "interconnect": func(s *mining.Site) { s.Interconnect = 0 },
		"PUE is 0.9": func(s *mining.Site) { s.PUE = 0.9 }, "PUE is NaN": func(s *mining.Site) { s.PUE = math.NaN() },
		"time zone": func(s *mining.Site) { s.Zone = nil },
	} {
		s := baseSite(t)
		change(&s)
		fails(t, want, s.Validate(), want)
	}
	if err := baseSite(t).Validate(); err != nil {
		t.Error(err)
	}
}

func TestSiteWithoutMachines(t *testing.T) {
	empty := baseSite(t)
	empty.Name = "Reeves"
	o, err := mining.NewOrder([]mining.Site{baseSite(t), empty}, baseGroups(1), 39)
	if err != nil {
		t.Fatal(err)
	}
	p := plan(t, o, mining.FlatSupply(20, 30), mining.PlanOptions{Policy: mining.ByRule}) // Reeves has no price
	near(t, "MW", p.Hours[0].PowerMW, 103.844, 1e-9)

	groups := baseGroups(1)
	for i := range groups {
		groups[i].Count = 0
	}
	for _, o := range []*mining.Order{baseOrder(t, nil), baseOrder(t, groups)} {
		for _, policy := range []mining.Policy{mining.AlwaysOn, mining.ByRule, mining.WithForesight} {
			p := plan(t, o, mining.FlatSupply(20, 30), mining.PlanOptions{Policy: policy})
			if p.Total() != (mining.Result{}) || len(p.Hours) != 2 || len(p.Switches()) != 0 || len(p.Rows(0)) != 0 {
				t.Errorf("%s: got %+v", policy, p.Total())
			}
			unknown(t, "price paid", p.LoadWeightedPrice(), "no power was drawn")
			if log, err := p.CurtailmentLog(); err != nil || len(log) != 0 {
				t.Errorf("log %v, %v", log, err)
			}
		}
		b, err := o.BackTest(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": mining.FlatSupply(20)}}, mining.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		unknown(t, "captured", b.Captured(), "nothing to gain")
		if rungs, err := o.Ladder(nil, basePay(t)); err != nil || len(rungs) != 0 {
			t.Errorf("ladder %v, %v", rungs, err)
		}
	}
}

func TestInterconnectLimitsByMerit(t *testing.T) {
	site := baseSite(t)
	site.Interconnect = 50 * units.MW
	s, err := mining.ComputeSupply(site, mining.PowerContract{Name: "fixed", Kind: mining.Fixed, Price: rate(t, "20")}, mining.Hour{})
	if err != nil {
		t.Fatal(err)
	}
	p := plan(t, baseOrder(t, baseGroups(1)), []mining.Supply{s}, mining.PlanOptions{Policy: mining.ByRule})
	near(t, "MW", p.Hours[0].PowerMW, 50, 1e-9)
	near(t, "PH/s", p.Hours[0].HashratePH, 2_700+1_600*(50-37.908)/29.12, 1e-6)
	rows := p.Rows(0)
	near(t, "A", float64(rows[0].Drawn/units.MW), 37.908, 1e-9)
	near(t, "B in part", float64(rows[1].Drawn/units.MW), 50-37.908, 1e-9)
	if rows[2].Why != mining.NoPower || rows[2].Drawn != 0 {
		t.Errorf("C: %+v", rows[2])
	}
}
