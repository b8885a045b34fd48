// Package upstreamtest holds what the tests of every party share: servers that
// misbehave in each way a party can, websockets that say what a test scripts,
// and recorded answers where there are any.
package upstreamtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"switchyard/jobs/upstream"
)

// Now is the time at which the answers under testdata were given:
// 2026-11-23 05:00:00 UTC, plus half a minute.
func Now() time.Time { return time.Unix(1_795_410_030, 0).UTC() }

// Answer reads a file under the package's testdata.
func Answer(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Recorded reads an answer a party really gave, below the shared data folder.
// It skips the test where that folder is not present.
func Recorded(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("SWITCHYARD_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared", "data")
	}
	body, err := os.ReadFile(filepath.Join(dir, "recorded", filepath.FromSlash(name)))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("shared/data is not present")
	}
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// root is the folder that holds go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// Refused collects the rows of a stream that failed a check.
type Refused struct {
	mu   sync.Mutex // guards rows
	rows []upstream.Refusal
}

// Add takes a refusal.
func (r *Refused) Add(refusal upstream.Refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = append(r.rows, refusal)
}

// Checks are the checks that failed, in their order.
func (r *Refused) Checks() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Checks(r.rows)
}

// Checks are the sentences of refusals.
func Checks(refusals []upstream.Refusal) []string {
	var checks []string
	for _, r := range refusals {
		checks = append(checks, r.Check)
	}
	return checks
}

// Kind is the kind of an upstream's error; empty if it is none.
func Kind(err error) upstream.Kind {
	var e *upstream.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// Contains fails the test unless err says text.
func Contains(t testing.TB, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error is %v, want one that says %q", err, text)
	}
}

// Seeds adds every line of a file under testdata to a fuzz test, as it is and
// as a list of one: files of rows hold one on each line, and small seeds are
// varied far more often than large ones.
func Seeds(f *testing.F, name string) {
	f.Helper()
	for line := range strings.Lines(string(Answer(f, name))) {
		line = strings.TrimSpace(line)
		if row := strings.TrimSuffix(line, ","); len(row) > 1 {
			f.Add([]byte(row))
			f.Add([]byte("[" + row + "]"))
		}
	}
}
