package market_test

import (
	"testing"
	"time"

	"switchyard/econ/market"
)

func TestRoomOfAKey(t *testing.T) {
	for key, want := range map[string]string{"market.btc_usd.kraken": "market", "ai.revenue_usd": "ai", "alone": "alone", "": ""} {
		if got := (market.SeriesDef{Key: key}).Room(); got != want {
			t.Errorf("room of %q: got %q, want %q", key, got, want)
		}
	}
}

func TestWidthOfALevel(t *testing.T) {
	for level, want := range map[market.Level]time.Duration{
		market.LevelTick: time.Second, market.LevelMinute: time.Minute, market.LevelHour: time.Hour, market.LevelDay: 24 * time.Hour,
	} {
		if got := level.Width(); got != want {
			t.Errorf("%s: got %s, want %s", level, got, want)
		}
	}
}
