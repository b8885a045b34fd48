// Package ops holds how the house runs: the sources facts come from, the jobs
// that fetch them, what people ask jobs to do, and rows that were refused.
package ops

import "time"

// Source is one outside party, as it has answered so far. Zero times mean
// never.
type Source struct {
	Name        string        // stable, e.g. kraken.ticker
	Room        string        // room its facts go to
	Title       string        // as people call it, e.g. Kraken ticker
	Feeds       string        // what it feeds, e.g. BTC price
	Cadence     time.Duration // expected time between two successful checks
	CheckedAt   time.Time     // last try
	SucceededAt time.Time     // last try that worked
	ChangedAt   time.Time     // last time it said something new
	Failures    int           // tries that failed since SucceededAt
	LastError   string        // a sentence for people, empty after a success
	NextTryAt   time.Time
}

// RunStatus is how a job run ended.
type RunStatus string

// The states of a run.
const (
	Running   RunStatus = "running"
	Succeeded RunStatus = "succeeded"
	Failed    RunStatus = "failed"
	Panicked  RunStatus = "panicked"
	TimedOut  RunStatus = "timed_out"
	Abandoned RunStatus = "abandoned" // its process died before it ended
)

// Run is one run of a job. EndedAt is zero while it runs.
type Run struct {
	ID        int64
	Job       string
	Room      string
	StartedAt time.Time
	EndedAt   time.Time
	Status    RunStatus
	Rows      int64  // rows written
	Note      string // progress or result, a sentence for people
	Error     string // what failed, without secrets
}

// Request is what a page asked the jobs to do.
type Request struct {
	ID     int64
	Action string // "run" or "release"
	Target string // a job's name, or a quarantined row's id
	By     string
	At     time.Time
}

// Refused is a row that failed a check and was kept out of the tables.
type Refused struct {
	ID     int64
	Room   string
	Source string
	At     time.Time
	Check  string // the check that failed, e.g. "price is not positive"
	Body   string // the row as it came, cut to 4 kB
}

// Job is a job as the jobs declare it when they start, for people to read.
type Job struct {
	Name     string // stable, e.g. market.rollup
	Room     string // room whose facts it writes
	Title    string // what it does, e.g. Roll up prices
	Schedule string // in words, e.g. every minute
	NextAt   time.Time
}

// Progress is how far a long piece of work has come. Total is zero while it is
// not known.
type Progress struct {
	Name  string // stable, e.g. backfill.blocks
	Title string // e.g. Blocks of this difficulty epoch
	Unit  string // of Done and Total, e.g. blocks, days
	Done  int64
	Total int64
	Note  string // what it does now or why it waits
	At    time.Time
}
