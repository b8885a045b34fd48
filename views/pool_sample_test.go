package views

import (
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// samplePools is one account that is read, one that fails, and both together.
func samplePools() PoolsFigure {
	none := mining.Unknown[float64]("the pool did not say")
	good := PoolRow{
		Name: "Harbour Pool", Href: "/mining/pools/1", Scheme: "FPPS, 2%", Mark: ui.MarkOK, State: "working", Effective: mining.Of(5.12 * units.EH), Expected: mining.Of(5.23 * units.EH), Over: mining.Of(0.979),
		Online: mining.Of(30_120), Listed: mining.Of(30_540), Stale: mining.Of(0.001), Rejected: mining.Of(0.0002), Unpaid: mining.Of[units.Sats](194_000_000), Paid: "06:00", Week: Luck{Flat: true}, Month: Luck{Flat: true},
		Spark: wave(sampleNow.Add(-24*time.Hour), sampleNow, 24, 5e18, 5.1e18, 1e17),
	}
	bad := PoolRow{
		Week: Luck{Ratio: mining.Of(0.938)}, Month: Luck{Ratio: mining.Unknown[float64]("its hashrate was not read")},
		Name: "Openshare", Href: "/mining/pools/2", Scheme: "TIDES, 1%", Mark: ui.MarkBad, State: "key refused", Old: true, Effective: mining.Of(1.31 * units.EH), Expected: mining.Of(1.42 * units.EH), Over: mining.Of(0.923),
		Online: mining.Of(7_610), Listed: mining.Unknown[int]("the pool did not say"), Stale: none, Rejected: none, Unpaid: mining.Unknown[units.Sats]("the pool did not say"),
		What: "OCEAN has refused our calls since 14:02 UTC.", Do: "Check the payout address.",
	}
	total := good
	total.Name, total.Href, total.Mark, total.AtLeast = "All pools", "", "", true
	return PoolsFigure{Facts: sampleFacts(FigurePools, "the pools' own figures", market.Live, 0), Window: "24 h", Rows: []PoolRow{good, bad}, Total: &total, Events: "mining.pool", Note: "Openshare is 7.7% under expected."}
}

func samplePoolsPage() PoolsPage {
	place := pool.DarkPlace{Dark: pool.Dark{Machines: 680, Hashrate: 136 * units.PH, SatsPerHour: mining.Of[units.Sats](273_000), USDPerHour: mining.Of(units.Cents(21_800))}, Share: mining.Of(0.12)}
	p := PoolsPage{
		Shell: sampleShell("Pools", "/mining/pools"), Sentence: ui.Sentence{}.Say("The pools count ").Stress("5.12 EH/s").Say("."), Events: "mining.pool",
		Links: []Link{{Href: "/mining/pools/workers", Label: "Workers"}}, Windows: []ui.SegItem{{Href: "/mining/pools?window=24h", Label: "24 h", Current: true}},
		KPIs:  []ui.KPI{{Label: "Dark workers", Value: format.Value{Text: "680"}, Context: "$218.00 lost an hour", Unit: ui.Mining}},
		Pools: samplePools(),
		Reading: PoolReadingFigure{Facts: sampleFacts(FigurePools, "the jobs", market.Live, 0), Events: "mining.pool", Rows: []PoolReadingRow{
			{Name: "Harbour Pool", Href: "/mining/pools/1", Mark: ui.MarkOK, State: "working", What: "Luxor was read at 14:30 UTC.", Workers: "30,120 workers on 302 pages, read in 5 min 2 s at 14:31 UTC, every 11 minutes.", Failed: "Luxor answered 503."},
		}},
		Dark:  PoolDarkFigure{Facts: sampleFacts(FigurePoolDark, "lists of workers", market.Live, 0), Rows: []PoolDarkRow{{DarkPlace: place, Name: "Tamarack, C", Href: "/mining/pools/workers?site=2", Since: "11:05"}}, Total: &PoolDarkRow{DarkPlace: place, Name: "All places"}},
		Hours: DarkHoursFigure{Facts: sampleFacts(FigureDarkHours, "lists of workers", market.Live, 0), From: sampleNow.Truncate(time.Hour).Add(-2 * time.Hour), To: sampleNow, Finding: "At least $436.00 lost in 2 hours; 1 of 3 is not known."},
	}
	for i := range 3 {
		h := pool.DarkHour{At: p.Hours.From.Add(time.Duration(i) * time.Hour), USD: mining.Of(units.Cents(21_800))}
		if i == 1 {
			h.USD = mining.Unknown[units.USD]("no workers were read in this hour")
		}
		p.Hours.Hours = append(p.Hours.Hours, h)
	}
	return p
}

func samplePoolWorker() PoolWorkerPage {
	p := PoolWorkerPage{
		Shell: sampleShell("b01-r003-s12", "/mining/pools/worker"), Name: "b01-r003-s12", Sentence: ui.Sentence{}.Stress("Offline").Say(" since 11:05 UTC."), Events: "mining.pool_workers",
		Links: []Link{{Href: "/mining/pools/workers", Label: "Workers"}}, Facts: []FactLine{{Name: "Account", Text: "Harbour Pool"}, {Name: "State", Text: "offline"}},
		Days: WorkerDaysFigure{Facts: sampleFacts(FigureWorkerDays, "readings", market.Live, 0), From: sampleNow.AddDate(0, 0, -2).Truncate(24 * time.Hour), To: sampleNow.Truncate(24 * time.Hour)},
	}
	for i := range 3 {
		day := pool.WorkerDay{Day: p.Days.From.AddDate(0, 0, i), Mean: 190 * units.TH, Readings: 130, Online: 130 - 40*i}
		p.Days.Rows = append([]WorkerDayRow{{Day: format.DayMonthYear(day.Day), WorkerDay: day}}, p.Days.Rows...)
		p.Days.Mean = append(p.Days.Mean, market.Point{T: day.Day, V: 190})
		p.Days.Online = append(p.Days.Online, market.Point{T: day.Day, V: 100 * float64(day.Online) / 130})
	}
	return p
}
