package jobs

import (
	"sync"

	"switchyard/econ/market"
)

// maxPending bounds the quotes kept per venue between two samples, and the
// points kept while the store does not answer.
const maxPending = 120

// desk is where quotes wait for the next sample.
type desk struct {
	mu      sync.Mutex // guards pending
	pending map[string][]market.Quote
}

func newDesk() *desk { return &desk{pending: map[string][]market.Quote{}} }

// add keeps of each venue the first quote of each second and the newest of all.
func (d *desk) add(q market.Quote) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.pending[q.Venue]
	second := secondOf(q.T)
	if n := len(list); n >= 2 && secondOf(list[n-1].T).Equal(second) && secondOf(list[n-2].T).Equal(second) {
		list = list[:n-1]
	}
	list = append(list, q)
	if len(list) > maxPending {
		list = list[len(list)-maxPending:]
	}
	d.pending[q.Venue] = list
}

// take empties the desk.
func (d *desk) take() map[string][]market.Quote {
	d.mu.Lock()
	defer d.mu.Unlock()
	taken := d.pending
	d.pending = map[string][]market.Quote{}
	return taken
}
