package pool

import (
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

// Account is an account at a pool as mining operations typed it, in versions.
type Account struct {
	ID        int64
	Name      string // as the company calls it
	Party     Party
	Account   string // the pool's name of it
	Scheme    Scheme
	Fee       units.Rate // percent of what shares are worth
	FeesFee   units.Rate // percent of the transaction fees; PPS+ alone has it
	Tolerance units.Rate // percent of a day's expected sum; a gap within it agrees
	Finder    string     // name under which the chain knows the pool's blocks; empty: none is known
	Rules     string     // how worker names name machines, a rule a line
	Watched   bool       // it is read
	record.Version
}

// RuleLines are the rules of an account without empty lines.
func (a Account) RuleLines() []string {
	var lines []string
	for line := range strings.Lines(a.Rules) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// KeySet says that a key of an account is kept, and since when; never the key.
type KeySet struct {
	Account int64
	SealID  string // key of the configuration under which it is sealed
	At      time.Time
	By      string
}

// SealedKey is a key as it is kept.
type SealedKey struct{ SealID, Sealed string }

// Reading is how an account stands and how reading it goes.
type Reading struct {
	Account      int64
	CheckedAt    time.Time // last asked; zero: never yet
	AnsweredAt   time.Time // last without an error; zero: never
	Kind         string    // of the last error; empty: it answered
	Error        string    // in a sentence
	FailingSince time.Time // zero: it does not fail
	RetryAt      time.Time // not before, as the pool asked; zero: it asked for nothing
	Standing     Standing  // as last told; At is zero if never
	Workers      WorkerReading
}

// WorkerReading is how reading the workers of an account goes.
type WorkerReading struct {
	At    time.Time // of the last whole list; zero: none yet
	Count int       // workers in it
	Took  time.Duration
	Every time.Duration // between two readings, as worked out
	Error string        // of the last try; empty: it worked
}

// WorkerGone is the state of a worker that was listed once and is no longer.
const WorkerGone WorkerState = "gone"

// SeenWorker is a worker as it is stored: what the pool said last, the machine
// that it names, and the running day.
type SeenWorker struct {
	Worker
	Account   int64
	RowID     int32
	FirstAt   time.Time
	SeenAt    time.Time
	DarkSince time.Time // zero: it is not offline
	Place     Place
	Serial    string    // of the machine that it names; empty: none, or not in the register any more
	Today     WorkerDay // the day of its last reading, so far
}

// Place is where the machine of a worker stands. Unit is 0 where none is named,
// and then Why says why.
type Place struct {
	Unit      int64
	Site      int64
	Building  string
	Nameplate mining.Maybe[units.Hashrate]
	Why       string
}

// WorkerCount is a sum of workers of one account, site, building and state.
type WorkerCount struct {
	Account, Site  int64 // Site 0: no machine is named
	Building       string
	State          WorkerState
	Workers        int
	Rated          int // of those, workers whose machine should hash
	Now, Nameplate units.Hashrate
	// DarkSince is since when half of the rated ones have been offline; zero of
	// other states.
	DarkSince time.Time
}

// WorkerDay is a day of a worker: the mean of its readings.
type WorkerDay struct {
	Day      time.Time // UTC
	Mean     units.Hashrate
	Readings int
	Online   int // of the readings
}

// ChainSight is what the chain shows of a payout's transaction.
type ChainSight struct {
	Ref       string
	Found     bool
	Sats      units.Sats // to the payout's address
	Height    int64      // of its block; 0: none yet
	CheckedAt time.Time
}

// Booked is a payout in our own ledger.
type Booked struct {
	Account int64
	Ref     string // of the payout
	Sats    units.Sats
	Note    string
	record.Version
}

// Remark is what the company has to say to a credited span.
type Remark struct {
	Account  int64
	From     time.Time // of the span
	Disputed bool
	Sats     units.Sats // correction, added to what is expected; may be negative
	Reason   string
	record.Version
}

// ClosedMonth is a month of an account with the figures it was closed with, in
// versions: a later one is a restatement.
type ClosedMonth struct {
	Account int64
	Month   time.Time // first day of the month that the pool's calendar means, UTC
	MonthClose
	record.Version
}
