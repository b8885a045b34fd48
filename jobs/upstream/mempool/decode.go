package mempool

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

const (
	maxHeight = 13_439_999 // the last block that could pay anything
	maxSats   = 21_000_000 * units.SatsPerBTC
)

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// blockJSON is a block as REST and the websocket tell it; everything under
// extras may be missing.
type blockJSON struct {
	ID         string          `json:"id"`
	Height     *int64          `json:"height"`
	Timestamp  int64           `json:"timestamp"`
	Bits       uint32          `json:"bits"`
	Difficulty upstream.Number `json:"difficulty"`
	TxCount    *int64          `json:"tx_count"`
	Weight     *int64          `json:"weight"`
	Prev       *string         `json:"previousblockhash"`
	Extras     struct {
		TotalFees *int64          `json:"totalFees"`
		Reward    *int64          `json:"reward"`
		MedianFee upstream.Number `json:"medianFee"`
		Pool      *struct {
			Name string `json:"name"`
		} `json:"pool"`
	} `json:"extras"`
}

// block checks a block and says which check failed.
func (j blockJSON) block(now time.Time) (market.Block, error) {
	if j.Height == nil || *j.Height < 0 || *j.Height > maxHeight {
		return market.Block{}, errors.New("the height is not that of a block")
	}
	b := market.Block{
		Height: *j.Height, Hash: j.ID, Time: time.Unix(j.Timestamp, 0).UTC(), Bits: j.Bits, Difficulty: j.Difficulty.V,
		TxCount: j.TxCount, Weight: j.Weight,
	}
	if j.Prev != nil {
		b.PrevHash = *j.Prev
	}
	if !hashForm.MatchString(b.Hash) || (b.Height > 0 && !hashForm.MatchString(b.PrevHash)) || (b.Height == 0 && b.PrevHash != "") {
		return market.Block{}, errors.New("a hash is not 64 hexadecimal digits")
	}
	if err := upstream.CheckTime(b.Time, now); err != nil {
		return market.Block{}, err
	}
	d, err := market.DifficultyFromBits(b.Bits)
	if err != nil {
		return market.Block{}, err
	}
	if !(b.Difficulty > 0) || math.Abs(b.Difficulty/d-1) > 1e-6 {
		return market.Block{}, fmt.Errorf("the difficulty %g does not agree with the compact target, which gives %g", b.Difficulty, d)
	}
	if (b.TxCount != nil && *b.TxCount < 0) || (b.Weight != nil && *b.Weight < 0) {
		return market.Block{}, errors.New("a count is negative")
	}
	return b, j.pay(&b)
}

// pay fills in fees and reward, which must agree with the subsidy (M1).
func (j blockJSON) pay(b *market.Block) error {
	fees, reward := j.Extras.TotalFees, j.Extras.Reward
	for _, v := range []*int64{fees, reward} {
		if v != nil && (*v < 0 || *v > maxSats) {
			return errors.New("fees or reward are not an amount of bitcoin")
		}
	}
	subsidy, err := market.Subsidy(b.Height)
	if err != nil {
		return err
	}
	// A miner may claim less than is due, never more.
	if fees != nil && reward != nil && units.Sats(*reward) > subsidy+units.Sats(*fees) {
		return fmt.Errorf("the reward %d is more than subsidy %d and fees %d", *reward, subsidy, *fees)
	}
	b.TotalFees, b.Reward = (*units.Sats)(fees), (*units.Sats)(reward)
	if m := j.Extras.MedianFee; m.Known && m.V >= 0 {
		b.MedianFee = &m.V
	}
	if j.Extras.Pool != nil {
		b.PoolName = j.Extras.Pool.Name
	}
	return nil
}

func decodeBlocks(body []byte, now time.Time) ([]market.Block, []upstream.Refusal, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the blocks are not a list")
	}
	blocks, refused := checkBlocks(rows, now)
	return blocks, refused, nil
}

func checkBlocks(rows []json.RawMessage, now time.Time) (blocks []market.Block, refused []upstream.Refusal) {
	for _, row := range rows {
		var j blockJSON
		err := json.Unmarshal(row, &j)
		var b market.Block
		if err == nil {
			b, err = j.block(now)
		}
		if err != nil {
			refused = append(refused, upstream.Refusal{Check: err.Error(), Body: string(row)})
			continue
		}
		blocks = append(blocks, b)
	}
	return blocks, refused
}

// unixTime reads a Unix time that may be told under either of two names.
func unixTime(a, b int64, now time.Time) (time.Time, error) {
	if a == 0 {
		a = b
	}
	t := time.Unix(a, 0).UTC()
	return t, upstream.CheckTime(t, now)
}

