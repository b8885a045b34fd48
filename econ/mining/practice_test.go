package mining_test

import (
	"testing"

	"switchyard/econ/mining"
)

func TestAPracticeIsAppliedToACopyOfTheGroups(t *testing.T) {
	groups := baseGroups(1)
	got := mining.DefaultPractice().Apply(groups)
	near(t, "uptime", got[1].Uptime, 0.974, 1e-12)
	near(t, "pool fee", got[1].PoolFee, 0.018, 1e-12)
	if got[1].OtherUSDPerMWh != 4.2 || got[1].StartUSDPerMW != 6 || got[1].StopUSDPerMW != 3 || got[1].MinimumOffHours != 1 || got[1].Validate() != nil {
		t.Errorf("applied: %+v", got[1])
	}
	if groups[1].Uptime != 1 || groups[1].MinimumOffHours != 0 {
		t.Error("the groups given were changed")
	}
}
