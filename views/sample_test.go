package views

import (
	"math"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/ops"
	"switchyard/views/chart"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// sampleNow is the instant at which every sample page is rendered.
var sampleNow = time.Date(2026, 3, 10, 14, 32, 8, 0, time.UTC)

// wave is a made-up series that neither repeats nor trends by itself.
func wave(from, to time.Time, n int, start, end, rough float64) []market.Point {
	list := make([]market.Point, n)
	step := to.Sub(from) / time.Duration(n-1)
	for i := range list {
		f := float64(i) / float64(n-1)
		wobble := math.Sin(f*9.3)*0.5 + math.Sin(f*31.7+1)*0.3 + math.Sin(f*113+2)*0.12 + math.Sin(f*411)*0.08
		list[i] = market.Point{T: from.Add(time.Duration(i) * step), V: start + (end-start)*f + rough*wobble*(1-f*f*f*f)}
	}
	list[n-1].V = end
	return list
}

func sampleFacts(figure, source string, state market.FreshState, age time.Duration) ui.Facts {
	return ui.Facts{
		Fresh: ui.Fresh{
			Freshness: market.Freshness{State: state, At: sampleNow.Add(-age), Age: age},
			Topic:     "market.btc_usd", Cadence: 5 * time.Second,
		},
		Source: source, World: market.Simulated, DataHref: "/data/" + figure,
		Inputs: []ui.Input{
			{Name: "Difficulty", Value: format.Difficulty(144.04e12), At: sampleNow.Add(-4 * time.Minute), Source: "block 940,512"},
			{Name: "Block subsidy", Value: format.Value{Text: "312,500,000", Unit: "sat"}, Source: "M1"},
			{Name: "Price of bitcoin", Value: format.USD0(87420), At: sampleNow, Source: "median of fresh venues"},
		},
	}
}

func sampleShell(title, path string) Shell {
	topics := []Topic{{"market.btc_usd", 123}, {"market.block", 44}}
	return Shell{
		Title: title, Path: path, Theme: "light", World: market.Simulated, DemoLabel: "Demo data",
		Company: "Northvale Power and Compute, a fictional company.", Person: Person{"R. Adeyemi", "CFO"},
		Now: sampleNow, Feed: Feed{Up: true}, Nav: Pages(), Topics: topics, Live: "/live",
		Assets: Assets{Styles: []string{"/static/app.css"}, Scripts: []string{"/static/app.js"}, Icon: "/static/icon.svg"},
		Ticker: []TickerItem{
			BTCItem(ui.Some(87420), ui.Some(-0.012), topics[0]),
			FromPeakItem(ui.Some(-0.307), topics[0]),
			HashpriceItem(ui.Some(38.65), ui.Some(-0.013), Topic{"market.hashprice_usd_per_ph_day", 99}),
			NextDifficultyItem(sampleAdjustment(), "", sampleNow, topics[1]),
		},
	}
}

func sampleAdjustment() *market.Adjustment {
	eta := time.Date(2026, 3, 17, 9, 30, 0, 0, time.UTC)
	return &market.Adjustment{
		Point: -0.021, Low: -0.048, High: 0.007, ETA: eta, ETALow: eta.Add(-6 * time.Hour), ETAHigh: eta.Add(6 * time.Hour),
		RetargetHeight: 941472, Elapsed: 1055, Remaining: 960,
	}
}

func sampleHalvings() []market.Halving {
	return []market.Halving{
		{Height: 1050000, Remaining: 109488, ETA: time.Date(2028, 4, 8, 0, 0, 0, 0, time.UTC)},
		{Height: 1050000, Remaining: 109488, ETA: time.Date(2028, 4, 1, 0, 0, 0, 0, time.UTC), Growth: 0.01},
		{Height: 1050000, Remaining: 109488, ETA: time.Date(2028, 3, 18, 0, 0, 0, 0, time.UTC), Growth: 0.03},
	}
}

func samplePrices(r Range, path string, span time.Duration, facts ui.Facts) PricesFigure {
	from, to := sampleNow.Add(-span), sampleNow
	if facts.Fresh.State == market.Stale {
		to = to.Add(-facts.Fresh.Age)
	}
	f := PricesFigure{
		Facts: facts, Range: r, Path: path, From: from, To: sampleNow, Step: span / 240, Level: market.LevelMinute,
		Hashprice: wave(from, to, 289, 39.18, 38.65, 0.9), BTC: wave(from, to, 289, 88480, 87420, 1900),
		Events: []chart.Event{{T: from.Add(span * 14 / 24), Label: "Difficulty"}},
	}
	return f
}

func sampleNetwork(facts ui.Facts) NetworkFigure {
	month := sampleNow.Add(-30 * 24 * time.Hour)
	return NetworkFigure{
		Facts: facts, Now: sampleNow, Tip: &market.Block{Height: 940512, Time: sampleNow.Add(-4 * time.Minute), Difficulty: 144.04e12},
		EpochBegan: time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC), Difficulty: ui.Some(144.04e12), Adjustment: sampleAdjustment(),
		Hashrate:      &market.HashrateEstimate{HashesPerSecond: 1.010e21, Interval: market.Interval{Low: 0.949e21, High: 1.073e21}, Blocks: 1008, Elapsed: 7 * 24 * time.Hour},
		HashrateSpark: wave(month, sampleNow, 30, 1.05e21, 1.01e21, 4e19), FeeShare: ui.Some(0.013),
		FeeShareSpark: wave(month, sampleNow, 30, 0.01, 0.013, 0.004), RecommendedFee: ui.Some(2), Halvings: sampleHalvings(),
		Topics: []Topic{{"market.block", 44}},
	}
}

