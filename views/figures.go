package views

import (
	"time"

	"switchyard/econ/market"
	"switchyard/views/chart"
	"switchyard/views/ui"
)

// Ids of the figures: the element id on a page, the address of the data
// (/data/{id}, /data/{id}.csv) and the entry in the registry of figures.
const (
	FigureMarket       = "market"          // overview: five measures and their changes
	FigurePrices       = "prices"          // hashprice and bitcoin over a range
	FigureNetwork      = "network"         // epoch, difficulty, hashrate, fees, halving
	FigureAdjustment   = "adjustment"      // next difficulty with its 90 % band
	FigureHalving      = "halving"         // next halving under three growth rates
	FigureHistory      = "hashprice"       // hashprice since the halving
	FigureVenues       = "btc-venues"      // bitcoin venues against their median
	FigureSources      = "sources"         // sources, worst first
	FigureJobs         = "jobs"            // job runs
	FigureRefused      = "quarantine"      // rows kept out of the tables
	FigurePower        = "power"           // power contracts
	FigureSpotPrices   = "power-prices"    // which prices of power are stored
	FigureSites        = "sites"           // mining sites
	FigureSwitches     = "site-switches"   // what a site switches in the next 24 hours
	FigureSiteHours    = "site-hours"      // a site hour by hour
	FigureBackTest     = "back-test"       // past hours decided in three ways
	FigureCurtailments = "curtailments"    // the curtailment log
	FigureMiningColumn = "mining-unit"     // the mining unit by the measures of both units
	FigureMonthly      = "monthly"         // the monthly production update
	FigureClassDays    = "class-days"      // what each class earns and costs at its site
	FigureClasses      = "classes"         // machine classes with their modes
	FigureWhatIf       = "what-if"         // the fleet along a stated path
	FigureCost         = "cost-per-btc"    // what a bitcoin cost, by level
	FigureSitePower    = "site-power"      // what should run where
	FigureMerit        = "merit-order"     // steps of the fleet by merit
	FigureFalls        = "hashprice-falls" // what is left of the fleet at lower hashprices
	FigureCustomers    = "customers"       // customers of the AI unit
	FigureHoldings     = "holdings"        // accounts and what they hold
	FigureUnits        = "units"           // what each unit tells
	FigureAudit        = "audit"           // the audit log
	FigureBackfill     = "backfill"        // progress of the first fill
	FigureFleet        = "fleet"           // every unit
	FigureSpread       = "fleet-sites"     // units by site, class and state
	FigureUptime       = "uptime"          // hours of machines and M11, by site and class
	FigureUptimeDays   = "uptime-days"     // M11 of the fleet, day by day
	FigurePoolDays     = "pool-days"       // days of an account at a pool, judged
	FigurePoolDispute  = "pool-dispute"    // all that a dispute over a day rests on
	FigurePoolPayments = "pool-payments"   // payments of a pool, chain and ledger
	FigurePoolMonths   = "pool-months"     // months of an account that were closed
	FigureTemplate     = "fleet-template"  // a file of units to fill in
	FigurePools        = "pools"           // accounts at pools against what should hash there
	FigurePoolDark     = "pool-dark"       // what pools do not see, by place
	FigureDarkHours    = "pool-dark-hours" // what each hour of it cost
	FigurePoolWorkers  = "pool-workers"    // every worker
	FigureWorkerDays   = "worker-days"     // the days of one worker
)

// Range is the span of a time chart, as it stands in the address (?range=24h).
type Range string

// The ranges of the live charts.
const (
	Range24h Range = "24h"
	Range7d  Range = "7d"
	Range30d Range = "30d"
	Range1y  Range = "1y"
)

// PricesFigure is hashprice over bitcoin on one time axis. Points are
// ascending; a hole wider than 2.5 times Step is never bridged.
type PricesFigure struct {
	ui.Facts
	Range     Range
	Path      string // page the range links lead to; empty: no range links
	From, To  time.Time
	Step      time.Duration  // expected distance between points
	Level     market.Level   // resolution that served, named in the sub-title
	Hashprice []market.Point // USD per PH/s per day
	BTC       []market.Point // USD
	Events    []chart.Event
}

// NetworkFigure is the state of the chain at Tip. Nil parts are unknown and
// say why in the Why beside them.
type NetworkFigure struct {
	ui.Facts
	Now            time.Time
	Tip            *market.Block
	EpochBegan     time.Time // time of the epoch's first block; zero if unknown
	Difficulty     ui.Num
	Adjustment     *market.Adjustment
	AdjustmentWhy  string
	Hashrate       *market.HashrateEstimate // over the last 1,008 blocks
	HashrateWhy    string
	HashrateSpark  []market.Point // daily, H/s
	FeeShare       ui.Num         // fraction of the block reward, last 144 blocks
	FeeShareSpark  []market.Point
	RecommendedFee ui.Num           // sat/vB to be in the next block
	Halvings       []market.Halving // growth 0, 1 % and 3 % per epoch, in this order
	Topics         []Topic          // that change the panel; the page follows them
}

// AdjustmentFigure is the next difficulty adjustment, with what it would do to
// hashprice if the price of bitcoin and fees stayed.
type AdjustmentFigure struct {
	ui.Facts
	Now        time.Time
	Adjustment *market.Adjustment
	Hashprice  ui.Num // USD per PH/s per day now
	Tip        int64  // height
}

// HalvingFigure is the next halving under three rates of hashrate growth.
type HalvingFigure struct {
	ui.Facts
	Now      time.Time
	Halvings []market.Halving
}

// HistoryFigure is one daily series on a log scale, with events.
type HistoryFigure struct {
	ui.Facts
	From, To time.Time
	Points   []market.Point // USD per PH/s per day
	Events   []chart.Event
}

// VenuesFigure compares the venues behind the price of bitcoin.
type VenuesFigure struct {
	ui.Facts
	Now    time.Time
	Index  *market.Index // nil if no venue is fresh
	Venues []Venue
	Topic  Topic   // that changes the table; the page follows it
	Limit  float64 // fraction of the price by which venues may differ; 0: none set
}

// Venue is one venue of the price. Quote is nil if it has never answered.
type Venue struct {
	Name  string
	Title string // as people call it, e.g. "Coinbase"
	Quote *market.Quote
	Used  bool // fresh, so part of the median
	Fresh market.Freshness
}
