package poolwire

import (
	"log/slog"
	"sync"
)

// mostFacts bounds how many are kept: some hold words that a pool chose.
const mostFacts = 200

// Facts notes what a pool does where no document confirms what it should do:
// each fact once.
type Facts struct {
	name string
	log  *slog.Logger
	mu   sync.Mutex // guards seen
	seen map[string]bool
}

// NewFacts returns the notes of a pool.
func NewFacts(name string, log *slog.Logger) *Facts {
	return &Facts{name: name, log: log, seen: make(map[string]bool)}
}

// Saw logs which of the possible forms of a fact a pool uses, once for each.
func (f *Facts) Saw(fact, form string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if k := fact + "\x00" + form; !f.seen[k] && len(f.seen) < mostFacts {
		f.seen[k] = true
		f.log.Info("unconfirmed fact", "upstream", f.name, "fact", fact, "form", form)
	}
}
