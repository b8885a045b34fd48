package simulate

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// byKey is the account that a key opens; false if it opens none.
func (p *party) byKey(key string) (*PoolAccount, bool) {
	for _, a := range p.accounts {
		if key != "" && string(a.Key) == key {
			return a, true
		}
	}
	return nil, false
}

// byName is an account by the pool's name of it.
func (p *party) byName(name string) (*PoolAccount, bool) {
	for _, a := range p.accounts {
		if a.Account == name {
			return a, true
		}
	}
	return nil, false
}

// pace is how often a party wants to be asked.
type pace struct {
	mu      sync.Mutex // guards both below
	spacing time.Duration
	last    time.Time // of the world
}

func (p *pace) set(spacing time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spacing, p.last = spacing, time.Time{}
}

// early notes a call and tells whether it came too soon.
func (p *pace) early(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spacing > 0 && now.Sub(p.last) < p.spacing {
		return true
	}
	p.last = now
	return false
}

func (p *pace) wrap(world *World, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.early(world.Now()) {
			w.WriteHeader(http.StatusOK)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// nonces are the newest that came with each key.
type nonces struct {
	mu     sync.Mutex // guards newest
	newest map[string]int64
}

// rises notes a nonce and tells whether it is larger than all before it.
func (n *nonces) rises(key string, nonce int64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.newest == nil {
		n.newest = make(map[string]int64)
	}
	if nonce <= n.newest[key] {
		return false
	}
	n.newest[key] = nonce
	return true
}

// btcText is a sum in bitcoin with all its digits.
func btcText(s units.Sats) string { return s.BTC().StringFixed(8) }

// btcNumber is a sum in bitcoin as a JSON number, exact.
func btcNumber(s units.Sats) json.RawMessage { return json.RawMessage(btcText(s)) }

// hashes is a hashrate in whole H/s as text.
func hashes(h units.Hashrate) string { return strconv.FormatFloat(float64(h), 'f', 0, 64) }

// hashNumber is a hashrate in whole H/s as a JSON number.
func hashNumber(h units.Hashrate) json.RawMessage { return json.RawMessage(hashes(h)) }

// gigahashes is a hashrate in whole GH/s.
func gigahashes(h units.Hashrate) int64 { return int64(h / 1e9) }

// shareText is a fraction as text.
func shareText(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }

// standing is what most pools tell of an account at once.
type standing struct {
	now              time.Time
	five, hour, day  units.Hashrate
	yesterday, today PoolDay
	counts           PoolCounts
	credited, paid   units.Sats
}

func (s standing) unpaid() units.Sats { return s.credited - s.paid }

func (p *party) standing(a *PoolAccount) standing {
	now := p.world.Now()
	s := standing{
		now: now, five: p.world.PoolHashrate(a, now), hour: p.world.PoolMean(a, now.Add(-time.Hour), now),
		day: p.world.PoolMean(a, now.Add(-24*time.Hour), now), counts: p.world.PoolCounts(a, now),
		today: p.world.PoolDay(a, now), yesterday: p.world.PoolDay(a, now.Add(-24*time.Hour)),
	}
	s.credited, s.paid = p.world.PoolTotals(a, now)
	return s
}

// choice picks workers of a view.
type choice func(v *poolView, i int) bool

// workersIn are the workers of an account that are wanted, nil being all: one
// page of them and how many there are. Of all, it costs no more than the page.
func (p *party) workersIn(a *PoolAccount, want choice, from, n int) (page []PoolWorkerNow, total int) {
	now := p.world.Now()
	if want == nil {
		return p.world.PoolWorkers(a, now, from, n), len(a.Workers)
	}
	v := p.world.book(a).view(now)
	for i := range a.Workers {
		if !want(v, i) {
			continue
		}
		if total >= from && len(page) < n {
			page = append(page, v.worker(i))
		}
		total++
	}
	return page, total
}

func active(v *poolView, i int) bool { return v.condition(i, 0) != pool.Offline }

func inactive(v *poolView, i int) bool { return !active(v, i) }

// daysIn are the pool's days that begin in [from, to) and not after the present,
// ascending, from the account's first one on.
func (p *party) daysIn(a *PoolAccount, from, to time.Time) []PoolDay {
	var list []PoolDay
	day := a.dayOf(later(from, a.Begin))
	if day.Before(from) {
		day = day.Add(24 * time.Hour)
	}
	for end := earlier(to, p.world.Now()); day.Before(end); day = day.Add(24 * time.Hour) {
		list = append(list, p.world.PoolDay(a, day))
	}
	return list
}

// date reads YYYY-MM-DD; a text that is empty gives the fallback.
func date(text string, fallback time.Time) (time.Time, bool) {
	if text == "" {
		return fallback, true
	}
	t, err := time.Parse(time.DateOnly, text)
	return t, err == nil
}

// count reads a whole number between two; a text that is empty gives the fallback.
func count(text string, fallback, least, most int) (int, bool) {
	if text == "" {
		return fallback, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= least && n <= most
}

// isoMillis is a time as pools with ISO times write it.
func isoMillis(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
