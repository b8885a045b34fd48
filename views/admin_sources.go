package views

import (
	"time"

	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/views/ui"
)

// AdminSourcesPage shows whether data is fresh and what the jobs do.
type AdminSourcesPage struct {
	Shell     Shell
	Sources   []SourceRow // sorted by the handler; the default is worst first
	Sort      SourceSort
	Jobs      []JobRow
	MayRun    bool   // the reader may ask for a run
	Notice    string // result of a form, e.g. "Run of market.rollup asked for"
	Refused   []ops.Refused
	RefusedOf int // how many there are in all
	Backfills []Backfill
	Problem   *ui.Problem // nothing could be read
}

// SourceSort is the order of the sources, as it stands in the address (?sort=name).
type SourceSort string

// The orders of the sources.
const (
	SortUrgency SourceSort = ""
	SortName    SourceSort = "name"
	SortLast    SourceSort = "last"
)

// SourceRow is a source and the judgement of its freshness.
type SourceRow struct {
	ops.Source
	Fresh market.Freshness
}

// JobRow is a job, its newest run and its next one.
type JobRow struct {
	Name      string // as in POST /admin/jobs/{name}/run
	Title     string
	Schedule  string    // in words, e.g. "every 5 min"
	Last      *ops.Run  // nil: never ran
	Next      time.Time // zero: not scheduled
	Requested bool      // a run is asked for and not yet taken
}

// Backfill is the progress of filling one series from its beginning.
type Backfill struct {
	Title string // e.g. "BTC, Kraken, daily candles"
	Done  int64
	Total int64  // 0: not known yet
	Unit  string // of Done and Total, e.g. "days", "blocks"
	Note  string // what it does now or why it waits
}
