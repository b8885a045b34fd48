package jobs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/econ/ops"
	"switchyard/jobs/notify"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/ercot"
	"switchyard/jobs/upstream/mempool"
	"switchyard/jobs/upstream/poolwire"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// testClock is the real clock, moved ahead as a test asks.
type testClock struct {
	mu     sync.Mutex // guards offset
	offset time.Duration
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// jump moves the clock ahead.
func (c *testClock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// eventually polls until check returns an empty text, and fails the test with
// the last text when the deadline passes.
func eventually(t *testing.T, within time.Duration, check func() string) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		text := check()
		if text == "" {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("after %s: %s", within, text)
		case <-tick.C:
		}
	}
}

// testLog writes what the jobs log to the test's own log.
func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// stopped stops a runner and fails the test if that takes too long.
func stopped(t *testing.T, r *Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// started makes and starts a runner that is stopped with the test.
func started(t *testing.T, cfg Config) *Runner {
	t.Helper()
	r := made(t, cfg)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// delivery reaches receivers on this machine, and opens what is not sealed.
func delivery() Delivery {
	return Delivery{
		Notify: notify.NewClient(notify.Options{AllowHTTP: true, AllowPrivate: true}),
		Open:   func(_, sealed string) ([]byte, error) { return []byte(sealed), nil },
	}
}

func made(t *testing.T, cfg Config) *Runner {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = testLog(t)
	}
	if cfg.LockEvery == 0 {
		cfg.LockEvery = 100 * time.Millisecond
	}
	if cfg.Notify == nil {
		cfg.Delivery = delivery()
	}
	if cfg.Pools.Client == nil {
		cfg.Pools = Pools{
			Client: func(p pool.Party, _ pool.Access) (poolwire.Client, error) {
				return nil, fmt.Errorf("this test has no pool, and %s was asked for", p)
			},
			Open: openKept,
		}
	}
	if cfg.Ercot == nil {
		cfg.Ercot = noErcot(t)
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, r) })
	return r
}

// lastRun is the newest run of a job.
func lastRun(t *testing.T, store *db.Store, job string) (ops.Run, bool) {
	t.Helper()
	list, err := store.LastRuns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range list {
		if run.Job == job {
			return run, true
		}
	}
	return ops.Run{}, false
}

// venueCalls is a venue in this process that counts its open streams and quotes
// once when one opens.
type venueCalls struct {
	name string
	now  func() time.Time

	mu   sync.Mutex // guards open
	open int
}

func (v *venueCalls) Name() string { return v.name }

func (v *venueCalls) Candles(context.Context, time.Duration, time.Time, time.Time) ([]market.Candle, []upstream.Refusal, error) {
	return nil, nil, nil
}

func (v *venueCalls) Stream(ctx context.Context, onQuote func(market.Quote), onAlive func()) error {
	v.count(1)
	defer v.count(-1)
	onAlive()
	onQuote(market.Quote{Venue: v.name, Price: 50_000, T: v.now(), Received: v.now()})
	<-ctx.Done()
	return ctx.Err()
}

func (v *venueCalls) count(d int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.open += d
}

func (v *venueCalls) opened() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.open
}

// noMempool is a client whose server is not there.
func noMempool() *mempool.Client {
	return mempool.New(upstream.Options{BaseURL: "http://127.0.0.1:1", WSURL: "ws://127.0.0.1:1", Retries: -1})
}

// noErcot is a client whose server is not there.
func noErcot(t *testing.T) *ercot.Client {
	t.Helper()
	c, err := ercot.New(upstream.Options{BaseURL: "http://127.0.0.1:1", Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// cable carries the connections to a PostgreSQL socket, until a test cuts it or
// makes it fall silent.
type cable struct {
	listener net.Listener
	group    sync.WaitGroup

	mu     sync.Mutex // guards conns and silent
	conns  []net.Conn
	silent chan struct{} // closed when nothing is carried any more
}

// newCable lays a cable to the server behind a database URL whose host is a
// socket directory, and returns the URL that goes through it.
func newCable(t *testing.T, address string) (*cable, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	target := filepath.Join(query.Get("host"), ".s.PGSQL.5432")
	dir, err := os.MkdirTemp("", "cable") // t.TempDir is too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	query.Set("host", dir)
	u.RawQuery = query.Encode()
	c := &cable{silent: make(chan struct{})}
	if c.listener, err = net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432")); err != nil {
		t.Fatal(err)
	}
	c.group.Go(func() {
		for {
			near, err := c.listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", target)
			if err != nil {
				near.Close()
				continue
			}
			c.mu.Lock()
			c.conns = append(c.conns, near, far)
			c.mu.Unlock()
			c.group.Go(func() { c.carry(near, far) })
			c.group.Go(func() { c.carry(far, near) })
		}
	})
	t.Cleanup(func() {
		c.listener.Close()
		c.cut()
		c.group.Wait()
		os.RemoveAll(dir)
	})
	return c, u.String()
}

func (c *cable) carry(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		select {
		case <-c.silent: // still open, and nothing comes through
			_, _ = io.Copy(io.Discard, from)
			return
		default:
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cut closes what is open now.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}

// fallSilent lets nothing through from now on, and closes nothing.
func (c *cable) fallSilent() { close(c.silent) }
