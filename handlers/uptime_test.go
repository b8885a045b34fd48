package handlers_test

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

// today is a day whose morning the tests stand in.
var today = time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)

// clockAt is a clock that stands at t at first.
func clockAt(t time.Time) *clock {
	c := newClock()
	c.add(time.Until(t))
	return c
}

// twoClasses is a company with the site Pecos and classes of 270 and 200 TH/s.
func (s *site) twoClasses() {
	s.t.Helper()
	ctx, by, m := s.t.Context(), access.Actor{Name: "Test"}, s.db.As(access.Mining)
	day := record.Version{ValidFrom: today}
	_, err := m.InsertSite(ctx, by, mining.SiteRecord{Name: "Pecos", TimeZone: "UTC", Interconnect: rateOf(s.t, "200"), PUE: rateOf(s.t, "1.04"), Version: day})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range []struct{ name, ths string }{{"Maker A", "270"}, {"Maker B", "200"}} {
		modes := []mining.ModeRecord{{Name: mining.Nameplate, Hashrate: rateOf(s.t, c.ths), Power: rateOf(s.t, "3500")}}
		if _, err := m.InsertMachineClass(ctx, by, mining.ClassRecord{Name: c.name, Cooling: mining.Air, Modes: modes, Version: day}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// seen stores what machines of a class at a site did on a day, so many days
// before today.
func (s *site) seen(site, class int64, before int, hashHours float64, hours map[mining.Observed]float64) {
	s.t.Helper()
	d := mining.DayHours{Day: today.AddDate(0, 0, -before), Key: mining.FleetKey{SiteID: site, ClassID: class}}
	d.Hours, d.HashHours = hours, hashHours
	if n, err := s.db.Jobs().InsertSeenHours(s.t.Context(), []mining.DayHours{d}); err != nil || n == 0 {
		s.t.Fatalf("%d rows of the day: %v", n, err)
	}
}

// m11 is the worked example M11: 6,000 machines, 30 days, 41,000 hours broken
// and 38,000 curtailed, hashing at the nameplate of class 1, 270 TH/s. The last
// five days have 1,200 of each, the others 1,400 and 1,280.
func (s *site) m11() {
	for n := range 30 {
		broken, curtailed := 1400.0, 1280.0
		if n < 5 {
			broken, curtailed = 1200, 1200
		}
		hashing := 6000*24 - broken - curtailed
		s.seen(1, 1, 1+n, hashing*270e12, map[mining.Observed]float64{
			mining.SeenHashing: hashing, mining.SeenIdle: 300, mining.SeenSilent: 200, mining.SeenRepair: broken - 500, mining.SeenCurtailed: curtailed,
		})
	}
}

// inFile finds the line of a file that begins with these texts and compares the
// numbers that follow; one that is not known is empty and NaN.
func inFile(t *testing.T, csv, begin string, want ...float64) {
	t.Helper()
	for line := range strings.Lines(csv) {
		rest, is := strings.CutPrefix(strings.TrimSpace(line), begin+",")
		if !is {
			continue
		}
		cells := strings.Split(rest, ",")
		if len(cells) != len(want) {
			t.Fatalf("%s has the cells %q", begin, cells)
		}
		for i, text := range cells {
			v, err := strconv.ParseFloat(text, 64)
			if math.IsNaN(want[i]) != (text == "") || text != "" && (err != nil || math.Abs(v-want[i]) > 5e-9*math.Max(1, want[i])) {
				t.Errorf("%s, cell %d: %q, want %v", begin, i, text, want[i])
			}
		}
		return
	}
	t.Errorf("no line begins with %q in\n%s", begin, csv)
}

func TestUptimeIsThreeNumbers(t *testing.T) {
	s := open(t, clockAt(today.Add(9*time.Hour)).now)
	s.twoClasses()
	s.m11()
	s.as(access.Mining)
	p := s.page(`/mining/uptime?period=30d`)
	text := textOf(p.root)
	for _, want := range []string{
		"Over the last 30 days, machines were able to run in 99.05% of their hours and ran in 99.11% of those ; against the nameplate they realised 98.17%",
		"41,000 of 4,320,000 hours broken", "38,000 hours curtailed", "100.00% of the nameplate while hashing", "Formula M11.", "Broken hours 20 Mar 2026", "seen since 18 Feb 2026 41,000", "6,000", "Maker A", "Pecos",
		"Simulated",
	} {
		if !contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if contains(text, "Maker B") {
		t.Error("a class that was not seen has a line")
	}
	if !contains(p.body, `href="/mining/uptime?period=30d" aria-current="true"`) || !contains(p.body, `data-refetch="mining.telemetry mining.fleet mining.site"`) {
		t.Error("the page does not say which period it is, or what it follows")
	}
	_, csv := s.get("/data/uptime.csv?period=30d")
	inFile(t, csv, "Pecos,Maker A", 6000, 4_320_000, 41_000, 38_000, 1, 0.99050926, 0.99111942, 0.98171296, 1)
	// The last week: 2 × 1,400 + 5 × 1,200 broken of 1,008,000 hours, 2 × 1,280 +
	// 5 × 1,200 curtailed.
	_, csv = s.get("/data/uptime.csv?period=7d")
	inFile(t, csv, "Pecos,Maker A", 6000, 1_008_000, 8_800, 8_560, 1, 999_200.0/1_008_000, 990_640.0/999_200, 990_640.0/1_008_000, 1)
	_, csv = s.get("/data/uptime-days.csv?period=2y")
	if n := strings.Count(csv, "\n2026-"); n != 30 {
		t.Errorf("%d days, want 30", n)
	}
	inFile(t, csv, "2026-02-18", 144_000, 1_400, 1_280, 1, 142_600.0/144_000, 141_320.0/142_600, 141_320.0/144_000, 1)
	if res, _ := s.get("/data/uptime.xlsx?period=1y"); res.StatusCode != http.StatusOK {
		t.Errorf("the workbook: %s", res.Status)
	}
}

// Hours that nobody saw are left out and said so; two classes are held against
// their own nameplates; one that is not in the register leaves what was realised
// unknown, for a reason.
func TestUptimeLeavesOutWhatWasNotSeen(t *testing.T) {
	s := open(t, clockAt(today.Add(9*time.Hour)).now)
	s.twoClasses()
	// 100 machines of 270 TH/s: 18 h at nine tenths, 6 h in which the site was not
	// seen. 50 machines of 200 TH/s that were curtailed half of their day.
	s.seen(1, 1, 1, 1800*0.9*270e12, map[mining.Observed]float64{mining.SeenHashing: 1800, mining.SeenNothing: 600})
	s.seen(1, 2, 1, 600*200e12, map[mining.Observed]float64{mining.SeenHashing: 600, mining.SeenCurtailed: 600})
	s.as(access.Executive)
	text := textOf(s.page("/mining/uptime").root)
	// 3,000 hours seen, none broken, 2,400 of them run: 80 %. Hashed: 437.4 +
	// 120 of 486 + 120 PH/s·h, 91.9802 %; realised 73.5842 %. Seen 3,000 of 3,600.
	for _, want := range []string{"100.00% of their hours", "80.00% of those", "realised 73.58%", "91.98% of the nameplate while hashing", "83.33", "On 1 day some of the hours were not seen; they are left out."} {
		if !contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	_, csv := s.get("/data/uptime.csv")
	inFile(t, csv, "Pecos,Maker A", 100, 1800, 0, 0, 0.9, 1, 1, 0.9, 0.75)
	inFile(t, csv, "Pecos,Maker B", 50, 1200, 0, 600, 1, 1, 0.5, 0.5, 1)
	s.seen(1, 99, 1, 240e14, map[mining.Observed]float64{mining.SeenHashing: 240})
	s.as(access.Executive)
	p := s.page("/mining/uptime")
	if text := textOf(p.root); !contains(text, "what they realised is not known, because the nameplate of a class is not known.") || !contains(text, "Class 99") {
		t.Error("a class without a nameplate is not said to be one")
	}
	_, csv = s.get("/data/uptime.csv")
	inFile(t, csv, "Pecos,Class 99", 10, 240, 0, 0, math.NaN(), 1, 1, math.NaN(), 1)
}

func TestUptimeSaysWhyANumberIsUndefined(t *testing.T) {
	s := open(t, clockAt(today.Add(9*time.Hour)).now)
	s.twoClasses()
	s.as(access.Mining)
	text := textOf(s.page("/mining/uptime").root)
	for _, want := range []string{"Over the last 30 days, no machine was seen.", "no machines are installed", "No machine was seen"} {
		if !contains(text, want) {
			t.Errorf("without hours the page does not say %q", want)
		}
	}
	if contains(text, "NaN") || contains(text, "0.00") {
		t.Error("what is not known is shown as a number")
	}
	s.seen(1, 1, 1, 0, map[mining.Observed]float64{mining.SeenRepair: 240})
	s.as(access.Mining)
	text = textOf(s.page("/mining/uptime").root)
	for _, want := range []string{"able to run in 0.00% of their hours : no machine was able to run.", "no machine hashed", "No values in this range"} {
		if !contains(text, want) {
			t.Errorf("with all in repair the page does not say %q", want)
		}
	}
	for _, bad := range []string{"forever", "30", "-7d", "1Y", "%00"} {
		for _, path := range []string{"/mining/uptime", "/data/uptime", "/data/uptime-days.xlsx"} {
			if res, body := s.get(path + "?period=" + bad); res.StatusCode != http.StatusBadRequest || !contains(body, "7d, 30d, 90d, 1y or 2y") {
				t.Errorf("%s for %q: %s", path, bad, res.Status)
			}
		}
	}
}

// A cycle that is stored reaches whoever looks at the page: the topic moves, and
// the page fetched again has the new hours of today.
func TestUptimeFollowsTheMachines(t *testing.T) {
	clock := clockAt(today.Add(9 * time.Hour))
	s := open(t, clock.now)
	s.twoClasses()
	s.m11()
	s.as(access.Mining)
	ws := s.follow(map[string]int64{"mining.telemetry": -1})
	at := clock.now().Truncate(time.Second)
	for range 2 {
		readings := []mining.Reading{{Target: mining.Target{UnitID: 1, SiteID: 1, ClassID: 2, State: mining.Running}, At: at, Hashrate: mining.Of(200 * units.TH)}}
		if _, err := s.db.Jobs().StoreCycle(t.Context(), at, readings, mining.CountCycle(readings)); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Minute)
	}
	until(t, ws, "the cycle", func(e event) bool { return e.Topic == "mining.telemetry" })
	if text := textOf(s.page("/mining/uptime").root); !contains(text, "Maker B") {
		t.Error("what was seen today is not on the page")
	}
}
