package dbtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"switchyard/db/dbtest/tempdir"
	"switchyard/db/embedded"
)

// startTimeout is generous: test binaries start their clusters side by side.
const startTimeout = 2 * time.Minute

// cluster is the server of this test binary. It is the one thing here that
// outlives a test: starting a server per test would cost a second each.
var cluster shared

// shared starts its server on first use.
type shared struct {
	mu     sync.Mutex // guards all below
	server *embedded.Server
	dir    string
	err    error // of the start; later tests fail with it at once

	prepared   template // its name is empty before the first use
	prepareErr error    // likewise; Cluster and Empty serve without a template
	clones     int      // made so far
}

// Cluster returns the PostgreSQL server of this test binary, started on first use
// with its programs from SWITCHYARD_TEST_PG_BIN, or whatever is installed, or the
// npm package of the repository. Main stops it. It fails the test if there is none.
func Cluster(t testing.TB) *embedded.Server {
	t.Helper()
	server, err := cluster.start()
	if err != nil {
		t.Fatalf("start the test database: %v", err)
	}
	return server
}

func (c *shared) start() (*embedded.Server, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server != nil || c.err != nil {
		return c.server, c.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	temp := tempdir.Fast()
	sweep(ctx, temp, time.Now())
	c.dir, c.err = os.MkdirTemp(temp, dirPrefix)
	if c.err != nil {
		return nil, c.err
	}
	c.server, c.err = embedded.Start(ctx, embedded.Config{
		DataDir:     c.dir,
		BinDir:      os.Getenv("SWITCHYARD_TEST_PG_BIN"),
		NodeModules: nodeModules(),
		Log:         slog.New(slog.DiscardHandler),
		Fast:        true,
	})
	return c.server, c.err
}

// stop ends the server, if one was started, and deletes its directory.
func (c *shared) stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dir == "" {
		return nil
	}
	var err error
	if c.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		err = c.server.Stop(ctx)
	}
	if err := errors.Join(err, os.RemoveAll(c.dir)); err != nil {
		return fmt.Errorf("stop the test database: %w", err)
	}
	return nil
}

// nodeModules is that of the repository the tests run in, or empty.
func nodeModules() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "node_modules")
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
