package db

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
	"switchyard/econ/units"
)

// topicBlock is published when a block is added or replaced.
const topicBlock = "market.block"

// blockRow is a row of market.block.
type blockRow struct {
	Height     int64
	Hash       string
	PrevHash   string
	T          time.Time
	Bits       int64
	Difficulty float64
	TxCount    *int64
	Weight     *int64
	TotalFees  *int64
	Reward     *int64
	MedianFee  *float64
	PoolName   string
}

func (r blockRow) block() market.Block {
	return market.Block{
		Height: r.Height, Hash: r.Hash, PrevHash: r.PrevHash, Time: r.T.UTC(),
		Bits:       uint32(r.Bits), //nolint:gosec // checked by the table
		Difficulty: r.Difficulty, TxCount: r.TxCount, Weight: r.Weight,
		TotalFees: (*units.Sats)(r.TotalFees), Reward: (*units.Sats)(r.Reward), MedianFee: r.MedianFee, PoolName: r.PoolName,
	}
}

const (
	sqlLockChain   = `SELECT pg_advisory_xact_lock(hashtext('switchyard chain'))`
	sqlStoredHash  = `SELECT hash FROM market.block WHERE height = $1`
	sqlStoredPrev  = `SELECT prev_hash FROM market.block WHERE height = $1`
	sqlDropFrom    = `DELETE FROM market.block WHERE height >= $1`
	sqlDropHeight  = `DELETE FROM market.block WHERE height = $1`
	sqlInsertBlock = `
INSERT INTO market.block (height, hash, prev_hash, t, bits, difficulty, tx_count, weight, total_fees, reward, median_fee, pool_name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	sqlFillBlock = `
UPDATE market.block SET total_fees = coalesce(total_fees, $2), reward = coalesce(reward, $3), median_fee = coalesce(median_fee, $4),
       tx_count = coalesce(tx_count, $5), weight = coalesce(weight, $6), pool_name = CASE pool_name WHEN '' THEN $7 ELSE pool_name END
 WHERE height = $1 AND ((total_fees IS NULL AND $2::bigint IS NOT NULL) OR (reward IS NULL AND $3::bigint IS NOT NULL))`
)

// InsertBlocks stores blocks in any order and returns how many were added or
// replaced. A block that is there already only has its missing facts filled
// in. A different hash at a height is a reorganisation: the stored block and
// all above it go. Where a neighbour does not link, the older knowledge goes
// too: the hole it leaves is honest, and found by MissingBlocks.
func (s *Store) InsertBlocks(ctx context.Context, blocks []market.Block) (int, error) {
	sorted := slices.Clone(blocks)
	slices.SortStableFunc(sorted, func(a, b market.Block) int { return int(a.Height - b.Height) })
	added, top := 0, int64(0)
	err := s.write(ctx, func(s *Store) error {
		// Blocks are written one transaction at a time.
		if _, err := s.q.Exec(ctx, sqlLockChain); err != nil {
			return wrap(err, "lock the chain")
		}
		for _, b := range sorted {
			changed, err := s.insertBlock(ctx, b)
			if err != nil {
				return wrap(err, "insert block %d", b.Height)
			}
			if changed {
				added, top = added+1, max(top, b.Height)
			}
		}
		if added == 0 {
			return nil
		}
		return s.publish(ctx, map[string]string{topicBlock: strconv.FormatInt(top, 10)})
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

func (s *Store) storedHash(ctx context.Context, height int64) (string, error) {
	var hash string
	err := s.q.QueryRow(ctx, sqlStoredHash, height).Scan(&hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return hash, err
}

func (s *Store) insertBlock(ctx context.Context, b market.Block) (bool, error) {
	stored, err := s.storedHash(ctx, b.Height)
	if err != nil {
		return false, err
	}
	if stored == b.Hash {
		tag, err := s.q.Exec(ctx, sqlFillBlock, b.Height, b.TotalFees, b.Reward, b.MedianFee, b.TxCount, b.Weight, b.PoolName)
		return tag.RowsAffected() > 0, err
	}
	if stored != "" {
		if _, err := s.q.Exec(ctx, sqlDropFrom, b.Height); err != nil {
			return false, err
		}
	}
	if err := s.unlink(ctx, b); err != nil {
		return false, err
	}
	_, err = s.q.Exec(ctx, sqlInsertBlock, b.Height, b.Hash, b.PrevHash, b.Time, int64(b.Bits), b.Difficulty,
		b.TxCount, b.Weight, b.TotalFees, b.Reward, b.MedianFee, b.PoolName)
	return true, err
}

// unlink removes neighbours that do not link to a block about to be stored.
func (s *Store) unlink(ctx context.Context, b market.Block) error {
	below, err := s.storedHash(ctx, b.Height-1)
	if err != nil {
		return err
	}
	if below != "" && below != b.PrevHash {
		if _, err := s.q.Exec(ctx, sqlDropHeight, b.Height-1); err != nil {
			return err
		}
	}
	var prev string
	err = s.q.QueryRow(ctx, sqlStoredPrev, b.Height+1).Scan(&prev)
	switch {
	case errors.Is(err, pgx.ErrNoRows), err == nil && prev == b.Hash:
		return nil
	case err != nil:
		return err
	}
	_, err = s.q.Exec(ctx, sqlDropFrom, b.Height+1)
	return err
}

const sqlBlocks = `
SELECT height, hash, prev_hash, t, bits, difficulty, tx_count, weight, total_fees, reward, median_fee, pool_name FROM market.block`

func (s *Store) blocks(ctx context.Context, where string, args ...any) ([]market.Block, error) {
	rows, err := s.q.Query(ctx, sqlBlocks+where, args...)
	if err != nil {
		return nil, wrap(err, "read blocks")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[blockRow])
	if err != nil {
		return nil, wrap(err, "read blocks")
	}
	list := make([]market.Block, len(found))
	for i, r := range found {
		list[i] = r.block()
	}
	return list, nil
}

// Tip is the highest block stored; ErrNotFound if there is none.
func (s *Store) Tip(ctx context.Context) (market.Block, error) {
	list, err := s.LatestBlocks(ctx, 1)
	if err != nil {
		return market.Block{}, err
	}
	if len(list) == 0 {
		return market.Block{}, wrap(pgx.ErrNoRows, "tip of the chain")
	}
	return list[0], nil
}

// BlocksFrom are the blocks from one height to another, both included,
// ascending.
func (s *Store) BlocksFrom(ctx context.Context, from, to int64) ([]market.Block, error) {
	return s.blocks(ctx, ` WHERE height BETWEEN $1 AND $2 ORDER BY height`, from, to)
}

// LatestBlocks are the n highest blocks, ascending. They need not follow one
// another without a hole.
func (s *Store) LatestBlocks(ctx context.Context, n int) ([]market.Block, error) {
	list, err := s.blocks(ctx, ` ORDER BY height DESC LIMIT $1`, n)
	slices.Reverse(list)
	return list, err
}

// HeightSpan is a stretch of heights, both ends included.
type HeightSpan struct{ From, To int64 }

const sqlMissingBlocks = `
SELECT h FROM generate_series($1::bigint, $2::bigint) AS h
 WHERE NOT EXISTS (SELECT FROM market.block b WHERE b.height = h) ORDER BY h`

// MissingBlocks are the heights from one to another, both included, that are
// not stored.
func (s *Store) MissingBlocks(ctx context.Context, from, to int64) ([]HeightSpan, error) {
	rows, err := s.q.Query(ctx, sqlMissingBlocks, from, to)
	if err != nil {
		return nil, wrap(err, "look for missing blocks")
	}
	heights, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, wrap(err, "look for missing blocks")
	}
	var spans []HeightSpan
	for _, h := range heights {
		if n := len(spans); n > 0 && spans[n-1].To == h-1 {
			spans[n-1].To = h
			continue
		}
		spans = append(spans, HeightSpan{From: h, To: h})
	}
	return spans, nil
}

// Issue is what the network paid in a stretch of time.
type Issue struct {
	Blocks        int64
	Subsidy, Fees units.Sats
	Whole         bool // every block of the stretch is stored, with its fees
}

// The first block at or after $1 and the last before $2 are whole if no height
// is missing between their neighbours outside.
const sqlIssued = `
SELECT count(*), coalesce(min(height), 0), coalesce(max(height), 0), coalesce(sum(total_fees), 0)::bigint,
       count(*) > 0 AND count(*) = count(total_fees) AND count(*) = max(height) - min(height) + 1
   AND EXISTS (SELECT FROM market.block b WHERE b.height = (SELECT min(height) - 1 FROM market.block WHERE t >= $1 AND t < $2) AND b.t < $1)
   AND EXISTS (SELECT FROM market.block b WHERE b.height = (SELECT max(height) + 1 FROM market.block WHERE t >= $1 AND t < $2) AND b.t >= $2)
  FROM market.block WHERE t >= $1 AND t < $2`

// Issued sums subsidy (M1) and fees of the blocks whose time lies in a stretch.
func (s *Store) Issued(ctx context.Context, from, to time.Time) (Issue, error) {
	var (
		sum         Issue
		first, last int64
		fees        int64
	)
	if err := s.q.QueryRow(ctx, sqlIssued, from, to).Scan(&sum.Blocks, &first, &last, &fees, &sum.Whole); err != nil {
		return Issue{}, wrap(err, "sum what the network issued")
	}
	if sum.Blocks == 0 {
		return sum, nil
	}
	through, err := market.IssuedThrough(last)
	if err != nil {
		return Issue{}, wrap(err, "sum what the network issued")
	}
	before := units.Sats(0)
	if first > 0 {
		if before, err = market.IssuedThrough(first - 1); err != nil {
			return Issue{}, wrap(err, "sum what the network issued")
		}
	}
	sum.Subsidy, sum.Fees = through-before, units.Sats(fees)
	return sum, nil
}
