package simulate

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"switchyard/econ/units"
)

// How the machines of a hall fail.
const (
	darkShare  = 0.007 // of the machines, on average
	lowShare   = 0.012
	lowRate    = 0.6 // of what a machine should hash, before it goes dark
	darkHours  = 36  // until a dark machine is repaired
	tripEvery  = 45  // days between two trips of a hall's breaker
	tripLeast  = 2   // hours
	tripMost   = 7   // hours
	flickering = 0.004
)

// Parts of a hall's numbers in their stream.
const (
	hallOrder int64 = iota
	hallPhase
	hallLength
	hallOutage
	hallTrip
	hallFlicker
)

// poolBook is what a world has written down of an account.
type poolBook struct {
	world   *World
	account *PoolAccount
	id      int64 // in streams of noise
	begin   time.Time
	halls   []poolHall
	places  []poolPlace // of each worker
	nominal float64     // H/s of all

	mu     sync.Mutex         // guards both below
	runs   map[int64]*poolRun // by day of Unix time, from the first to the present one
	ledger poolLedger
}

// poolHall is a group of workers in an order in which they fail and are
// repaired: at any moment the dark ones stand side by side in it, and those that
// will be next hash less than they should. So a hall's hashrate is the difference
// of two sums, however many machines it has.
type poolHall struct {
	group int64
	since int64     // hour of Unix time in which it was switched on
	sums  []float64 // nominal H/s of the workers before each place, and of all
}

func (h *poolHall) count() int { return len(h.sums) - 1 }

func (h *poolHall) nominal() float64 { return h.sums[h.count()] }

// between is the nominal hashrate of n workers from a place on, around the end.
func (h *poolHall) between(from, n int) float64 {
	all := h.count()
	if from+n <= all {
		return h.sums[from+n] - h.sums[from]
	}
	return h.nominal() - h.sums[from] + h.sums[from+n-all]
}

// poolPlace is where a worker stands.
type poolPlace struct{ hall, rank int }

// poolRun is a UTC day of an account.
type poolRun struct {
	halls []hallRun
	hours [24]float64 // H/s
}

// hallRun is a UTC day of a hall.
type hallRun struct {
	off         uint32  // a bit for each hour in which all of it is dark
	performance float64 // hashrate over nominal while hashing
}

func newPoolBook(w *World, a *PoolAccount) *poolBook {
	b := &poolBook{
		world: w, account: a, id: venueID(string(a.Party) + "/" + a.Account), begin: a.Begin.UTC().Truncate(time.Hour),
		places: make([]poolPlace, len(a.Workers)), runs: make(map[int64]*poolRun),
	}
	order := make([]int, len(a.Workers))
	keys := make([]uint64, len(a.Workers))
	for i := range order {
		order[i], keys[i] = i, w.noise.bits(streamPoolHall, hallOrder, b.id, int64(i))
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(a.Workers[i].Group, a.Workers[j].Group), cmp.Compare(keys[i], keys[j]))
	})
	for _, i := range order {
		m := a.Workers[i]
		if n := len(b.halls); n == 0 || b.halls[n-1].group != m.Group {
			since := later(m.Since.UTC(), b.begin).Unix() / 3600
			b.halls = append(b.halls, poolHall{group: m.Group, since: since, sums: []float64{0}})
		}
		h := &b.halls[len(b.halls)-1]
		b.places[i] = poolPlace{hall: len(b.halls) - 1, rank: h.count()}
		h.sums = append(h.sums, h.nominal()+float64(m.Nominal))
		b.nominal += float64(m.Nominal)
	}
	b.ledger.begin(b)
	return b
}

// hallState is a hall in one hour: which of its machines are dark or low.
type hallState struct {
	known       bool
	off         bool
	first       int // place of the first dark machine
	dark, low   int // the dark ones, and then the low ones
	performance float64
}

