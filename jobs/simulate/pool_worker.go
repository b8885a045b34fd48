package simulate

import (
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// PoolWorkerNow is a worker at an instant.
type PoolWorkerNow struct {
	Index     int // in the account's list
	Name      string
	Group     int64
	State     pool.WorkerState
	Now       units.Hashrate // the last five minutes
	Hour, Day units.Hashrate // means of the last hour and the last 24
	LastShare time.Time
	Stale     float64 // fraction of its shares
	Rejected  float64
}

const (
	workerJitter  = 0.004      // of a worker's hashrate in an hour
	lookBack      = 24 * 7     // hours in which the last share of a dark worker is sought
	secondsAShare = int64(20)  // a worker that hashes was heard of within so many
	usualStale    = 0.0011     // of the shares
	usualRejected = 0.0004     // of the shares
	firstWorkerID = int64(3e6) // where a pool numbers its workers
)

// Parts of a worker's numbers in their stream.
const (
	workerRate int64 = iota
	workerHeard
	workerStale
)

// PoolCounts are how many workers of an account hash, hash too little and do not.
type PoolCounts struct{ Online, Low, Offline int }

// Active are the workers that hash.
func (c PoolCounts) Active() int { return c.Online + c.Low }

// PoolCounts counts an account's workers at an instant, hall by hall.
func (w *World) PoolCounts(a *PoolAccount, at time.Time) PoolCounts {
	b := w.book(a)
	if at.Before(b.begin) {
		return PoolCounts{Offline: len(a.Workers)}
	}
	var c PoolCounts
	v := b.view(at)
	for i := range b.halls {
		s, n := v.state(i, 0), b.halls[i].count()
		if s.off {
			c.Offline += n
			continue
		}
		c.Online, c.Low, c.Offline = c.Online+n-s.dark-s.low, c.Low+s.low, c.Offline+s.dark
	}
	return c
}

// PoolWorkers are n workers of an account from one on, in the order of its list.
// What it costs grows with n, not with the account.
func (w *World) PoolWorkers(a *PoolAccount, at time.Time, from, n int) []PoolWorkerNow {
	v := w.book(a).view(at)
	first := min(max(0, from), len(a.Workers))
	list := make([]PoolWorkerNow, 0, min(n, len(a.Workers)-first))
	for i := first; i < len(a.Workers) && len(list) < n; i++ {
		list = append(list, v.worker(i))
	}
	return list
}

// poolView is an account seen from an instant. Halls are looked into as they are
// needed.
type poolView struct {
	book  *poolBook
	at    time.Time
	hour  int64         // of Unix time
	halls [][]hallState // by hall and hours back; nil and unknown until needed
}

func (b *poolBook) view(at time.Time) *poolView {
	return &poolView{book: b, at: at, hour: at.Unix() / 3600, halls: make([][]hallState, len(b.halls))}
}

// state is a hall so many hours back.
func (v *poolView) state(hall, back int) *hallState {
	if v.halls[hall] == nil {
		v.halls[hall] = make([]hallState, lookBack)
	}
	s := &v.halls[hall][back]
	if !s.known {
		hour := v.hour - int64(back)
		*s = v.book.state(v.book.run(hour/24), hall, hour)
	}
	return s
}

// condition is how a worker does so many hours back.
func (v *poolView) condition(i, back int) pool.WorkerState {
	if (v.hour-int64(back))*3600 < v.book.begin.Unix() {
		return pool.Offline
	}
	place := v.book.places[i]
	s, n := v.state(place.hall, back), v.book.halls[place.hall].count()
	behind := (place.rank - s.first + n) % n
	switch {
	case s.off || behind < s.dark:
		return pool.Offline
	case behind < s.dark+s.low:
		return pool.Low
	default:
		return pool.Online
	}
}

// rate is what a worker hashes so many hours back, H/s.
func (v *poolView) rate(i, back int) float64 {
	share := 1.0
	switch v.condition(i, back) {
	case pool.Offline:
		return 0
	case pool.Low:
		share = lowRate
	default: // it hashes as it should
	}
	jitter := 1 + workerJitter*(2*v.uniform(workerRate, i, v.hour-int64(back))-1)
	return share * float64(v.book.account.Workers[i].Nominal) * v.state(v.book.places[i].hall, back).performance * jitter
}

func (v *poolView) uniform(what int64, i int, when int64) float64 {
	return v.book.world.noise.uniform(streamPoolWorker, what, v.book.id, int64(i), when)
}

func (v *poolView) worker(i int) PoolWorkerNow {
	m := v.book.account.Workers[i]
	now := v.rate(i, 0)
	w := PoolWorkerNow{
		Index: i, Name: m.Name, Group: m.Group, State: v.condition(i, 0), Now: units.Hashrate(now), LastShare: v.lastShare(i),
		Stale:    usualStale * (0.5 + v.uniform(workerStale, i, v.hour/24)),
		Rejected: usualRejected * (0.5 + v.uniform(workerStale, i, -v.hour/24)),
	}
	// The hour that has begun, and the part of the one before that is not over an
	// hour ago.
	part := float64(v.at.Unix()%3600) / 3600
	w.Hour = units.Hashrate(part*now + (1-part)*v.rate(i, 1))
	sum := part*now + (1-part)*v.rate(i, 24)
	for back := 1; back < 24; back++ {
		sum += v.rate(i, back)
	}
	w.Day = units.Hashrate(sum / 24)
	return w
}

// lastShare is some seconds ago, or in the last hour in which the worker hashed;
// the zero time if that is longer ago than the pool remembers.
func (v *poolView) lastShare(i int) time.Time {
	for back := range lookBack {
		if v.condition(i, back) == pool.Offline {
			continue
		}
		heard := v.at.Truncate(time.Second)
		if back > 0 {
			heard = time.Unix((v.hour-int64(back)+1)*3600, 0).UTC()
		}
		ago := int64(float64(secondsAShare) * v.uniform(workerHeard, i, heard.Unix()/secondsAShare))
		return heard.Add(-time.Duration(ago) * time.Second)
	}
	return time.Time{}
}
