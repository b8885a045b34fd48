package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/jobs/notify"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/ercot"
	"switchyard/jobs/upstream/mempool"
)

// Rooms the jobs belong to.
const (
	roomMarket = "market"
	roomMining = "mining"
	roomCore   = "core"
)

// Job is one line of the table.
type Job struct {
	Name    string        // room.noun, stable: people ask for it by this name
	Title   string        // what it does, for people
	Room    string        // room whose people may see its notes
	Every   time.Duration // time between two starts; zero: it runs as long as this process leads
	Timeout time.Duration // zero: none
	// Run does the work and returns the number of rows written. It must be
	// idempotent and end soon after ctx does.
	Run func(ctx context.Context, env *Env) (rows int64, err error)
}

// table lists every job.
func table() []Job {
	return []Job{
		{Name: "market.index", Title: "Price index and hashprice, every second", Room: roomMarket, Run: watchPrice},
		{Name: "market.history", Title: "Fill the past", Room: roomMarket, Every: 5 * time.Minute, Timeout: 30 * time.Minute, Run: fillHistory},
		{Name: "market.gaps", Title: "Fill the gaps of the last day", Room: roomMarket, Every: time.Minute, Timeout: 5 * time.Minute, Run: fillGaps},
		{Name: "market.blocks", Title: "Check the chain", Room: roomMarket, Every: time.Minute, Timeout: 50 * time.Second, Run: pollBlocks},
		{Name: "market.fees", Title: "Recommended fee rate", Room: roomMarket, Every: time.Minute, Timeout: 30 * time.Second, Run: pollFees},
		{Name: "mining.telemetry", Title: "Ask the machines how they do", Room: roomMining, Every: time.Minute, Timeout: 55 * time.Second, Run: pollMachines},
		{Name: jobPower, Title: "Read the prices of power", Room: roomMining, Every: 5 * time.Minute, Timeout: 4 * time.Minute, Run: pollPower},
		{Name: "core.rollup", Title: "Roll up series", Room: roomCore, Every: 30 * time.Second, Timeout: 5 * time.Minute, Run: rollUp},
		{Name: "core.audit", Title: "Seal the audit log", Room: roomCore, Every: 10 * time.Second, Timeout: 5 * time.Minute, Run: sealAudit},
		{Name: "core.alerts", Title: "Look at the alert rules", Room: roomCore, Every: 10 * time.Second, Timeout: time.Minute, Run: watchAlerts},
		{Name: "core.outbox", Title: "Send what alerts tell", Room: roomCore, Every: 10 * time.Second, Timeout: 5 * time.Minute, Run: sendOutbox},
		{Name: "core.heartbeat", Title: "Tell watchdogs that the rules are looked at", Room: roomCore, Every: time.Minute, Timeout: time.Minute, Run: beatHearts},
		{Name: "core.maintain", Title: "Keep the tables in order", Room: roomCore, Every: time.Hour, Timeout: 10 * time.Minute, Run: maintain},
	}
}

// declared is the table as people read it.
func declared(table []Job) []ops.Job {
	list := make([]ops.Job, len(table))
	for i, job := range table {
		list[i] = ops.Job{Name: job.Name, Room: job.Room, Title: job.Title, Schedule: schedule(job.Every)}
	}
	return list
}

// schedule says in words how often a job runs.
func schedule(every time.Duration) string {
	switch {
	case every == 0:
		return "always"
	case every == time.Hour:
		return "every hour"
	case every == time.Minute:
		return "every minute"
	case every%time.Minute == 0:
		return fmt.Sprintf("every %d minutes", int(every.Minutes()))
	default:
		return fmt.Sprintf("every %d seconds", int(every.Seconds()))
	}
}

// Venue is an exchange whose BTC/USD price enters the index.
type Venue interface {
	// Name is the venue's lower-case name, the same in every quote.
	Name() string
	// Candles returns the closed candles of one width (a minute, an hour or a
	// day) that begin in [from, to), ascending, as far back as the venue keeps
	// them, and the rows it refused.
	Candles(ctx context.Context, width time.Duration, from, to time.Time) ([]market.Candle, []upstream.Refusal, error)
	// Stream follows the price over one connection until it is lost or ctx ends.
	Stream(ctx context.Context, onQuote func(market.Quote), onAlive func()) error
}

// Delivery is how notices leave the house.
type Delivery struct {
	Notify *notify.Client
	Mail   *notify.Mailer // nil: no mail server
	Link   string         // address of the pages, to which a path is added; empty: none
	// Open opens what was sealed under a key: addresses of channels.
	Open func(key, sealed string) ([]byte, error)
}

// Env is what a job works with.
type Env struct {
	Store   *db.Store
	Venues  []Venue
	Mempool *mempool.Client
	Ercot   *ercot.Client
	Now     func() time.Time
	Log     *slog.Logger
	Delivery
	DB *db.DB // to read as somebody's role

	onProgress func(ops.Progress)
	sources    *sources
	desk       *desk
	chain      *chain
	filler     *filler
	telemetry  *telemetry
	pools      *poolClients
	yard       *yard
	notes      *notes
	watchedAt  *atomic.Int64 // Unix seconds of the last look at all rules that succeeded
}

// Note writes what the run is doing, a sentence for people, unless it was the
// last thing said.
func (e *Env) Note(ctx context.Context, text string, rows int64) {
	if !e.notes.set(text) {
		return
	}
	if err := e.Store.NoteRun(ctx, e.notes.id, text, rows); err != nil && ctx.Err() == nil {
		e.Log.Warn("run not noted", "error", err)
	}
}

// notes keeps what a run said last.
type notes struct {
	id   int64
	mu   sync.Mutex // guards text
	text string
}

func (n *notes) set(text string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.text == text {
		return false
	}
	n.text = text
	return true
}

func (n *notes) last() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text
}
