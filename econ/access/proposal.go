package access

import "time"

// Proposal is a change that waits for a second person.
type Proposal struct {
	ID         int64
	Room       Room
	Kind       string            // what it changes, e.g. "role"
	Target     string            // of which thing, e.g. "person 12"
	Change     map[string]string // what it would set
	Known      map[string]string // the same as it was when it was proposed
	ProposerID int64
	Proposer   string
	ProposedAt time.Time
}

// NeedsSecond says whether a change by one of so many holders of a right waits
// for another of them: from the moment there are two.
func NeedsSecond(holders int) bool { return holders >= 2 }