func sampleVenues(facts ui.Facts) VenuesFigure {
	quote := func(venue string, price float64, age time.Duration) *market.Quote {
		return &market.Quote{Venue: venue, Price: price, T: sampleNow.Add(-age), Received: sampleNow.Add(-age)}
	}
	return VenuesFigure{
		Facts: facts, Now: sampleNow, Index: &market.Index{Price: 87420.5, Venues: 2, Of: 3, Spread: 3.1, T: sampleNow},
		Venues: []Venue{
			{Name: "coinbase", Title: "Coinbase", Quote: quote("coinbase", 87422.05, time.Second), Used: true, Fresh: market.Freshness{State: market.Live}},
			{Name: "kraken", Title: "Kraken", Quote: quote("kraken", 87418.95, 2*time.Second), Used: true, Fresh: market.Freshness{State: market.Live}},
			{Name: "bitstamp", Title: "Bitstamp", Quote: quote("bitstamp", 87301, 22*time.Minute), Fresh: market.Freshness{State: market.Stale, Age: 22 * time.Minute}},
		},
	}
}

func sampleOverview() OverviewPage {
	live := func(figure string) ui.Facts {
		return sampleFacts(figure, "median of three spot venues; mempool.space", market.Live, 0)
	}
	month := sampleNow.Add(-30 * 24 * time.Hour)
	row := func(m Measure, value, day, week, monthly float64) MarketRow {
		return MarketRow{Measure: m, Value: ui.Some(value), Day: ui.Some(day), Week: ui.Some(week), Month: ui.Some(monthly), Spark: wave(month, sampleNow, 30, value*1.05, value, value*0.04)}
	}
	fees := row(MeasureFees, 4_120_000, 0.021, -0.08, 0)
	fees.Month = ui.None("no value 30 days ago")
	return OverviewPage{
		Shell: sampleShell("Overview", "/"),
		Market: MarketFigure{Facts: live(FigureMarket), Rows: []MarketRow{
			row(MeasureBTC, 87420, -0.012, 0.034, -0.081), row(MeasureHashprice, 38.65, -0.013, 0.029, -0.121),
			row(MeasureDifficulty, 144.04e12, 0, 0.018, 0.022), row(MeasureHashrate, 1.010e21, -0.004, 0.012, 0.027), fees,
		}},
		Prices:     samplePrices(Range30d, "", 30*24*time.Hour, live(FigurePrices)),
		Adjustment: AdjustmentFigure{Facts: live(FigureAdjustment), Now: sampleNow, Adjustment: sampleAdjustment(), Hashprice: ui.Some(38.65), Tip: 940512},
		Halving:    HalvingFigure{Facts: live(FigureHalving), Now: sampleNow, Halvings: sampleHalvings()},
		Sources:    &SourcesHealth{Facts: live(FigureSources), Total: 7, Fresh: 5, Worst: sampleSources()[:2]},
	}
}