func decodeHashrates(body []byte, now time.Time) ([]market.Point, []Adjustment, []upstream.Refusal, error) {
	var answer struct {
		Hashrates  []json.RawMessage `json:"hashrates"`
		Difficulty []json.RawMessage `json:"difficulty"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, nil, nil, upstream.Errorf(name, upstream.Malformed, "the hashrates are not the object that is documented")
	}
	var (
		points  []market.Point
		steps   []Adjustment
		refused []upstream.Refusal
	)
	for _, row := range answer.Hashrates {
		p, err := decodeHashrate(row, now)
		if err != nil {
			refused = append(refused, upstream.Refusal{Check: err.Error(), Body: string(row)})
			continue
		}
		points = append(points, p)
	}
	for _, row := range answer.Difficulty {
		a, err := decodeAdjustment(row, now)
		if err != nil {
			refused = append(refused, upstream.Refusal{Check: err.Error(), Body: string(row)})
			continue
		}
		steps = append(steps, a)
	}
	slices.SortStableFunc(points, func(a, b market.Point) int { return a.T.Compare(b.T) })
	slices.SortStableFunc(steps, func(a, b Adjustment) int { return a.T.Compare(b.T) })
	return points, steps, refused, nil
}

func decodeHashrate(row []byte, now time.Time) (market.Point, error) {
	var j struct {
		Timestamp   int64           `json:"timestamp"`
		Time        int64           `json:"time"`
		AvgHashrate upstream.Number `json:"avgHashrate"`
	}
	if err := json.Unmarshal(row, &j); err != nil {
		return market.Point{}, err
	}
	t, err := unixTime(j.Timestamp, j.Time, now)
	if err != nil {
		return market.Point{}, err
	}
	if !(j.AvgHashrate.V > 0 && j.AvgHashrate.V < 1e27) {
		return market.Point{}, fmt.Errorf("the hashrate %g H/s is not one", j.AvgHashrate.V)
	}
	return market.Point{T: t, V: j.AvgHashrate.V}, nil
}

func decodeAdjustment(row []byte, now time.Time) (Adjustment, error) {
	var j struct {
		Time       int64           `json:"time"`
		Timestamp  int64           `json:"timestamp"`
		Height     int64           `json:"height"`
		Difficulty upstream.Number `json:"difficulty"`
		Adjustment upstream.Number `json:"adjustment"`
	}
	if err := json.Unmarshal(row, &j); err != nil {
		return Adjustment{}, err
	}
	t, err := unixTime(j.Time, j.Timestamp, now)
	switch {
	case err != nil:
		return Adjustment{}, err
	case j.Height < 0 || j.Height > maxHeight:
		return Adjustment{}, errors.New("the height is not that of a block")
	case !(j.Difficulty.V >= 1 && j.Difficulty.V < 1e20):
		return Adjustment{}, fmt.Errorf("the difficulty %g is not one", j.Difficulty.V)
	}
	return Adjustment{T: t, Height: j.Height, Difficulty: j.Difficulty.V, Ratio: max(0, j.Adjustment.V)}, nil
}

func decodeFees(body []byte, now time.Time) ([]FeePoint, []upstream.Refusal, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the fees are not a list")
	}
	var (
		points  []FeePoint
		refused []upstream.Refusal
	)
	for _, row := range rows {
		p, err := decodeFee(row, now)
		if err != nil {
			refused = append(refused, upstream.Refusal{Check: err.Error(), Body: string(row)})
			continue
		}
		points = append(points, p)
	}
	slices.SortStableFunc(points, func(a, b FeePoint) int { return a.T.Compare(b.T) })
	return points, refused, nil
}

func decodeFee(row []byte, now time.Time) (FeePoint, error) {
	var j struct {
		AvgHeight upstream.Number `json:"avgHeight"`
		Timestamp int64           `json:"timestamp"`
		AvgFees   upstream.Number `json:"avgFees"`
		USD       upstream.Number `json:"USD"`
	}
	if err := json.Unmarshal(row, &j); err != nil {
		return FeePoint{}, err
	}
	t, err := unixTime(j.Timestamp, 0, now)
	switch {
	case err != nil:
		return FeePoint{}, err
	case !(j.AvgHeight.V >= 0 && j.AvgHeight.V <= maxHeight):
		return FeePoint{}, errors.New("the height is not that of a block")
	case !j.AvgFees.Known || !(j.AvgFees.V >= 0 && j.AvgFees.V <= maxSats):
		return FeePoint{}, fmt.Errorf("the fees %g sat are not an amount", j.AvgFees.V)
	}
	p := FeePoint{T: t, Height: int64(j.AvgHeight.V), Fees: j.AvgFees.V}
	if upstream.CheckPrice(j.USD.V) == nil { // -1 and 0 mean that it is not known
		p.USD = &j.USD.V
	}
	return p, nil
}

func decodeRecommended(body []byte) (Fees, error) {
	var j struct {
		Fastest  upstream.Number `json:"fastestFee"`
		HalfHour upstream.Number `json:"halfHourFee"`
		Hour     upstream.Number `json:"hourFee"`
		Economy  upstream.Number `json:"economyFee"`
		Minimum  upstream.Number `json:"minimumFee"`
	}
	if err := json.Unmarshal(body, &j); err != nil {
		return Fees{}, upstream.Errorf(name, upstream.Malformed, "the recommended fees are not the object that is documented")
	}
	for _, n := range []upstream.Number{j.Fastest, j.HalfHour, j.Hour, j.Economy, j.Minimum} {
		if !n.Known || !(n.V > 0 && n.V < 1e6) {
			return Fees{}, upstream.Errorf(name, upstream.Malformed, "a recommended fee is missing or not a fee rate")
		}
	}
	return Fees{Fastest: j.Fastest.V, HalfHour: j.HalfHour.V, Hour: j.Hour.V, Economy: j.Economy.V, Minimum: j.Minimum.V}, nil
}

// frame is what matters of a websocket frame, whose keys are the topics.
type frame struct {
	Block  *market.Block
	Blocks []market.Block // ascending
}

// decodeFrame reads one frame. A block that fails a check is left out: the poll
// of the same blocks over REST puts it into quarantine.
func decodeFrame(data []byte, now time.Time) (frame, error) {
	var j struct {
		Block  json.RawMessage   `json:"block"`
		Blocks []json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(data, &j); err != nil {
		return frame{}, upstream.Errorf(name, upstream.Malformed, "a frame of the stream cannot be read")
	}
	var f frame
	f.Blocks, _ = checkBlocks(j.Blocks, now)
	slices.SortFunc(f.Blocks, func(a, b market.Block) int { return int(a.Height - b.Height) })
	if len(j.Block) > 0 {
		if one, _ := checkBlocks([]json.RawMessage{j.Block}, now); len(one) == 1 {
			f.Block = &one[0]
		}
	}
	return f, nil
}
