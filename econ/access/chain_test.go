package access_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
)

// chain is a log of n entries and its seals.
func chain(n int) ([]access.Seal, map[int64]access.Entry) {
	var seals []access.Seal
	entries := make(map[int64]access.Entry)
	var last access.Seal
	for i := range n {
		e := access.Entry{
			ID: int64(100 + i), At: time.Date(2026, 3, 1, 0, 0, i, 0, time.UTC), PGRole: "switchyard_mining",
			Actor: access.Actor{ID: 1, Name: "J.", Role: access.Mining}, Room: access.RoomMining, Action: "edit site", Object: fmt.Sprintf("site %d", i), Fields: []string{"pue"},
		}
		last = access.SealEntry(last, e)
		seals, entries[e.ID] = append(seals, last), e
	}
	return seals, entries
}

func TestVerifyNamesWhatWasDone(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(seals []access.Seal, entries map[int64]access.Entry) []access.Seal
		want   string
	}{
		"nothing": {func(s []access.Seal, _ map[int64]access.Entry) []access.Seal { return s }, ""},
		"altered": {func(s []access.Seal, e map[int64]access.Entry) []access.Seal {
			x := e[103]
			x.Actor.Name = "K."
			e[103] = x
			return s
		}, "entry 103, sealed as 4: altered"},
		"a field dropped": {func(s []access.Seal, e map[int64]access.Entry) []access.Seal {
			x := e[100]
			x.Fields = nil
			e[100] = x
			return s
		}, "entry 100, sealed as 1: altered"},
		"deleted": {func(s []access.Seal, e map[int64]access.Entry) []access.Seal {
			delete(e, 105)
			return s
		}, "entry 105, sealed as 6: deleted"},
		"swapped": {func(s []access.Seal, e map[int64]access.Entry) []access.Seal {
			a, b := e[102], e[107]
			a.ID, b.ID = 107, 102
			e[107], e[102] = a, b
			return s
		}, "entry 102, sealed as 3: swapped with entry 107; entry 107, sealed as 8: swapped with entry 102"},
		"links cut out": {func(s []access.Seal, _ map[int64]access.Entry) []access.Seal {
			return slices.Delete(slices.Clone(s), 3, 5)
		}, "entry 0, sealed as 4: the chain goes on at 6: the links between are gone"},
		"a hash rewritten": {func(s []access.Seal, _ map[int64]access.Entry) []access.Seal {
			s = slices.Clone(s)
			s[4].Hash = make([]byte, 32)
			return s
		}, "entry 104, sealed as 5: altered; entry 105, sealed as 6: altered"},
	} {
		t.Run(name, func(t *testing.T) {
			seals, entries := chain(10)
			var got []string
			tampered := maps.Clone(entries)
			s := c.tamper(seals, tampered)
			for _, f := range access.Verify(s, tampered) {
				got = append(got, f.String())
			}
			if g := strings.Join(got, "; "); g != c.want {
				t.Errorf("got %q, want %q", g, c.want)
			}
		})
	}
}
