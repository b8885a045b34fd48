package access

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Seal is a link of the chain over the audit log: which entry it covers, and
// the hash of that entry and of the link before.
type Seal struct {
	Ordinal int64 // from 1, without gaps
	Entry   int64 // id of the entry
	Hash    []byte
}

// sealed is what a hash covers, in this order.
type sealed struct {
	Ordinal int64
	ID      int64
	At      string
	PGRole  string
	ActorID int64
	Actor   string
	Role    Role
	Room    Room
	Action  string
	Object  string
	Fields  []string
	Address string
	Request string
}

// SealEntry makes the next link of the chain: SHA-256 over the hash before and
// the entry. before is the zero Seal for the first.
func SealEntry(before Seal, e Entry) Seal {
	next := Seal{Ordinal: before.Ordinal + 1, Entry: e.ID}
	body, err := json.Marshal(sealed{
		Ordinal: next.Ordinal, ID: e.ID, At: e.At.UTC().Format(time.RFC3339Nano), PGRole: e.PGRole, ActorID: e.Actor.ID, Actor: e.Actor.Name,
		Role: e.Actor.Role, Room: e.Room, Action: e.Action, Object: e.Object, Fields: e.Fields, Address: e.Actor.Address, Request: e.Actor.Request,
	})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	sum := sha256.Sum256(append(bytes.Clone(before.Hash), body...))
	next.Hash = sum[:]
	return next
}

// Finding is a place where the log is not what was sealed.
type Finding struct {
	Ordinal int64
	Entry   int64
	What    string // in words
}

func (f Finding) String() string {
	return fmt.Sprintf("entry %d, sealed as %d: %s", f.Entry, f.Ordinal, f.What)
}

// Verify holds the log against its chain and names what was altered, deleted,
// swapped or broken out. seals are in the order of their ordinals; entries are
// by id. Each link is held against the stored hash before it, so that one
// altered entry is one finding and not all that follow.
func Verify(seals []Seal, entries map[int64]Entry) []Finding {
	var (
		findings []Finding
		altered  []int // indexes of seals whose entry is not what it was
		before   Seal
	)
	for i, s := range seals {
		if s.Ordinal != before.Ordinal+1 {
			findings = append(findings, Finding{before.Ordinal + 1, 0, fmt.Sprintf("the chain goes on at %d: the links between are gone", s.Ordinal)})
			before.Ordinal = s.Ordinal - 1 // the hash before is unknown; so this one cannot be checked
			before.Hash = nil
		}
		e, there := entries[s.Entry]
		switch {
		case !there:
			findings = append(findings, Finding{s.Ordinal, s.Entry, "deleted"})
		case before.Ordinal > 0 && before.Hash == nil: // the link after a hole
		case !bytes.Equal(SealEntry(before, e).Hash, s.Hash):
			altered = append(altered, i)
		}
		before = s
	}
	for _, i := range altered {
		findings = append(findings, Finding{seals[i].Ordinal, seals[i].Entry, whatHappened(seals, entries, altered, i)})
	}
	return findings
}

// whatHappened tells an altered entry from one that has changed places with
// another.
func whatHappened(seals []Seal, entries map[int64]Entry, altered []int, i int) string {
	var before Seal
	if i > 0 {
		before = seals[i-1]
	}
	for _, j := range altered {
		if j == i {
			continue
		}
		other := entries[seals[j].Entry]
		other.ID = seals[i].Entry
		if bytes.Equal(SealEntry(before, other).Hash, seals[i].Hash) {
			return fmt.Sprintf("swapped with entry %d", seals[j].Entry)
		}
	}
	return "altered"
}