func sampleMining(state market.FreshState, age time.Duration) MiningLivePage {
	facts := func(figure string) ui.Facts {
		return sampleFacts(figure, "median of Coinbase, Kraken and Bitstamp; mempool.space", state, age)
	}
	from := time.Date(2024, 3, 20, 0, 0, 0, 0, time.UTC)
	history := wave(from, sampleNow, 700, 62, 38.65, 14)
	for i := range history {
		if history[i].T.Before(time.Date(2024, 4, 20, 0, 0, 0, 0, time.UTC)) {
			history[i].V += 45
		}
	}
	return MiningLivePage{
		Shell: sampleShell("Mining unit", "/mining"), Hashprice: ui.Some(38.65), HashpriceDay: ui.Some(-0.013), BTCDay: ui.Some(-0.012),
		Prices: samplePrices(Range24h, "/mining", 24*time.Hour, facts(FigurePrices)), Network: sampleNetwork(facts(FigureNetwork)),
		History: HistoryFigure{Facts: facts(FigureHistory), From: from, To: sampleNow, Points: history, Events: []chart.Event{
			{T: time.Date(2024, 4, 20, 0, 0, 0, 0, time.UTC), Label: "Halving 20 Apr 2024"},
			{T: time.Date(2025, 10, 6, 0, 0, 0, 0, time.UTC), Label: "BTC peak 6 Oct 2025"},
		}},
		Venues: sampleVenues(facts(FigureVenues)),
	}
}

func sampleSources() []SourceRow {
	src := func(name, title, feeds string, cadence, age time.Duration, state market.FreshState) SourceRow {
		return SourceRow{
			Source: ops.Source{Name: name, Room: "market", Title: title, Feeds: feeds, Cadence: cadence, CheckedAt: sampleNow, SucceededAt: sampleNow.Add(-age), ChangedAt: sampleNow.Add(-age), NextTryAt: sampleNow.Add(40 * time.Second)},
			Fresh:  market.Freshness{State: state, At: sampleNow.Add(-age), Age: age},
		}
	}
	list := []SourceRow{
		src("bitstamp.ticker", "Bitstamp ticker", "BTC price", 5*time.Second, 22*time.Minute, market.Stale),
		src("mempool.fees", "mempool.space fees", "Recommended fee", 30*time.Second, 70*time.Second, market.Late),
		src("coinbase.ticker", "Coinbase ticker", "BTC price", 5*time.Second, time.Second, market.Live),
		src("mempool.hashrate", "mempool.space daily hashrate", "Hashrate", 24*time.Hour, 9*time.Hour, market.Aged),
	}
	list[0].Failures, list[0].LastError = 4, "The connection was refused, fourth try."
	return append(list, SourceRow{Source: ops.Source{Name: "kraken.candles", Title: "Kraken candles", Feeds: "BTC history", Cadence: time.Hour}, Fresh: market.Freshness{State: market.Off}})
}

func sampleAdmin() AdminSourcesPage {
	run := func(id int64, job string, status ops.RunStatus, took time.Duration) *ops.Run {
		r := &ops.Run{ID: id, Job: job, Room: "market", StartedAt: sampleNow.Add(-3 * time.Minute), Status: status, Rows: 1440, Note: "Filled 1,440 minutes."}
		if status != ops.Running {
			r.EndedAt = r.StartedAt.Add(took)
		}
		return r
	}
	failed := run(3, "market.hashrate", ops.Failed, 10*time.Second)
	failed.Error, failed.Rows = "mempool.space answered 503, third try.", 0
	return AdminSourcesPage{
		Shell: sampleShell("Sources and jobs", "/admin/sources"), Sources: sampleSources(), MayRun: true,
		Notice: "A run of market.rollup is asked for. It starts within five seconds.",
		Jobs: []JobRow{
			{Name: "market.rollup", Title: "Roll up prices", Schedule: "every minute", Last: run(1, "market.rollup", ops.Succeeded, 2*time.Second), Next: sampleNow.Add(20 * time.Second)},
			{Name: "market.backfill", Title: "Fill history", Schedule: "every 10 min", Last: run(2, "market.backfill", ops.Running, 0), Requested: true},
			{Name: "market.hashrate", Title: "Daily hashrate", Schedule: "every 6 h", Last: failed, Next: sampleNow.Add(2 * time.Hour)},
			{Name: "market.maintain", Title: "Partitions", Schedule: "daily, 00:10 UTC"},
		},
		Refused: []ops.Refused{
			{ID: 1, Room: "market", Source: "kraken.candles", At: sampleNow.Add(-time.Hour), Check: "low is above open", Body: `[1710000000,"87420.1","87500.0","87480.0"]`},
			{ID: 2, Room: "market", Source: "bitstamp.ticker", At: sampleNow.Add(-2 * time.Hour), Check: "price is not positive", Body: `{"price":"<script>alert(1)</script>"}`},
		},
		RefusedOf: 14,
		Backfills: []Backfill{
			{Title: "BTC, Kraken, daily candles", Done: 640, Total: 1095, Unit: "days", Note: "Waits 12 s for the rate limit."},
			{Title: "Blocks of this epoch", Done: 1056, Total: 1056, Unit: "blocks"},
			{Title: "Daily hashrate", Done: 0, Unit: "days"},
		},
	}
}

