package dbtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"switchyard/db/embedded"
)

func TestSweepTakesOnlyTheAbandoned(t *testing.T) {
	temp := t.TempDir()
	now := time.Now()
	aged := func(name string) string {
		dir := filepath.Join(temp, name)
		if err := os.MkdirAll(filepath.Join(dir, "pg15"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, now, now.Add(-2*abandonedAfter)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	abandoned, other, used, young := aged(dirPrefix+"1"), aged("notes"), filepath.Join(temp, dirPrefix+"2"), filepath.Join(temp, dirPrefix+"3")
	server, err := embedded.Start(t.Context(), embedded.Config{DataDir: used, NodeModules: nodeModules(),
		BinDir: os.Getenv("SWITCHYARD_TEST_PG_BIN"), Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop(t.Context())
	if err := os.Chtimes(used, now, now.Add(-2*abandonedAfter)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(young, 0o700); err != nil {
		t.Fatal(err)
	}
	sweep(t.Context(), temp, now)
	for dir, want := range map[string]bool{abandoned: false, other: true, used: true, young: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: %v, want it to stay: %v", dir, err, want)
		}
	}
}
