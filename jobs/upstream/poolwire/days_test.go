package poolwire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

func TestADayOfTwoHashratesHasNone(t *testing.T) {
	row := func(n int, rate string) json.RawMessage {
		return fmt.Appendf(nil, `{"day":%d,"rate":%s}`, day(n).Unix(), rate)
	}
	rates, refused := DailyRates([]json.RawMessage{row(20, "1"), row(20, "1"), row(21, "2"), row(21, "3"), row(22, "{}"), row(22, "null")},
		func(o *Object) (mining.Maybe[time.Time], mining.Maybe[units.Hashrate]) {
			return o.Unix("day", now()), o.Hashrate("rate", 1)
		})
	if len(refused) != 2 || refused[0].Check != "rate is not a number" || refused[1].Check != "the day or its hashrate is missing" {
		t.Errorf("refused %v", refused)
	}
	none := mining.Unknown[units.Hashrate]("not told")
	earnings := []pool.Earning{{From: day(20), Hashrate: none}, {From: day(21), Hashrate: none}, {From: day(22), Hashrate: none}}
	rates.Into(earnings)
	if earnings[0].Hashrate != mining.Of(units.Hashrate(1)) || earnings[1].Hashrate.Known || earnings[2].Hashrate != none {
		t.Errorf("got %+v", earnings)
	}
}

func TestAFactIsNotedOnceAndNotForever(t *testing.T) {
	var log bytes.Buffer
	f := NewFacts("party", slog.New(slog.NewTextHandler(&log, nil)))
	for range 2 {
		for i := range 3 * mostFacts {
			f.Saw("word", fmt.Sprint(i))
		}
	}
	if n := strings.Count(log.String(), "\n"); n != mostFacts || !strings.Contains(log.String(), "upstream=party fact=word form=0\n") {
		t.Errorf("%d facts were noted, want %d", n, mostFacts)
	}
}