func sampleTable() DataTablePage {
	return DataTablePage{
		Shell: sampleShell("Hashprice and bitcoin", "/data/prices"), Figure: FigurePrices, Title: "Hashprice and bitcoin", Sub: "The points of the chart", Back: "/mining",
		Columns: []DataColumn{{Label: "Time", Unit: "UTC"}, {Label: "Series"}, {Label: "Value", Right: true}},
		Rows:    [][]string{{"10 Mar 2026, 14:31 UTC", "market.btc_usd", "87,421"}, {"10 Mar 2026, 14:32 UTC", "market.btc_usd", "87,420"}},
		Total:   1200, CSV: "/data/prices.csv?range=24h", XLSX: "/data/prices.xlsx?range=24h",
		Facts: sampleFacts("", "the store", market.Aged, 0),
	}
}

// sampleUptime has a day that was not seen, a class that could not run, and one
// whose nameplate is not known.
func sampleUptime() UptimePage {
	row := func(name string, h mining.MachineHours) UptimeRow {
		u, err := mining.ComputeUptime(h)
		if err != nil {
			panic(err) // a slip of the programmer
		}
		return UptimeRow{Name: name, Href: "/mining/fleet?class=1", Machines: mining.Of(h.Installed / 720), Hours: h, Uptime: u, Coverage: mining.Of(0.998)}
	}
	rows := []UptimeRow{
		row("Antminer S21", mining.MachineHours{Installed: 4_320_000, Broken: 41_000, Curtailed: 38_000, Performance: mining.Of(1.0)}),
		row("Whatsminer M60S", mining.MachineHours{Installed: 7200, Broken: 7200, Performance: mining.Unknown[float64]("no machine hashed")}),
		row("Class 9", mining.MachineHours{Installed: 720, Performance: mining.Unknown[float64]("the nameplate of a class is not known")}),
	}
	p := UptimePage{
		Shell: sampleShell("Uptime", "/mining/uptime"), Sentence: ui.Sentence{}.Stress("99.05%").Say(" of the hours."), Events: "mining.telemetry",
		Periods: []ui.SegItem{{Href: "/mining/uptime?period=7d", Label: "7 d", Current: true}},
		KPIs:    []ui.KPI{{Label: "Availability", Unit: ui.Mining, Value: format.Percent2(0.9905)}, {Label: "Realised", Unit: ui.Mining, Why: "no machine hashed"}},
		Classes: UptimeTable{Facts: sampleFacts(FigureUptime, "the machines", market.Live, 0), ID: FigureUptime, Title: "By class", Head: "Class", Rows: rows, Total: &rows[0]},
		Sites:   UptimeTable{Facts: sampleFacts(FigureUptime, "the machines", market.Live, 0), ID: "uptime-sites", Title: "By site", Head: "Site", Rows: rows[:1]},
		Days:    UptimeDays{Facts: sampleFacts(FigureUptimeDays, "the machines", market.Live, 0), From: sampleNow.AddDate(0, 0, -7), To: sampleNow},
	}
	for n := range 5 {
		p.Days.Availability = append(p.Days.Availability, market.Point{T: sampleNow.AddDate(0, 0, n-7), V: 98 + float64(n%3)/10})
	}
	return p
}
