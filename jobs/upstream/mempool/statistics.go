package mempool

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// maxHashrate is far above what any difficulty allowed here takes, in H/s.
const maxHashrate = 1e28

// Adjustment is one change of the difficulty.
type Adjustment struct {
	T          time.Time
	Height     int64
	Difficulty float64
	Ratio      *float64 // new over old; nil if it was not told
}

// FeePoint is the mean of total fees over a bucket of blocks.
type FeePoint struct {
	T      time.Time
	Height int64    // mean height of the bucket
	Fees   float64  // sat per block
	USD    *float64 // price of bitcoin then; nil if it was not told
}

// decodeHashrates reads daily hashrates and the adjustments beside them. Days
// without a value are left out.
func decodeHashrates(body []byte, now time.Time) ([]market.Point, []Adjustment, []upstream.Refusal, error) {
	var answer struct {
		Hashrates  []json.RawMessage `json:"hashrates"`
		Difficulty []json.RawMessage `json:"difficulty"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Hashrates == nil {
		return nil, nil, nil, upstream.Errorf(name, upstream.Malformed, "the hashrates are not the documented object")
	}
	points, refused := upstream.Rows(answer.Hashrates, func(row json.RawMessage) (market.Point, bool, error) {
		var j struct {
			namedTimes
			Hashrate upstream.Number `json:"avgHashrate"`
		}
		if err := upstream.Shape(row, &j); err != nil {
			return market.Point{}, false, err
		}
		t, err := j.at(now)
		if err != nil || !j.Hashrate.Given() {
			return market.Point{}, false, err
		}
		if j.Hashrate.V < 0 || j.Hashrate.V > maxHashrate {
			return market.Point{}, false, fmt.Errorf("the hashrate %g H/s is not one", j.Hashrate.V)
		}
		return market.Point{T: t, V: j.Hashrate.V}, true, nil
	})
	steps, more := upstream.Rows(answer.Difficulty, func(row json.RawMessage) (Adjustment, bool, error) {
		var j struct {
			namedTimes
			Height     upstream.Number `json:"height"`
			Difficulty upstream.Number `json:"difficulty"`
			Adjustment upstream.Number `json:"adjustment"`
		}
		if err := upstream.Shape(row, &j); err != nil {
			return Adjustment{}, false, err
		}
		a, err := adjustment(j.first(), j.Height, j.Difficulty, j.Adjustment, now)
		return a, err == nil, err
	})
	return ascending(points, func(p market.Point) time.Time { return p.T }),
		ascending(steps, Adjustment.at), append(refused, more...), nil
}

// namedTimes is a time under either of the two names it goes by.
type namedTimes struct {
	Time      upstream.Number `json:"time"`
	Timestamp upstream.Number `json:"timestamp"`
}

func (j namedTimes) first() upstream.Number {
	if j.Timestamp.Known {
		return j.Timestamp
	}
	return j.Time
}

func (j namedTimes) at(now time.Time) (time.Time, error) { return upstream.UnixTime(j.first(), now) }

func (a Adjustment) at() time.Time { return a.T }

// adjustment checks one adjustment.
func adjustment(at, height, difficulty, ratio upstream.Number, now time.Time) (Adjustment, error) {
	t, err := upstream.UnixTime(at, now)
	if err != nil {
		return Adjustment{}, err
	}
	h, ok := height.Int()
	if !ok || h < 0 || h > maxHeight {
		return Adjustment{}, errors.New("the height is missing or not that of a block")
	}
	if err := checkDifficulty(difficulty); err != nil {
		return Adjustment{}, err
	}
	a := Adjustment{T: t, Height: h, Difficulty: difficulty.V}
	if ratio.Given() {
		if ratio.V < 0.2 || ratio.V > 5 { // consensus keeps it between a quarter and four
			return Adjustment{}, fmt.Errorf("the adjustment %g is not a ratio between a quarter and four", ratio.V)
		}
		a.Ratio = &ratio.V
	}
	return a, nil
}

// decodeAdjustments reads [[time, height, difficulty, ratio], …], which come
// newest first.
func decodeAdjustments(body []byte, now time.Time) ([]Adjustment, []upstream.Refusal, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the adjustments are not a list")
	}
	steps, refused := upstream.Rows(rows, func(row json.RawMessage) (Adjustment, bool, error) {
		var v []upstream.Number
		if err := upstream.Shape(row, &v); err != nil {
			return Adjustment{}, false, err
		}
		if len(v) < 4 {
			return Adjustment{}, false, errors.New("the adjustment has fewer than four columns")
		}
		a, err := adjustment(v[0], v[1], v[2], v[3], now)
		return a, err == nil, err
	})
	return ascending(steps, Adjustment.at), refused, nil
}

// decodeFeePoints reads mean fees by bucket. Buckets without a value are left
// out.
func decodeFeePoints(body []byte, now time.Time) ([]FeePoint, []upstream.Refusal, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the fees are not a list")
	}
	points, refused := upstream.Rows(rows, func(row json.RawMessage) (FeePoint, bool, error) {
		var j struct {
			namedTimes
			Height upstream.Number `json:"avgHeight"`
			Fees   upstream.Number `json:"avgFees"`
			USD    upstream.Number `json:"USD"`
		}
		if err := upstream.Shape(row, &j); err != nil {
			return FeePoint{}, false, err
		}
		t, err := j.at(now)
		if err != nil || !j.Fees.Known || j.Fees.V == -1 {
			return FeePoint{}, false, err
		}
		if !j.Height.Known || j.Height.V < 0 || j.Height.V > maxHeight {
			return FeePoint{}, false, errors.New("the height is missing or not that of a block")
		}
		if j.Fees.V < 0 || j.Fees.V > maxSats {
			return FeePoint{}, false, fmt.Errorf("the fees %g sat are not an amount of bitcoin", j.Fees.V)
		}
		p := FeePoint{T: t, Height: int64(j.Height.V), Fees: j.Fees.V}
		if upstream.CheckPrice(j.USD) == nil { // 0 in the years before there was one
			p.USD = &j.USD.V
		}
		return p, true, nil
	})
	return ascending(points, func(p FeePoint) time.Time { return p.T }), refused, nil
}

// ascending sorts values by time and keeps the first of each instant.
func ascending[T any](values []T, at func(T) time.Time) []T {
	slices.SortStableFunc(values, func(a, b T) int { return at(a).Compare(at(b)) })
	return slices.CompactFunc(values, func(a, b T) bool { return at(a).Equal(at(b)) })
}
