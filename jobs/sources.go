package jobs

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"switchyard/db"
	"switchyard/econ/ops"
)

// Names of the sources this package reads beside the venues' own.
const (
	sourceBlocks = "mempool.blocks"
	sourceFees   = "mempool.fees"
	sourceDaily  = "mempool.daily"
)

// reportEvery is how often a stream that lives is reported to the store.
const reportEvery = 5 * time.Second

func tickerSource(venue string) string  { return venue + ".ticker" }
func candlesSource(venue string) string { return venue + ".candles" }

// venueTitle is the venue's name as people write it.
func venueTitle(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

// sourceDefs declares every source with the time that may pass between two
// successful checks. Blocks are judged on the checks, since an hour without a
// block is not a source that is late.
func sourceDefs(venues []Venue) []ops.Source {
	defs := []ops.Source{
		{Name: sourceBlocks, Title: "mempool.space blocks", Feeds: "blocks, difficulty and hashprice", Cadence: 30 * time.Second},
		{Name: sourceFees, Title: "mempool.space fee rates", Feeds: "fee rate", Cadence: time.Minute},
		{Name: sourceDaily, Title: "mempool.space daily statistics", Feeds: "hashrate, difficulty and fees by day", Cadence: time.Hour},
	}
	for _, venue := range venues {
		name, title := venue.Name(), venueTitle(venue.Name())
		defs = append(defs,
			ops.Source{Name: tickerSource(name), Title: title + " ticker", Feeds: "BTC price", Cadence: 15 * time.Second},
			ops.Source{Name: candlesSource(name), Title: title + " candles", Feeds: "BTC price of the past", Cadence: time.Hour},
		)
	}
	for i := range defs {
		defs[i].Room = roomMarket
	}
	return append(defs,
		ops.Source{Name: sourceMiners, Room: roomMining, Title: "Machines over the cgminer API", Feeds: "hashrate, power and state of every machine", Cadence: time.Minute},
		ops.Source{Name: sourceRealTimePower, Room: roomMining, Title: "ERCOT real-time prices", Feeds: "price of power at the points contracts follow", Cadence: 5 * time.Minute},
		ops.Source{Name: sourceDayAheadPower, Room: roomMining, Title: "ERCOT day-ahead prices", Feeds: "price of power of the hours to come", Cadence: 5 * time.Minute},
	)
}

// sources tells the store how the outside answers. Streams call alive and
// changed as often as they like: what they say is kept here and written every
// reportEvery, and at once when a source comes back.
type sources struct {
	store *db.Store
	now   func() time.Time
	log   *slog.Logger

	mu    sync.Mutex       // guards beats and what they hold
	beats map[string]*beat // by source

	write sync.Mutex    // held while reports are written, so that they land in order
	kick  chan struct{} // capacity 1: a wake-up waits, two are one
}

// beat is what a stream said since the last report.
type beat struct {
	alive, changed bool
	up             bool // reported as working
}

func newSources(store *db.Store, now func() time.Time, log *slog.Logger) *sources {
	return &sources{store: store, now: now, log: log, beats: map[string]*beat{}, kick: make(chan struct{}, 1)}
}

// alive notes that the source answered; changed that it said something new.
func (s *sources) alive(name string, changed bool) {
	s.mu.Lock()
	b := s.beats[name]
	if b == nil {
		b = &beat{}
		s.beats[name] = b
	}
	b.alive = true
	b.changed = b.changed || changed
	first := !b.up
	s.mu.Unlock()
	if first {
		select {
		case s.kick <- struct{}{}:
		default:
		}
	}
}

// down reports that the source failed and when it will be tried again.
func (s *sources) down(ctx context.Context, name string, err error, next time.Time) {
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.Lock()
	delete(s.beats, name)
	s.mu.Unlock()
	s.report(ctx, db.SourceReport{Name: name, Err: sentence(err), NextTryAt: next, At: s.now()})
}

// checked reports one call: err nil is success.
func (s *sources) checked(ctx context.Context, name string, changed bool, err error) {
	if ctx.Err() != nil {
		return // stopped by us, which says nothing about the source
	}
	s.report(ctx, db.SourceReport{
		Name: name, OK: err == nil, Changed: err == nil && changed, Err: sentence(err), At: s.now(),
	})
}

// run writes what the streams said until ctx ends.
func (s *sources) run(ctx context.Context) {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.kick:
		}
		s.flush(ctx)
	}
}

func (s *sources) flush(ctx context.Context) {
	s.write.Lock()
	defer s.write.Unlock()
	var reports []db.SourceReport
	s.mu.Lock()
	for _, name := range slices.Sorted(maps.Keys(s.beats)) {
		b := s.beats[name]
		if b.alive {
			reports = append(reports, db.SourceReport{Name: name, OK: true, Changed: b.changed, At: s.now()})
		}
		b.alive, b.changed, b.up = false, false, b.up || b.alive
	}
	s.mu.Unlock()
	for _, report := range reports {
		s.report(ctx, report)
	}
}

func (s *sources) report(ctx context.Context, report db.SourceReport) {
	if err := s.store.ReportSource(ctx, report); err != nil && ctx.Err() == nil {
		s.log.Warn("source not reported", "source", report.Name, "error", err)
	}
}
