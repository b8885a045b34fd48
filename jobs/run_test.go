package jobs

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/ops"
)

// newRunsOn makes the wrapper on a database where the given jobs are declared.
func newRunsOn(t *testing.T, table ...Job) (*runs, *db.Store) {
	t.Helper()
	d, _ := dbtest.New(t)
	store := d.Jobs()
	if err := store.DeclareJobs(t.Context(), declared(table)); err != nil {
		t.Fatal(err)
	}
	return newRuns(Env{Store: store, Now: time.Now, Log: testLog(t)}, testLog(t)), store
}

func TestEveryRunLeavesARowThatSaysHowItEnded(t *testing.T) {
	table := []Job{
		{Name: "core.good", Room: roomCore, Timeout: time.Minute, Run: func(ctx context.Context, env *Env) (int64, error) {
			env.Note(ctx, "half way", 3)
			env.Note(ctx, "done", 7)
			return 7, nil
		}},
		{Name: "core.bad", Room: roomCore, Timeout: time.Minute, Run: func(context.Context, *Env) (int64, error) {
			return 2, errors.New("the sky\nfell")
		}},
		{Name: "core.panic", Room: roomCore, Timeout: time.Minute, Run: func(context.Context, *Env) (int64, error) {
			var nothing map[string]int
			nothing["x"] = 1 //nolint:staticcheck // the panic is the test
			return 0, nil
		}},
		{Name: "core.slow", Room: roomCore, Timeout: 20 * time.Millisecond, Run: func(ctx context.Context, _ *Env) (int64, error) {
			<-ctx.Done()
			return 1, ctx.Err()
		}},
	}
	wrapper, store := newRunsOn(t, table...)
	for _, job := range table {
		if err := wrapper.do(t.Context(), job); err != nil {
			t.Fatalf("%s could not be begun: %v", job.Name, err)
		}
	}
	want := map[string]ops.Run{
		"core.good":  {Status: ops.Succeeded, Rows: 7, Note: "done"},
		"core.bad":   {Status: ops.Failed, Rows: 2, Error: "the sky;fell"},
		"core.panic": {Status: ops.Panicked, Error: "panic: assignment to entry in nil map"},
		"core.slow":  {Status: ops.TimedOut, Rows: 1, Error: "context deadline exceeded"},
	}
	for name, w := range want {
		got, ok := lastRun(t, store, name)
		if !ok {
			t.Errorf("%s left no row", name)
			continue
		}
		if got.Status != w.Status || got.Rows != w.Rows || got.Note != w.Note || got.Error != w.Error || got.EndedAt.IsZero() {
			t.Errorf("%s: got %+v, want %+v with an end", name, got, w)
		}
	}
}

func TestACancelledRunIsClosedAsAbandoned(t *testing.T) {
	begun := make(chan struct{})
	job := Job{Name: "core.long", Room: roomCore, Run: func(ctx context.Context, _ *Env) (int64, error) {
		close(begun)
		<-ctx.Done()
		return 0, ctx.Err()
	}}
	wrapper, store := newRunsOn(t, job)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- wrapper.do(ctx, job) }()
	<-begun
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got, _ := lastRun(t, store, job.Name); got.Status != ops.Abandoned || got.EndedAt.IsZero() {
		t.Errorf("a run that was cancelled: got %s until %s, want abandoned with an end", got.Status, got.EndedAt)
	}
}

func TestAJobNeverRunsTwiceAtOnce(t *testing.T) {
	var running, most, total atomic.Int32
	release := make(chan struct{})
	job := Job{Name: "core.one", Room: roomCore, Run: func(context.Context, *Env) (int64, error) {
		most.Store(max(most.Load(), running.Add(1)))
		total.Add(1)
		<-release
		running.Add(-1)
		return 0, nil
	}}
	wrapper, _ := newRunsOn(t, job)
	results := make(chan error)
	for range 8 {
		go func() { results <- wrapper.do(t.Context(), job) }()
	}
	busy := 0
	for range 7 {
		if err := <-results; errors.Is(err, errBusy) {
			busy++
		}
	}
	close(release)
	if err := <-results; err != nil {
		t.Error(err)
	}
	if busy != 7 || most.Load() != 1 || total.Load() != 1 {
		t.Errorf("eight starts at once: %d refused, %d at the same time, %d in all; want 7, 1, 1", busy, most.Load(), total.Load())
	}
	release = make(chan struct{})
	close(release)
	if err := wrapper.do(t.Context(), job); err != nil || total.Load() != 2 {
		t.Errorf("a start after the end: got %v and %d runs, want a second run", err, total.Load())
	}
}

func TestSentenceIsOneShortLine(t *testing.T) {
	if got := sentence(nil); got != "" {
		t.Errorf("no error: got %q, want nothing", got)
	}
	long := sentence(errors.New(strings.Repeat("é\n", 1000)))
	if n := len([]rune(long)); n != maxRunError || strings.Contains(long, "\n") || !strings.HasSuffix(long, "…") {
		t.Errorf("a long error: got %d characters ending in %q, want %d in one line", n, long[len(long)-5:], maxRunError)
	}
}

func TestLoopStopWaitsAndMayBeCalledAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l loop
		if err := l.stop(t.Context()); err != nil {
			t.Errorf("stop before start: %v", err)
		}
		ended := false
		if !l.start(t.Context(), func(ctx context.Context) {
			<-ctx.Done()
			time.Sleep(time.Second)
			ended = true
		}) {
			t.Fatal("the first start did not start")
		}
		if l.start(t.Context(), func(context.Context) { t.Error("started twice") }) {
			t.Error("the second start started")
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := l.stop(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stop with too little time: got %v, want the deadline", err)
		}
		if err := l.stop(t.Context()); err != nil || !ended {
			t.Errorf("stop: got %v with ended %v, want to have waited", err, ended)
		}
		if err := l.stop(t.Context()); err != nil {
			t.Errorf("stop again: %v", err)
		}
	})
}

func TestBackoffGrowsToItsLimitAndIsHalfChance(t *testing.T) {
	for failures, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 6: 30 * time.Second, 1000: 30 * time.Second} {
		lowest, highest := time.Hour, time.Duration(0)
		for range 200 {
			d := backoff(failures, time.Second, 30*time.Second)
			lowest, highest = min(lowest, d), max(highest, d)
		}
		if lowest < want/2 || highest > want || highest-lowest < want/4 {
			t.Errorf("after %d failures: got %s to %s, want to fill %s to %s", failures, lowest, highest, want/2, want)
		}
	}
}
