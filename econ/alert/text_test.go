package alert

import (
	"testing"
	"time"
)

func TestNumberFollowsTheRulesOfThePages(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", -1.5: "−1.5", 999: "999", 1000: "1,000", 1234567.25: "1,234,567.25", -1e6: "−1,000,000",
		0.1 + 0.2: "0.3", 1e-7: "1e-07", 2e15: "2e+15", -0.000001: "−0.000001",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) is %q, want %q", v, got, want)
		}
	}
}

func TestSpanIsInTheTwoLargestUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 seconds", time.Second: "1 second", 90 * time.Second: "1 minute 30 seconds", time.Hour: "1 hour",
		25*time.Hour + 10*time.Minute: "1 day 1 hour", 48*time.Hour + time.Minute: "2 days 1 minute", 400 * time.Millisecond: "0 seconds",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%s) is %q, want %q", d, got, want)
		}
	}
}
