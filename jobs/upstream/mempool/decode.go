package mempool

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

const (
	maxHeight     = 10_000_000 // some 175 years of blocks
	maxSats       = 21_000_000 * units.SatsPerBTC
	maxWeight     = 4_000_000 // weight units, by consensus
	maxFeeRate    = 1e8       // sat/vB
	maxDifficulty = 1e20
	bitsAgreement = 1e-6 // relative; the difficulty is told in decimals
)

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// blockJSON is a block as REST and the websocket tell it; everything under
// extras may be missing.
type blockJSON struct {
	ID         string          `json:"id"`
	Height     upstream.Number `json:"height"`
	Timestamp  upstream.Number `json:"timestamp"`
	Bits       upstream.Number `json:"bits"`
	Difficulty upstream.Number `json:"difficulty"`
	TxCount    upstream.Number `json:"tx_count"`
	Weight     upstream.Number `json:"weight"`
	Prev       string          `json:"previousblockhash"`
	Stale      any             `json:"stale"` // a boolean, or 0 and 1
	Extras     struct {
		TotalFees upstream.Number `json:"totalFees"`
		Reward    upstream.Number `json:"reward"`
		MedianFee upstream.Number `json:"medianFee"`
		Pool      struct {
			Name string `json:"name"`
		} `json:"pool"`
	} `json:"extras"`
}

// decodeBlocks reads a list of blocks in the order it comes in.
func decodeBlocks(body []byte, now time.Time) ([]market.Block, []upstream.Refusal, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the blocks are not a list")
	}
	blocks, refused := checkBlocks(rows, now)
	return blocks, refused, nil
}

func checkBlocks(rows []json.RawMessage, now time.Time) ([]market.Block, []upstream.Refusal) {
	return upstream.Rows(rows, func(row json.RawMessage) (market.Block, bool, error) {
		var j blockJSON
		if err := upstream.Shape(row, &j); err != nil {
			return market.Block{}, false, err
		}
		return j.block(now)
	})
}

// block checks a block. A block whose header is right but whose amounts do not
// agree with the subsidy is kept without them, beside an error: a hole in the
// chain would cost more than an amount that is not known.
func (j blockJSON) block(now time.Time) (market.Block, bool, error) {
	b, err := j.header(now)
	if err != nil {
		return market.Block{}, false, err
	}
	b.PoolName = strings.ToValidUTF8(strings.ReplaceAll(j.Extras.Pool.Name, "\x00", ""), "")
	if b.TxCount, err = optional(j.TxCount, math.MaxInt32, "number of transactions"); err != nil {
		return market.Block{}, false, err
	}
	if b.Weight, err = optional(j.Weight, maxWeight, "weight"); err != nil {
		return market.Block{}, false, err
	}
	if rate := j.Extras.MedianFee; rate.Known && rate.V != -1 {
		if rate.V < 0 || rate.V > maxFeeRate {
			return market.Block{}, false, fmt.Errorf("the median fee rate %g sat/vB is not one", rate.V)
		}
		b.MedianFee = &rate.V
	}
	fees, reward, err := j.amounts()
	if err != nil {
		return market.Block{}, false, err
	}
	keep, err := checkSubsidy(b.Height, fees, reward)
	if err == nil {
		b.TotalFees, b.Reward = fees, reward
	}
	return b, keep, err
}

// header checks what makes a block a block of the chain.
func (j blockJSON) header(now time.Time) (market.Block, error) {
	height, ok := j.Height.Int()
	if !ok || height < 0 || height > maxHeight {
		return market.Block{}, errors.New("the height is missing or not that of a block")
	}
	hash, prev := strings.ToLower(j.ID), strings.ToLower(j.Prev)
	if !hashForm.MatchString(hash) || (height > 0 && !hashForm.MatchString(prev)) || (height == 0 && prev != "") {
		return market.Block{}, errors.New("a hash is not 64 hexadecimal digits")
	}
	if j.Stale == true || j.Stale == 1.0 {
		return market.Block{}, errors.New("the block is not on the best chain")
	}
	t, err := upstream.UnixTime(j.Timestamp, now)
	if err != nil {
		return market.Block{}, err
	}
	bits, ok := j.Bits.Int()
	if !ok || bits < 0 || bits > math.MaxUint32 {
		return market.Block{}, errors.New("the compact target is missing or not one")
	}
	if err := checkBits(uint32(bits), j.Difficulty); err != nil {
		return market.Block{}, err
	}
	return market.Block{Height: height, Hash: hash, PrevHash: prev, Time: t, Bits: uint32(bits), Difficulty: j.Difficulty.V}, nil
}

// checkBits holds the difficulty against the compact target (M2).
func checkBits(bits uint32, difficulty upstream.Number) error {
	if err := checkDifficulty(difficulty); err != nil {
		return err
	}
	want, err := market.DifficultyFromBits(bits)
	if err != nil {
		return fmt.Errorf("the compact target is not one: %w", err)
	}
	if math.Abs(difficulty.V/want-1) > bitsAgreement {
		return fmt.Errorf("the difficulty %g does not agree with the compact target %08x, which gives %g", difficulty.V, bits, want)
	}
	return nil
}

func checkDifficulty(n upstream.Number) error {
	if !n.Given() {
		return errors.New("the difficulty is missing")
	}
	if n.V < 1 || n.V > maxDifficulty {
		return fmt.Errorf("the difficulty %g is not between 1 and %g", n.V, maxDifficulty)
	}
	return nil
}

// optional reads a count of which there is always at least one; nil if it was
// not told.
func optional(n upstream.Number, most int64, what string) (*int64, error) {
	if !n.Given() {
		return nil, nil
	}
	v, ok := n.Int()
	if !ok || v < 0 || v > most {
		return nil, fmt.Errorf("the %s %g is not between 1 and %d", what, n.V, most)
	}
	return &v, nil
}

// amounts reads fees and reward; nil is not told, zero is zero.
func (j blockJSON) amounts() (fees, reward *units.Sats, err error) {
	if fees, err = sats(j.Extras.TotalFees, "fees"); err != nil {
		return nil, nil, err
	}
	reward, err = sats(j.Extras.Reward, "reward")
	return fees, reward, err
}

func sats(n upstream.Number, what string) (*units.Sats, error) {
	if !n.Known || n.V == -1 {
		return nil, nil
	}
	v, ok := n.Int()
	if !ok || v < 0 || v > maxSats {
		return nil, fmt.Errorf("the %s %g sat are not an amount of bitcoin", what, n.V)
	}
	s := units.Sats(v)
	return &s, nil
}

// checkSubsidy holds fees and reward against the subsidy (M1). More than is due
// cannot be: the block as told is wrong. Less has happened, since a miner may
// leave some unclaimed, but as often an amount is wrong: the block is kept, the
// amounts are not.
func checkSubsidy(height int64, fees, reward *units.Sats) (keep bool, err error) {
	if fees == nil || reward == nil {
		return true, nil
	}
	subsidy, err := market.Subsidy(height)
	if err != nil {
		return false, fmt.Errorf("compute the subsidy: %w", err)
	}
	if paid := *reward - *fees; paid != subsidy {
		return paid < subsidy, fmt.Errorf("reward less fees is %d sat at height %d, but the subsidy is %d", paid, height, subsidy)
	}
	return true, nil
}
