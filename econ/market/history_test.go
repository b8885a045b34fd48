package market_test

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchyard/econ/market"
)

// history reads a file of recorded facts, by column, where they are present.
func history(t *testing.T, name string) []map[string]string {
	t.Helper()
	folder := os.Getenv("SWITCHYARD_SHARED_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	file, err := os.Open(filepath.Join(folder, name))
	if os.IsNotExist(err) {
		t.Skip("shared/data is not present")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // read only
	var in io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]string, len(rows)-1)
	for i, row := range rows[1:] {
		out[i] = map[string]string{}
		for j, column := range rows[0] {
			out[i][column] = row[j]
		}
	}
	return out
}

func float(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// bitsOf is the compact target of a printed difficulty.
func bitsOf(difficulty float64) uint32 {
	target, _ := new(big.Float).Quo(
		new(big.Float).SetMantExp(big.NewFloat(0xffff), 208), big.NewFloat(difficulty)).Int(nil)
	return market.BitsFromTarget(target)
}

func TestSubsidyOfEveryHalving(t *testing.T) {
	for _, row := range history(t, "halvings.csv") {
		got, err := market.Subsidy(int64(float(t, row["height"])))
		if want := float(t, row["subsidy_btc_from_this_height"]) * 1e8; err != nil || float64(got) != want {
			t.Errorf("height %s: got %d, %v, want %g", row["height"], got, err, want)
		}
	}
}

// Every difficulty there has been comes from a compact target, and none moved
// by more than the rule allows.
func TestDifficultyOfEveryEpoch(t *testing.T) {
	before := 0.0
	for _, row := range history(t, "difficulty_epochs.csv") {
		want := float(t, row["difficulty"])
		bits := bitsOf(want)
		// Printed difficulties are rounded, the target may lie a step beside.
		best := math.Inf(1)
		for _, b := range []uint32{bits - 1, bits, bits + 1} {
			if d, err := market.DifficultyFromBits(b); err == nil {
				best = min(best, math.Abs(d-want))
			}
		}
		if best > 0.00005+want*1e-15 { // the file has 4 decimals
			t.Errorf("epoch %s: %g is %.3g beside the nearest compact target", row["epoch"], want, best)
		}
		if before != 0 && (want < before/4.001 || want > before*4.001) {
			t.Errorf("epoch %s: from %g to %g", row["epoch"], before, want)
		}
		before = want
	}
}

// seenEpochs are the difficulty of each epoch, and when a node first saw each
// block of some of them.
func seenEpochs(t *testing.T) (difficulty map[int64]float64, seen map[int64]time.Time) {
	t.Helper()
	difficulty, seen = map[int64]float64{}, map[int64]time.Time{}
	for _, row := range history(t, "difficulty_epochs.csv") {
		difficulty[int64(float(t, row["epoch"]))] = float(t, row["difficulty"])
	}
	for _, row := range history(t, "blocks_arrivals.csv.gz") {
		at, err := time.Parse(time.RFC3339, row["arrival_time_utc"])
		if err != nil {
			t.Fatal(err)
		}
		seen[int64(float(t, row["height"]))] = at
	}
	return difficulty, seen
}

// The rule, fed with the times at which a node saw the first and last block of
// an epoch, tells the difficulty that came. Headers carry other times than
// arrivals: half of a thousandth covers it.
func TestRetargetOfSeenEpochs(t *testing.T) {
	difficulty, seen := seenEpochs(t)
	epochs, worst := 0, 0.0
	for epoch, before := range difficulty {
		first, last := seen[epoch*market.EpochBlocks], seen[(epoch+1)*market.EpochBlocks-1]
		want, known := difficulty[epoch+1]
		if first.IsZero() || last.IsZero() || !known {
			continue
		}
		bits, err := market.NextBits(bitsOf(before), first, last)
		if err != nil {
			t.Fatal(err)
		}
		got, err := market.DifficultyFromBits(bits)
		if err != nil {
			t.Fatal(err)
		}
		epochs++
		worst = max(worst, math.Abs(got/want-1))
	}
	if epochs < 15 || worst > 0.0005 {
		t.Errorf("%d epochs, the farthest off by %.3f %%", epochs, worst*100)
	}
}

// The 90 % band of the next adjustment, asked at seven moments of each seen
// epoch, held what came about nine times of ten.
func TestBandHeldWhatCame(t *testing.T) {
	difficulty, seen := seenEpochs(t)
	held, asked := 0, 0
	for epoch, before := range difficulty {
		after, known := difficulty[epoch+1]
		for _, n := range []int64{36, 100, 250, 500, 1000, 1500, 1900} {
			first, latest := seen[epoch*market.EpochBlocks], seen[epoch*market.EpochBlocks+n]
			if first.IsZero() || latest.IsZero() || !known {
				continue
			}
			a, err := market.NextAdjustment(market.EpochState{
				Height: epoch*market.EpochBlocks + n, First: first, Latest: latest, Now: latest, Difficulty: before,
			})
			if err != nil {
				t.Fatal(err)
			}
			asked++
			if change := after/before - 1; a.Low <= change && change <= a.High {
				held++
			}
		}
	}
	if share := float64(held) / float64(asked); !(share > 0.80 && share < 0.98) {
		t.Errorf("%d of %d bands held", held, asked)
	}
}

func TestHashpriceOfEveryDay(t *testing.T) {
	network := map[string]map[string]string{}
	for _, row := range history(t, "btc_network_daily.csv") {
		network[row["date"]] = row
	}
	days := 0
	for _, row := range history(t, "hashprice_daily_derived.csv") {
		day := network[row["date"]]
		height := int64(float(t, day["tip_height"]))
		if height%market.HalvingInterval < 2*144 { // the day of a halving has two subsidies
			continue
		}
		subsidy, err := market.Subsidy(height)
		if err != nil {
			t.Fatal(err)
		}
		h, err := market.ComputeHashprice(float(t, day["difficulty_end_of_day"]), subsidy, float(t, row["fees_per_block_7d_btc"])*1e8, float(t, day["price_usd"]))
		if err != nil {
			t.Fatal(err)
		}
		days++
		// The file rounds: a bitcoin to 10 decimals, a dollar to 4, fees to 8.
		btc, usd := float(t, row["hashprice_btc_per_ph_day"]), float(t, row["hashprice_usd_per_ph_day"])
		near(t, row["date"]+" BTC", h.SatPerPHDay/1e8, btc, 1e-10+btc*2e-9)
		near(t, row["date"]+" USD", h.USDPerPHDay, usd, 1e-4+usd*2e-9)
	}
	if days < 3_000 {
		t.Errorf("only %d days compared", days)
	}
}
