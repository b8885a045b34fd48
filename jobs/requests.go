package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/ops"
)

// requestsEvery is how often pages' requests are looked for without a wake-up.
const requestsEvery = 5 * time.Second

// What a page may ask for.
const (
	actionRun     = "run"     // target: a job, or a source to try now
	actionRelease = "release" // target: the id of a quarantined row
)

// serveRequests does what pages ask for until ctx ends, and waits for what it
// began.
func (t *term) serveRequests(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	tick := time.NewTicker(requestsEvery)
	defer tick.Stop()
	for {
		requests, err := t.env.Store.TakeRequests(ctx)
		if err != nil && ctx.Err() == nil {
			t.log.Warn("requests not read", "error", err)
		}
		for _, request := range requests {
			group.Go(func() {
				err := guarded(func() error { return t.serve(ctx, request) })
				if err != nil && ctx.Err() == nil {
					t.log.Warn("request not served", "action", request.Action, "target", request.Target, "error", err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-t.wake:
		}
	}
}

// serve does one request.
func (t *term) serve(ctx context.Context, request ops.Request) error {
	switch request.Action {
	case actionRun:
		return t.runNow(ctx, request.Target)
	case actionRelease:
		id, err := strconv.ParseInt(request.Target, 10, 64)
		if err != nil {
			return fmt.Errorf("read the id of a quarantined row: %w", err)
		}
		return t.release(ctx, id)
	default:
		return fmt.Errorf("nobody knows the action %q", request.Action)
	}
}

// runNow runs a job, or the job that reads a source, without waiting for its
// hour. One that runs already is left to it.
func (t *term) runNow(ctx context.Context, target string) error {
	job, ok := t.jobs.get(target)
	if !ok {
		job, ok = t.jobs.get(jobOfSource(target))
	}
	if !ok {
		return fmt.Errorf("there is no job or source %q", target)
	}
	if err := t.runs.do(ctx, job); err != nil && !errors.Is(err, errBusy) {
		return err
	}
	return nil
}

// jobOfSource is the job that reads a source, and reads again what was refused
// from it.
func jobOfSource(source string) string {
	switch {
	case source == sourceBlocks:
		return "market.blocks"
	case source == sourceFees:
		return "market.fees"
	case source == sourceDaily, strings.HasSuffix(source, candlesSource("")):
		return "market.history"
	case source == sourceRealTimePower, source == sourceDayAheadPower:
		return jobPower
	case strings.HasPrefix(source, poolSourcePrefix):
		return poolJobPrefix + strings.TrimPrefix(source, poolSourcePrefix)
	default:
		return ""
	}
}

// release takes a row out of quarantine and checks it again. A quote is held
// against the index of its second and stored if it passes now. Anything else is
// read from its source afresh, and comes back here if it is still refused.
func (t *term) release(ctx context.Context, id int64) error {
	row, err := t.env.Store.Refused(ctx, id)
	if err != nil {
		return fmt.Errorf("read quarantined row %d: %w", id, err)
	}
	if job := jobOfSource(row.Source); job != "" {
		if err := t.env.Store.DropRefused(ctx, id); err != nil {
			return fmt.Errorf("release row %d: %w", id, err)
		}
		if job == jobPower { // the document that held the row counts as read
			if err := t.env.Store.ForgetDocuments(ctx, t.env.Now()); err != nil {
				return fmt.Errorf("read again what held row %d: %w", id, err)
			}
		}
		return t.runNow(ctx, job)
	}
	var kept quotedPrice
	if err := json.Unmarshal([]byte(row.Body), &kept); err != nil {
		return fmt.Errorf("row %d cannot be checked again: %w", id, err)
	}
	price, err := strconv.ParseFloat(kept.Price, 64)
	if err != nil {
		return fmt.Errorf("row %d has no price: %w", id, err)
	}
	index, err := t.env.Store.PointAt(ctx, keyIndex, kept.T)
	if err != nil {
		return fmt.Errorf("read the index at %s: %w", kept.T.Format(time.RFC3339), err)
	}
	if age := kept.T.Sub(index.T); age > market.QuoteMaxAge {
		return fmt.Errorf("row %d cannot be checked again: there is no index of its minute", id)
	}
	if off := deviation(price, index.V); off > absurdShare || math.IsNaN(off) {
		return fmt.Errorf("row %d stays refused: %s", id, absurdCheck(off))
	}
	points := map[string][]market.Point{venueKey(kept.Venue): {{T: secondOf(kept.T), V: price}}}
	if _, err := t.env.Store.InsertTicks(ctx, points); err != nil {
		return fmt.Errorf("store row %d: %w", id, err)
	}
	if err := t.env.Store.DropRefused(ctx, id); err != nil {
		return fmt.Errorf("release row %d: %w", id, err)
	}
	return nil
}
