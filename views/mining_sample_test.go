package views

import (
	"strings"
	"testing"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// autumn is the hour before clocks in Chicago go back.
var autumn = time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC)

func sampleToday(t testing.TB) TodayPage {
	t.Helper()
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	p := TodayPage{
		Shell: sampleShell("Pecos today", "/mining/sites/1/today"), Site: "Pecos", Events: "mining.site", Sentence: ui.Sentence{}.Stress("86.0 MW should run").Say("."),
		Links:    []Link{{Href: "/mining/sites", Label: "Sites"}},
		KPIs:     []ui.KPI{{Label: "Should be on", Value: format.Value{Text: "86.0", Unit: "MW"}, Unit: ui.Mining}, {Label: "Hashing now", Why: "nobody was asked", Unit: ui.Mining}},
		Switches: SwitchesFigure{Facts: sampleFacts(FigureSwitches, "contract", market.Live, 0), Zone: zone, Until: "Known until noon"},
		Hours:    SiteHoursFigure{Facts: sampleFacts(FigureSiteHours, "contract", market.Live, 0), Zone: zone},
		Contract: []FactLine{{Name: "Kind", Text: "spot price with adders"}},
	}
	for i, to := range []string{"", "eco", "nameplate"} {
		p.Switches.Rows = append(p.Switches.Rows, mining.Switch{At: autumn.Add(time.Duration(i) * time.Hour), Group: "Hall, Maker A", Site: "Pecos", From: "nameplate", To: to, Power: units.Power(i-1) * units.MW, Until: autumn.Add(4 * time.Hour), GainUSD: 12})
	}
	for i := range 6 {
		p.Hours.Rows = append(p.Hours.Rows, SiteHour{At: autumn.Add(time.Duration(i) * time.Hour), Known: i < 4, Price: -5, Basis: "day-ahead", On: 80, Off: 6, MarginUSD: 1234})
	}
	return p
}

func sampleCurtailment() CurtailmentPage {
	p := CurtailmentPage{
		Shell: sampleShell("Curtailment", "/mining/curtailment"), Sentence: ui.Sentence{}.Say("The rule would have made more."), Spans: []ui.SegItem{{Href: "/mining/curtailment?period=7d", Label: "7 d", Current: true}},
		KPIs:     []ui.KPI{{Label: "By rule", Value: format.Value{Text: "$6k"}, Unit: ui.Mining}},
		BackTest: BackTestFigure{Facts: sampleFacts(FigureBackTest, "prices", market.Live, 0), From: sampleNow.AddDate(0, 0, -3), To: sampleNow},
		Log: RecordsPage{
			Figure: FigureCurtailments, Title: "Curtailment log", Facts: sampleFacts(FigureCurtailments, "typed", market.Live, 0), Add: "/mining/curtailment/new", AddLabel: "Log curtailment",
			Columns: []DataColumn{{Label: "From"}, {Label: "Brought", Unit: "$", Right: true}}, Rows: []RecordRow{{Href: "/mining/curtailment/1", Cells: []Cell{{Text: "Mon"}, {Text: "12"}}}},
		},
	}
	for i := range 3 {
		s := BackTestPeriod{From: sampleNow.AddDate(0, 0, i-3), Hours: 24, AlwaysOn: 100e3, Curtailed: 110e3, Foresight: 111e3, AlwaysMWh: 2400, DrawnMWh: 2300}
		p.BackTest.Periods, p.BackTest.Total = append(p.BackTest.Periods, s), p.BackTest.Total.Plus(s)
		p.BackTest.Rule = append(p.BackTest.Rule, market.Point{T: s.From, V: float64(i) * 10e3})
		p.BackTest.Best = append(p.BackTest.Best, market.Point{T: s.From, V: float64(i) * 11e3})
	}
	return p
}

// On the day clocks go back an hour comes twice, and says which it is; hours
// without a price are one line.
func TestHoursOfTheDayClocksGoBack(t *testing.T) {
	text := textOf(render(t, Today(sampleToday(t))).root)
	for _, want := range []string{"Sun 00:00 CDT", "Sun 01:00 CDT", "Sun 01:00 CST", "Sun 02:00 CST", "2 hours: day-ahead"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	if strings.Contains(text, "Sun 04:00 CST") {
		t.Error("hours without a price have lines of their own")
	}
}