// state is a hall in the hour that begins at so many hours of Unix time.
func (b *poolBook) state(run *poolRun, hall int, hour int64) hallState {
	h, r := &b.halls[hall], run.halls[hall]
	n := float64(h.count())
	noise, day := b.world.noise, hour/24
	at := n*darkShare/darkHours*float64(hour) + n*noise.uniform(streamPoolHall, hallPhase, b.id, h.group)
	end := at + n*darkShare*(0.6+0.8*noise.uniform(streamPoolHall, hallLength, b.id, h.group, day))
	first, dark := math.Ceil(at), math.Ceil(end)
	s := hallState{known: true, off: r.off>>(hour%24)&1 == 1, performance: r.performance, first: int(int64(first) % int64(h.count()))}
	s.dark = min(h.count(), int(dark-first))
	s.low = min(h.count()-s.dark, int(math.Ceil(end+n*lowShare)-dark))
	return s
}

// rate is what a hall hashes in a state, H/s.
func (h *poolHall) rate(s hallState) float64 {
	if s.off {
		return 0
	}
	low := h.between((s.first+s.dark)%h.count(), s.low)
	return s.performance * (h.nominal() - h.between(s.first, s.dark) - (1-lowRate)*low)
}

// run is a UTC day; those up to the present one are kept.
func (b *poolBook) run(day int64) *poolRun {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.runs[day]; r != nil {
		return r
	}
	r := &poolRun{halls: make([]hallRun, len(b.halls))}
	for i := range b.halls {
		r.halls[i] = b.hallRun(b.halls[i], day)
		for hour := range r.hours {
			r.hours[hour] += b.halls[i].rate(b.state(r, i, day*24+int64(hour)))
		}
	}
	if day >= b.begin.Unix()/secondsPerDay && day <= b.world.Now().Unix()/secondsPerDay {
		b.runs[day] = r
	}
	return r
}

// hallRun is a hall's day. Its hours are dark for as long as the weather of
// FleetDay cuts the line or asks machines to rest, when its breaker trips, and
// before it was switched on.
func (b *poolBook) hallRun(h poolHall, day int64) hallRun {
	group := h.group
	f := b.world.FleetDay(b.account.Climate, group, time.Unix(day*secondsPerDay, 0).UTC())
	uniform := func(what, part int64) float64 {
		return b.world.noise.uniform(streamPoolHall, what, b.id, group, day, part)
	}
	off := darkFrom(24*(f.Unseen+f.Curtailed)+uniform(hallOutage, 0), uniform(hallOutage, 1))
	if uniform(hallTrip, 0) < 1.0/tripEvery {
		off |= darkFrom(tripLeast+(tripMost-tripLeast)*uniform(hallTrip, 1), uniform(hallTrip, 2))
	}
	if before := h.since - 24*day; before > 0 {
		off |= 1<<min(before, 24) - 1
	}
	return hallRun{off: off, performance: f.Performance}
}

// darkFrom are whole hours, somewhere in a day.
func darkFrom(hours, where float64) uint32 {
	n := min(24, int(hours))
	return (1<<n - 1) << int(where*float64(25-n))
}

// hour is what the account hashes in the hour that holds an instant, H/s.
func (b *poolBook) hour(at time.Time) float64 {
	if at.Before(b.begin) {
		return 0
	}
	s := at.Unix()
	return b.run(s / secondsPerDay).hours[s%secondsPerDay/3600]
}

// flicker is how far five minutes are from their hour, as a factor.
func (b *poolBook) flicker(at time.Time) float64 {
	return 1 + flickering*(2*b.world.noise.uniform(streamPoolHall, hallFlicker, b.id, at.Unix()/300)-1)
}

// mean is what the account hashed on average over [from, to), H/s.
func (b *poolBook) mean(from, to time.Time) float64 {
	span := to.Sub(from).Seconds()
	if span <= 0 {
		return 0
	}
	work := 0.0
	for at := later(from, b.begin); at.Before(to); {
		next := at.Truncate(time.Hour).Add(time.Hour)
		if to.Before(next) {
			next = to
		}
		work += b.hour(at) * next.Sub(at).Seconds()
		at = next
	}
	return work / span
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// meanRate is mean as a hashrate.
func (b *poolBook) meanRate(from, to time.Time) units.Hashrate {
	return units.Hashrate(b.mean(from, to))
}
