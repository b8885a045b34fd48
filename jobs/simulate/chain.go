package simulate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"sort"
	"strings"
	"sync"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/units"
)

// A height whose time is known, to place a world's chain in the calendar.
const (
	knownHeight = 840_000
	knownTime   = 1_713_571_767 // 20 April 2024
	meanSpacing = 597           // seconds a block took on average over the years around it
)

// How the hashrate follows what mining pays.
const (
	payReversion = 0.03  // of the distance to the pay at which miners rest, per day
	payNoise     = 0.006 // of a day, in logs
	payStart     = 55.0  // USD per PH/s per day at which miners rest, at the beginning
	payOrigin    = 38.7  // the same at the origin: machines have become better
)

// chain grows block by block as time passes; what it has grown never changes,
// but for a reorganisation that a test asks for.
type chain struct {
	noise  noise
	begin  int64 // Unix time of the first block
	first  int64 // its height, the beginning of an epoch
	prices *priceModel

	mu           sync.Mutex // guards all below
	times        []int64    // Unix time of each block
	exact        float64    // time of the last block, not cut to seconds
	bits         []uint32   // compact target of each epoch
	difficulties []float64  // the same as difficulty
	hashing      []float64  // hashrate of each day, H/s
	salts        map[int64]int64
}

func newChain(n noise, begin int64, prices *priceModel) *chain {
	height := knownHeight + (begin-knownTime)/meanSpacing
	c := &chain{
		noise: n, begin: begin, first: height / market.EpochBlocks * market.EpochBlocks, prices: prices,
		times: []int64{begin}, exact: float64(begin), salts: make(map[int64]int64),
	}
	rate := c.restingHashrate(0)
	c.hashing = []float64{rate}
	c.addTarget(bitsOf(rate * 600 / (1 << 32)))
	return c
}

// bitsOf is the compact target of a difficulty.
func bitsOf(difficulty float64) uint32 {
	unit := new(big.Float).SetInt(new(big.Int).Lsh(big.NewInt(0xffff), 208))
	target, _ := new(big.Float).Quo(unit, big.NewFloat(difficulty)).Int(nil)
	return market.BitsFromTarget(target)
}

// addTarget begins an epoch with a target.
func (c *chain) addTarget(bits uint32) {
	d, err := market.DifficultyFromBits(bits)
	if err != nil {
		panic(err) // the chain's own targets are valid
	}
	c.bits, c.difficulties = append(c.bits, bits), append(c.difficulties, d)
}

// subsidyAt is the subsidy expected on a day: the era by the calendar, which
// the chain follows closely.
func (c *chain) subsidyAt(day int64) float64 {
	height := c.first + day*secondsPerDay/meanSpacing
	s, err := market.Subsidy(height)
	if err != nil {
		return 0
	}
	return float64(s)
}

// restingPay is the pay at which miners neither come nor go: it falls as
// machines become better, and falls less than by half at a halving.
func (c *chain) restingPay(day int64) float64 {
	f := float64(day) / pastDays
	base := math.Exp(math.Log(payStart)*(1-f) + math.Log(payOrigin)*f)
	return base * math.Pow(c.subsidyAt(day)/312_500_000, 0.7)
}

// restingHashrate is the hashrate at which mining pays just that.
func (c *chain) restingHashrate(day int64) float64 {
	reward := c.subsidyAt(day) * 1.01
	usdPerDay := reward / units.SatsPerBTC * math.Exp(c.prices.day(day)) * secondsPerDay / 600
	return usdPerDay / c.restingPay(day) * 1e15
}

// hashrate of a day: yesterday's, drawn towards rest, with noise.
func (c *chain) hashrate(day int64) float64 {
	for int64(len(c.hashing)) <= day {
		d := int64(len(c.hashing))
		last := c.hashing[d-1]
		gap := math.Log(c.restingHashrate(d) / last)
		c.hashing = append(c.hashing, last*math.Exp(payReversion*gap+payNoise*c.noise.normal(streamHashrate, d)))
	}
	return c.hashing[day]
}

// grow adds the blocks that are due at an instant.
func (c *chain) grow(now int64) {
	for {
		height := c.first + int64(len(c.times))
		epoch := (height - c.first) / market.EpochBlocks
		if int64(len(c.bits)) <= epoch {
			c.retarget()
		}
		difficulty := c.difficulties[epoch]
		day := max(0, (int64(c.exact)-c.begin)/secondsPerDay)
		mean := market.HashesPerBlock(difficulty) / c.hashrate(day)
		next := c.exact + mean*c.noise.exponential(streamBlock, height, c.salts[height])
		if int64(next) > now {
			return
		}
		c.exact = next
		c.times = append(c.times, int64(next))
	}
}

