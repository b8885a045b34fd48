package simulate

import (
	"sync"
	"time"
)

// Config is what a world is made of.
type Config struct {
	Origin time.Time // first start; the past lies before it
	Seed   uint64
	Now    func() time.Time
}

// World is the simulated world. Its methods may be called at once from many
// goroutines.
type World struct {
	noise  noise
	now    func() time.Time
	prices *priceModel
	chain  *chain

	mu    sync.Mutex // guards books
	books map[*PoolAccount]*poolBook
}

// NewWorld returns the world of an origin and a seed.
func NewWorld(cfg Config) *World {
	n := noise{seed: mix(cfg.Seed)}
	begin := cfg.Origin.UTC().Truncate(24*time.Hour).AddDate(0, 0, -pastDays).Unix()
	w := &World{noise: n, now: cfg.Now, prices: newPriceModel(n, begin), books: make(map[*PoolAccount]*poolBook)}
	w.chain = newChain(n, begin, w.prices)
	return w
}

// Now is the world's clock.
func (w *World) Now() time.Time { return w.now().UTC() }

// Origin is the day of the world's first start, UTC.
func (w *World) Origin() time.Time { return w.Begin().AddDate(0, 0, pastDays) }

// Begin is where the world's past begins.
func (w *World) Begin() time.Time { return time.Unix(w.prices.begin, 0).UTC() }
