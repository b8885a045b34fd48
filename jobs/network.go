package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/jobs/upstream"
)

const (
	// blockPage is how many blocks one answer holds.
	blockPage = 15
	// maxReorg is how many blocks are walked back to find where new ones join
	// the known chain. The deepest fork seen since 2013 is far below it.
	maxReorg = 150
	// tickSpan is how far back a block's difficulty is kept as a tick; what is
	// older comes from the daily statistics.
	tickSpan = 6 * 24 * time.Hour
)

// followBlocks is one connection to the stream of blocks. The socket's reader
// only hands over; blocks are stored beside it.
func (e *Env) followBlocks(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	arrived := make(chan []market.Block, 16) // a burst after a reorganisation; the poll brings what finds no room
	stored := make(chan struct{})            // closed when the storing goroutine has ended
	go func() {
		defer close(stored)
		for {
			select {
			case <-ctx.Done():
				return
			case blocks := <-arrived:
				e.takeArrived(ctx, blocks)
			}
		}
	}()
	err := e.Mempool.Stream(ctx, e.mempoolHandler(arrived))
	cancel()
	<-stored
	return err
}

// takeArrived stores blocks from the stream; a panic or a failure costs these
// blocks only, which the poll brings within a minute.
func (e *Env) takeArrived(ctx context.Context, blocks []market.Block) {
	err := guarded(func() error {
		_, err := e.ingest(ctx, blocks)
		return err
	})
	if err != nil && ctx.Err() == nil {
		e.Log.Warn("streamed blocks not stored", "blocks", len(blocks), "error", err)
	}
}

// pollBlocks is the safety net of the stream: once a minute it asks for the
// tip and the blocks below it, and fetches those of the fee window that are
// missing.
func pollBlocks(ctx context.Context, env *Env) (int64, error) {
	rows, changed, err := pollTip(ctx, env)
	env.sources.checked(ctx, sourceBlocks, changed, err)
	return rows, err
}

func pollTip(ctx context.Context, env *Env) (rows int64, changed bool, err error) {
	height, err := env.Mempool.TipHeight(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("ask for the tip: %w", err)
	}
	blocks, err := env.fetchBlocks(ctx, height)
	if err != nil {
		return 0, false, err
	}
	n, err := env.ingest(ctx, blocks)
	if err != nil {
		return n, n > 0, err
	}
	more, err := env.fetchMissing(ctx, height-market.FeeWindow+1, height, func(int) {})
	return n + more, n+more > 0, err
}

// fetchBlocks asks for the blocks at and below a height, and keeps out those
// that were refused.
func (e *Env) fetchBlocks(ctx context.Context, height int64) ([]market.Block, error) {
	blocks, refusals, err := e.Mempool.Blocks(ctx, height)
	if err != nil {
		return nil, fmt.Errorf("ask for the blocks below %d: %w", height, err)
	}
	e.quarantine(ctx, roomMarket, sourceBlocks, refusals)
	return blocks, nil
}

// ingest stores blocks and then walks back to where they join the known chain:
// the store drops what does not link to a newer block, and a hole close above
// known blocks is closed at once. As a page of another branch drops all that
// was stored above it, each page is stored together with those before it. It
// returns the number of rows written.
func (e *Env) ingest(ctx context.Context, blocks []market.Block) (int64, error) {
	var rows int64
	for depth := 0; len(blocks) > 0 && depth <= maxReorg; depth += blockPage {
		n, err := e.store(ctx, blocks)
		rows += n
		if err != nil {
			return rows, err
		}
		below := lowestOf(blocks).Height - 1
		near, err := e.Store.BlocksFrom(ctx, below-maxReorg, below)
		if err != nil {
			return rows, fmt.Errorf("read the blocks below %d: %w", below, err)
		}
		if len(near) == 0 || near[len(near)-1].Height == below {
			return rows, nil
		}
		page, err := e.fetchBlocks(ctx, below)
		if err != nil || len(page) == 0 {
			return rows, err
		}
		blocks = append(page, blocks...)
	}
	return rows, nil
}

