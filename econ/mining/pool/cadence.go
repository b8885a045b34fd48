package pool

import (
	"fmt"
	"time"
)

// The bounds of the interval at which workers are read.
const (
	fastest = 5 * time.Minute
	slowest = 6 * time.Hour
)

// workersPart is 1/n of the calls a pool allows that we spend on workers; the
// rest is for standings, earnings, payouts and tries.
const workersPart = 2

// maxPages bounds a reading: no account has more, and its time fits a Duration.
const maxPages = 1_000_000

// Cadence is how often the workers of an account are read.
type Cadence struct {
	Pages   int           // calls of one reading
	Reading time.Duration // how long it takes at the pool's spacing
	Every   time.Duration // between the begins of two readings, in whole minutes
	Tight   bool          // one reading takes more than its part of the longest interval
}

// CadenceOf is how often the workers of an account can be read without using
// more than half of what its pool allows: never more often than every 5
// minutes, at least every 6 hours. It fails for a count that no account has, and for
// facts without a spacing.
func CadenceOf(f Facts, workers int) (Cadence, error) {
	if err := count("workers", workers); err != nil {
		return Cadence{}, err
	}
	if f.Spacing <= 0 || f.PageSize < 0 {
		return Cadence{}, fmt.Errorf("%s: spacing %s and %d workers a page are not those of a pool", f.Party, f.Spacing, f.PageSize)
	}
	c := Cadence{Pages: 1}
	if f.PageSize > 0 && workers > 0 {
		c.Pages = (workers-1)/f.PageSize + 1
	}
	if c.Pages > maxPages {
		return Cadence{}, fmt.Errorf("%d workers are more than one account has", workers)
	}
	c.Reading = time.Duration(c.Pages) * f.Spacing
	need := (workersPart*c.Reading + time.Minute - 1).Truncate(time.Minute)
	c.Tight = need > slowest
	c.Every = min(max(need, fastest), slowest)
	return c, nil
}
