package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"switchyard/econ/ops"
)

// maxRunError is the length in characters to which a run's error is cut.
const maxRunError = 600

var errBusy = errors.New("this job is running already")

// panicError is a panic caught in a job or a feed.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// guarded calls fn and turns its panic into a *panicError.
func guarded(fn func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value: value, stack: debug.Stack()}
		}
	}()
	return fn()
}

// runs wraps every run of every job: one at a time per job, a timeout, a panic
// caught, a log line and a row.
type runs struct {
	env Env // what jobs work with; each run gets a copy that knows its row
	log *slog.Logger

	mu   sync.Mutex      // guards busy
	busy map[string]bool // names of the jobs that run now
}

func newRuns(env Env, log *slog.Logger) *runs {
	return &runs{env: env, log: log, busy: map[string]bool{}}
}

// do runs the job once, to its end, and writes how that went into its row and
// the log. It returns an error only if the run could not be begun: errBusy if
// the job runs already.
func (r *runs) do(ctx context.Context, job Job) error {
	if !r.enter(job.Name) {
		return errBusy
	}
	defer r.leave(job.Name)

	id, err := r.env.Store.StartRun(ctx, job.Name, job.Room)
	if err != nil {
		return fmt.Errorf("start a run of %s: %w", job.Name, err)
	}
	row := ops.Run{ID: id, Job: job.Name, Room: job.Room, StartedAt: r.env.Now()}
	began := time.Now()

	runCtx, cancel := ctx, context.CancelFunc(func() {})
	if job.Timeout > 0 {
		runCtx, cancel = context.WithTimeout(ctx, job.Timeout)
	}
	defer cancel()
	env := r.env
	env.notes = &notes{id: id}
	err = guarded(func() error {
		var err error
		row.Rows, err = job.Run(runCtx, &env)
		return err
	})

	row.EndedAt = r.env.Now()
	row.Note = env.notes.last()
	row.Status = outcome(ctx, runCtx, err)
	row.Error = sentence(err)
	if row.Status == ops.Abandoned || row.Status == ops.Succeeded {
		row.Error = ""
	}
	r.report(ctx, row, err, time.Since(began))
	return nil
}

// outcome names how a run ended. parent is the context the run was given, own
// the one with its timeout.
func outcome(parent, own context.Context, err error) ops.RunStatus {
	var caught *panicError
	switch {
	case err == nil:
		return ops.Succeeded
	case errors.As(err, &caught):
		return ops.Panicked
	case parent.Err() != nil:
		return ops.Abandoned
	case own.Err() != nil:
		return ops.TimedOut
	default:
		return ops.Failed
	}
}

// report writes the run's row and its log line. The row is written even if ctx
// has ended: a run that was cancelled has ended too.
func (r *runs) report(ctx context.Context, row ops.Run, err error, took time.Duration) {
	endCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if endErr := r.env.Store.EndRun(endCtx, row); endErr != nil {
		r.log.Warn("run not closed", "job", row.Job, "error", endErr)
	}
	level, attrs := slog.LevelInfo, []any{
		"job", row.Job, "status", string(row.Status), "rows", row.Rows, "ms", took.Milliseconds(),
	}
	if row.Status != ops.Succeeded && row.Status != ops.Abandoned {
		level = slog.LevelWarn
		attrs = append(attrs, "error", err)
	}
	var caught *panicError
	if errors.As(err, &caught) {
		level = slog.LevelError
		attrs = append(attrs, "stack", string(caught.stack))
	}
	r.log.Log(ctx, level, "job run", attrs...)
}

func (r *runs) enter(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy[name] {
		return false
	}
	r.busy[name] = true
	return true
}

func (r *runs) leave(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, name)
}

// sentence is an error as people read it in a table: one line, not too long.
func sentence(err error) string {
	if err == nil {
		return ""
	}
	text := []rune(err.Error())
	for i, char := range text {
		if char == '\n' {
			text[i] = ';'
		}
	}
	if len(text) > maxRunError {
		text = append(text[:maxRunError-1], '…')
	}
	return string(text)
}