// store writes the difficulty of blocks as ticks, and the blocks. The ticks come
// first: blocks that are there are not looked at again.
func (e *Env) store(ctx context.Context, blocks []market.Block) (int64, error) {
	now := e.Now()
	var ticks []market.Point
	for _, b := range blocks {
		if now.Sub(b.Time) < tickSpan {
			ticks = append(ticks, market.Point{T: b.Time, V: b.Difficulty})
		}
	}
	rows := 0
	if len(ticks) > 0 {
		n, err := e.Store.InsertTicks(ctx, map[string][]market.Point{keyDifficulty: ticks})
		if err != nil {
			return 0, fmt.Errorf("store the difficulty of %d blocks: %w", len(blocks), err)
		}
		rows = n
	}
	n, err := e.Store.InsertBlocks(ctx, blocks)
	if err != nil {
		return int64(rows), fmt.Errorf("store %d blocks: %w", len(blocks), err)
	}
	if n > 0 {
		e.chain.changed()
	}
	return int64(rows + n), nil
}

func lowestOf(blocks []market.Block) market.Block {
	lowest := blocks[0]
	for _, b := range blocks[1:] {
		if b.Height < lowest.Height {
			lowest = b
		}
	}
	return lowest
}

// fetchMissing fetches the blocks of [from, to] that are not stored, newest
// first, and says after each page how many are there. A page that shows another
// branch makes new holes, which are filled in turn.
func (e *Env) fetchMissing(ctx context.Context, from, to int64, tell func(stored int)) (int64, error) {
	from = max(from, 0)
	var rows int64
	for before := int64(-1); ; { // before is what was missing a pass ago: no progress ends it
		spans, err := e.Store.MissingBlocks(ctx, from, to)
		if err != nil {
			return rows, fmt.Errorf("look for missing blocks from %d to %d: %w", from, to, err)
		}
		missing := int64(0)
		for _, span := range spans {
			missing += span.To - span.From + 1
		}
		tell(int(to - from + 1 - missing))
		if missing == 0 || missing == before {
			return rows, nil
		}
		before = missing
		for i := len(spans) - 1; i >= 0; i-- {
			n, err := e.fetchSpan(ctx, spans[i], from, func(stored int64) { tell(int(to - from + 1 - missing + stored)) })
			rows += n
			if err != nil {
				return rows, err
			}
			missing -= spans[i].To - spans[i].From + 1
		}
	}
}

// fetchSpan fetches the blocks of a span page by page, newest first.
func (e *Env) fetchSpan(ctx context.Context, span db.HeightSpan, from int64, tell func(stored int64)) (int64, error) {
	var rows int64
	for height := span.To; height >= span.From; height -= blockPage {
		page, err := e.fetchBlocks(ctx, height)
		if err != nil {
			return rows, err
		}
		wanted := slices.DeleteFunc(page, func(b market.Block) bool { return b.Height < from || b.Height > span.To })
		n, err := e.store(ctx, wanted)
		rows += n
		if err != nil {
			return rows, err
		}
		tell(span.To - max(height-blockPage, span.From-1))
	}
	return rows, nil
}

// quarantine keeps rows an upstream sent and a check refused.
func (e *Env) quarantine(ctx context.Context, room, source string, refusals []upstream.Refusal) {
	if len(refusals) == 0 {
		return
	}
	rows := make([]ops.Refused, len(refusals))
	for i, r := range refusals {
		rows[i] = ops.Refused{Room: room, Source: source, At: e.Now(), Check: r.Check, Body: r.Body}
	}
	if err := e.Store.Quarantine(ctx, rows); err != nil && !errors.Is(err, context.Canceled) {
		e.Log.Warn("refused rows not kept", "source", source, "rows", len(rows), "error", err)
	}
}
