package notify

import (
	"testing"
	"time"
)

func TestBackoffFollowsTheSchedule(t *testing.T) {
	want := []time.Duration{
		0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
	for attempt, least := range want {
		for _, chance := range []float64{0, 0.5, 0.999} {
			got, more := Backoff(attempt, func() float64 { return chance })
			most := least + time.Duration(0.2*chance*float64(least))
			if !more || got < least || got != most {
				t.Errorf("attempt %d with chance %v waits %s, %t; want %s", attempt, chance, got, more, most)
			}
		}
	}
	for _, attempt := range []int{-1, len(want), 1000} {
		if got, more := Backoff(attempt, func() float64 { return 0 }); more || got != 0 {
			t.Errorf("attempt %d waits %s, %t; want none", attempt, got, more)
		}
	}
}
