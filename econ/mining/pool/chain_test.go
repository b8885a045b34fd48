package pool_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining/pool"
)

// Each part of a day has its own difficulty, and all have the fees of the day.
func TestADayOfTheChainIsCutAtEpochs(t *testing.T) {
	at := func(hour int) time.Time { return begin.Add(time.Duration(hour) * time.Hour) }
	c := pool.Chain{
		Days: []pool.ChainDay{
			{From: at(0), Blocks: 4, Fees: 40, Whole: true}, {From: at(24), Blocks: 2, Fees: 30, Whole: true}, {From: at(48), Blocks: 1, Fees: 5},
		},
		Epochs: []pool.Epoch{{Difficulty: 100, Subsidy: 8}, {From: at(6), Difficulty: 110, Subsidy: 8}, {From: at(30), Difficulty: 110, Subsidy: 4}},
	}
	for _, test := range []struct {
		what string
		hour int
		want []pool.Network
	}{
		{"with a retarget", 0, []pool.Network{{From: at(0), Difficulty: 100, Subsidy: 8, MeanFees: 10}, {From: at(6), Difficulty: 110, Subsidy: 8, MeanFees: 10}}},
		{"with a halving", 24, []pool.Network{{From: at(24), Difficulty: 110, Subsidy: 8, MeanFees: 15}, {From: at(30), Difficulty: 110, Subsidy: 4, MeanFees: 15}}},
		{"that is not whole", 48, nil},
		{"without a block", 72, nil},
	} {
		if diff := cmp.Diff(test.want, c.Network(at(test.hour), at(test.hour+24))); diff != "" {
			t.Errorf("a day %s: %s", test.what, diff)
		}
	}
	c.Epochs = c.Epochs[1:]
	if parts := c.Network(at(0), at(24)); parts != nil {
		t.Errorf("a day whose first difficulty is not known has the parts %+v", parts)
	}
}
