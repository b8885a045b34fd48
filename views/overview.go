package views

import (
	"switchyard/econ/market"
	"switchyard/views/ui"
)

// OverviewPage is the front page at the step where market facts are known.
type OverviewPage struct {
	Shell      Shell
	Market     MarketFigure
	Prices     PricesFigure // 30 days
	Adjustment AdjustmentFigure
	Halving    HalvingFigure
	Sources    *SourcesHealth // nil: the reader may not see them
	Units      *UnitsFigure   // nil: no unit tells this reader anything
	Mining     *UnitColumn    // nil: the reader may not see the unit
}

// MarketFigure compares price and network measures over three spans.
type MarketFigure struct {
	ui.Facts
	Rows []MarketRow // in the order of the Measure constants
}

// Measure is what a row of the market figure measures.
type Measure string

// The measures, in the order of the rows.
const (
	MeasureBTC        Measure = "btc"        // USD
	MeasureHashprice  Measure = "hashprice"  // USD per PH/s per day
	MeasureDifficulty Measure = "difficulty" // absolute, e.g. 1.44e14
	MeasureHashrate   Measure = "hashrate"   // H/s
	MeasureFees       Measure = "fees"       // satoshi per block
)

// MarketRow is one measure now and its changes, as fractions of the value at
// the start of each span (0.012 is +1.2 %).
type MarketRow struct {
	Measure          Measure
	Value            ui.Num
	Day, Week, Month ui.Num
	Spark            []market.Point // 30 days
	Topics           []Topic        // that change the row; the page follows them
}

// SourcesHealth says in short how many sources are fresh, and names the worst.
type SourcesHealth struct {
	ui.Facts
	Total int
	Fresh int         // live or aged
	Worst []SourceRow // those that are not fresh, worst first; at most four
}