// retarget sets the target of the next epoch (M4).
func (c *chain) retarget() {
	n := len(c.times)
	bits, err := market.NextBits(c.bits[len(c.bits)-1], time.Unix(c.times[n-market.EpochBlocks], 0), time.Unix(c.times[n-1], 0))
	if err != nil {
		panic(err) // the chain's own targets are valid
	}
	c.addTarget(bits)
}

// pools are those who find blocks, with their shares in percent. The names are
// made up.
var pools = [...]struct {
	name  string
	share float64
}{
	{"Harbour Pool", 29}, {"Anvil", 19}, {"Longshore", 14}, {"Openshare", 11}, {"Kelp Mining", 9}, {"Bastion", 7}, {"Tarn", 6}, {"", 5},
}

// block describes a block that has been grown.
func (c *chain) block(height int64) (market.Block, bool) {
	i := height - c.first
	if i < 0 || i >= int64(len(c.times)) {
		return market.Block{}, false
	}
	epoch := i / market.EpochBlocks
	fees, subsidy := units.Sats(c.fees(height)), units.Sats(0)
	if s, err := market.Subsidy(height); err == nil {
		subsidy = s
	}
	reward := subsidy + fees
	median := math.Round((1+float64(fees)/1.5e6*c.noise.uniform(streamFees, height, 1))*100) / 100
	txs := 1500 + int64(3000*c.noise.uniform(streamFees, height, 2))
	weight := 3_990_000 + int64(9_000*c.noise.uniform(streamFees, height, 3))
	return market.Block{
		Height: height, Hash: c.hash(height), PrevHash: c.hash(height - 1), Time: time.Unix(c.times[i], 0).UTC(),
		Bits: c.bits[epoch], Difficulty: c.difficulties[epoch], TxCount: &txs, Weight: &weight,
		TotalFees: &fees, Reward: &reward, MedianFee: &median, PoolName: c.pool(height),
	}, true
}

// fees of a block in satoshi: log-normal around a mean that goes up and down
// over the weeks.
func (c *chain) fees(height int64) int64 {
	cycle := math.Sin(float64(height)/9_000) + 0.6*math.Sin(float64(height)/1_700)
	return int64(2_600_000 * math.Exp(0.35*cycle+0.45*c.noise.normal(streamFees, height, c.salts[height])))
}

func (c *chain) pool(height int64) string {
	at := 100 * c.noise.uniform(streamPool, height, c.salts[height])
	for _, p := range pools {
		if at -= p.share; at < 0 {
			return p.name
		}
	}
	return ""
}

// hash of a block: 19 zeros and then digits that depend on the height and on
// which branch it stands.
func (c *chain) hash(height int64) string {
	var b [24]byte
	binary.BigEndian.PutUint64(b[0:], c.noise.seed)
	binary.BigEndian.PutUint64(b[8:], uint64(height))           //nolint:gosec // only the bits matter
	binary.BigEndian.PutUint64(b[16:], uint64(c.salts[height])) //nolint:gosec // only the bits matter
	sum := sha256.Sum256(b[:])
	return strings.Repeat("0", 19) + hex.EncodeToString(sum[:])[:45]
}

// Tip is the newest block at the world's present.
func (w *World) Tip() market.Block {
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grow(w.Now().Unix())
	b, _ := c.block(c.first + int64(len(c.times)) - 1)
	return b
}

// Block is a block of the past; false for one that is not there yet, or lies
// before the world's beginning.
func (w *World) Block(height int64) (market.Block, bool) {
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grow(w.Now().Unix())
	return c.block(height)
}

// heightsIn are the heights of the blocks with times in [from, to).
func (w *World) heightsIn(from, to time.Time) (first, last int64) {
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grow(w.Now().Unix())
	search := func(t int64) int64 {
		return c.first + int64(sort.Search(len(c.times), func(i int) bool { return c.times[i] >= t }))
	}
	return search(from.Unix()), search(to.Unix()) - 1
}

// Reorg replaces the newest depth blocks, at most those of the present epoch,
// by another branch: other hashes, fees and finders at the same times.
func (w *World) Reorg(depth int) {
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grow(w.Now().Unix())
	depth = min(depth, (len(c.times)-1)%market.EpochBlocks)
	top := c.first + int64(len(c.times)) - 1
	for h := top - int64(depth) + 1; h <= top; h++ {
		c.salts[h]++
	}
}

// Fees are a block's total fees in satoshi.
func (w *World) Fees(height int64) int64 {
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fees(height)
}
