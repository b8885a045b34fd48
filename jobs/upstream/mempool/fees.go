package mempool

import (
	"encoding/json"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// Fees are recommended fee rates in sat/vB.
type Fees struct{ Fastest, HalfHour, Hour, Economy, Minimum float64 }

// decodeFees reads recommended fees, whole numbers over REST and fractions over
// the websocket.
func decodeFees(body []byte) (Fees, error) {
	var j struct {
		Fastest  upstream.Number `json:"fastestFee"`
		HalfHour upstream.Number `json:"halfHourFee"`
		Hour     upstream.Number `json:"hourFee"`
		Economy  upstream.Number `json:"economyFee"`
		Minimum  upstream.Number `json:"minimumFee"`
	}
	if err := json.Unmarshal(body, &j); err != nil {
		return Fees{}, upstream.Errorf(name, upstream.Malformed, "the recommended fees are not the documented object")
	}
	for _, rate := range [...]upstream.Number{j.Fastest, j.HalfHour, j.Hour, j.Economy, j.Minimum} {
		if !rate.Given() || rate.V < 0 || rate.V > maxFeeRate {
			return Fees{}, upstream.Errorf(name, upstream.Malformed, "a recommended fee rate is missing or not one")
		}
	}
	return Fees{Fastest: j.Fastest.V, HalfHour: j.HalfHour.V, Hour: j.Hour.V, Economy: j.Economy.V, Minimum: j.Minimum.V}, nil
}

// RewardStats sums what the blocks from Start to End paid.
type RewardStats struct {
	Start, End   int64      // heights, both counted
	Reward, Fees units.Sats // Reward includes Fees
	Transactions int64
}

// decodeRewardStats reads sums, which come as strings. More reward than
// subsidies and fees together cannot be.
func decodeRewardStats(body []byte) (RewardStats, error) {
	var j struct {
		Start  upstream.Number `json:"startBlock"`
		End    upstream.Number `json:"endBlock"`
		Reward upstream.Number `json:"totalReward"`
		Fees   upstream.Number `json:"totalFee"`
		Tx     upstream.Number `json:"totalTx"`
	}
	if err := json.Unmarshal(body, &j); err != nil {
		return RewardStats{}, upstream.Errorf(name, upstream.Malformed, "the reward statistics are not the documented object")
	}
	start, ok1 := j.Start.Int()
	end, ok2 := j.End.Int()
	if !ok1 || !ok2 || start < 0 || end < start || end > maxHeight {
		return RewardStats{}, upstream.Errorf(name, upstream.Malformed, "the reward statistics do not say of which blocks they are")
	}
	reward, ok1 := j.Reward.Int()
	fees, ok2 := j.Fees.Int()
	tx, ok3 := j.Tx.Int()
	if !ok1 || !ok2 || !ok3 || reward < 0 || reward > maxSats || fees < 0 || fees > maxSats || tx < 0 {
		return RewardStats{}, upstream.Errorf(name, upstream.Malformed, "a sum of the reward statistics is missing or not one")
	}
	subsidies, err := subsidiesOf(start, end)
	if err != nil {
		return RewardStats{}, err
	}
	if units.Sats(reward-fees) > subsidies {
		return RewardStats{}, upstream.Errorf(name, upstream.Malformed,
			"reward less fees of blocks %d to %d is %d sat, more than their subsidies of %d", start, end, reward-fees, subsidies)
	}
	return RewardStats{Start: start, End: end, Reward: units.Sats(reward), Fees: units.Sats(fees), Transactions: tx}, nil
}

// subsidiesOf sums the subsidies of the blocks from start to end (M1).
func subsidiesOf(start, end int64) (units.Sats, error) {
	through, err := market.IssuedThrough(end)
	if err != nil {
		return 0, upstream.Errorf(name, upstream.Malformed, "the subsidies are not known: %v", err)
	}
	if start == 0 {
		return through, nil
	}
	before, err := market.IssuedThrough(start - 1)
	if err != nil {
		return 0, upstream.Errorf(name, upstream.Malformed, "the subsidies are not known: %v", err)
	}
	return through - before, nil
}

// Prices is the instance's index price of bitcoin.
type Prices struct {
	T          time.Time
	ByCurrency map[string]float64 // by upper-case code; one without data is absent
}

// decodePrices reads the index price; -1 means that there is none.
func decodePrices(body []byte, now time.Time) (Prices, error) {
	var j map[string]upstream.Number
	if err := json.Unmarshal(body, &j); err != nil {
		return Prices{}, upstream.Errorf(name, upstream.Malformed, "the prices are not the documented object")
	}
	t, err := upstream.UnixTime(j["time"], now)
	if err != nil {
		return Prices{}, upstream.Errorf(name, upstream.Malformed, "the prices have no time: %v", err)
	}
	p := Prices{T: t, ByCurrency: map[string]float64{}}
	for code, price := range j {
		if code == "time" || !price.Given() {
			continue
		}
		if code == "USD" {
			if err := upstream.CheckPrice(price); err != nil {
				return Prices{}, upstream.Errorf(name, upstream.Malformed, "%v", err)
			}
		}
		if price.V <= 0 {
			return Prices{}, upstream.Errorf(name, upstream.Malformed, "the price in %.10s is negative", code)
		}
		p.ByCurrency[code] = price.V
	}
	return p, nil
}
