package simulate

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"switchyard/econ/units"
)

// span reads which time is wanted: Unix milliseconds, or dates of which the last
// is part of it; the last thirty days without either.
func (c foundryCall) span() (from, to time.Time, ok bool) {
	now := c.p.world.Now()
	from, to = now.Truncate(24*time.Hour).AddDate(0, 0, -30), now
	if c.q.Has("start") || c.q.Has("end") {
		from, ok1 := date(c.q.Get("start"), from)
		end, ok2 := date(c.q.Get("end"), now.Truncate(24*time.Hour))
		return from, end.AddDate(0, 0, 1), c.sound(ok1 && ok2)
	}
	from, ok1 := millis(c.q.Get("startDateUnixMs"), from)
	to, ok2 := millis(c.q.Get("endDateUnixMs"), to)
	return from, to, c.sound(ok1 && ok2)
}

// sound refuses the call if its range is not.
func (c foundryCall) sound(ok bool) bool {
	if !ok {
		foundryRefuse(c.w, http.StatusBadRequest, "Invalid date range")
	}
	return ok
}

func millis(text string, fallback time.Time) (time.Time, bool) {
	if text == "" {
		return fallback, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMilli(n).UTC(), err == nil
}

// foundryEarnings tells UTC days, the present one among them.
func foundryEarnings(c foundryCall) {
	from, to, ok := c.span()
	if !ok {
		return
	}
	rows := []map[string]any{}
	for _, d := range c.p.daysIn(c.a, from.Truncate(24*time.Hour), to) {
		base := d.Told() - d.Fees
		row := map[string]any{
			"startTime": foundryTime(d.From), "endTime": foundryTime(d.To), "totalAmount": btcNumber(d.Net), "hashrate": gigahashes(d.Hashrate),
			"ppsBaseAmount": btcNumber(base), "txFeeRewardAmount": btcNumber(d.Fees), "fppsRatePercent": percent(d.Told(), base),
			"feeAmount": btcNumber(d.Fee), "feeRatePercent": c.a.Fee * 100,
		}
		rows = append(rows, row)
	}
	answer(c.w, rows)
}

// percent is how many hundredths of one sum another is.
func percent(of, base units.Sats) json.RawMessage {
	if base == 0 {
		return json.RawMessage("0")
	}
	return json.RawMessage(strconv.FormatFloat(100*float64(of)/float64(base), 'f', 4, 64))
}

func foundryHours(c foundryCall) { c.hashrates(time.Hour) }

func foundryDays(c foundryCall) { c.hashrates(24 * time.Hour) }

// hashrates tells a history in steps; the present day has no count of workers.
func (c foundryCall) hashrates(step time.Duration) {
	from, to, ok := c.span()
	if !ok {
		return
	}
	now := c.p.world.Now()
	rows := []map[string]any{}
	for t := later(from, c.a.Begin).UTC().Truncate(step); t.Before(earlier(to, now)); t = t.Add(step) {
		mean := c.p.world.PoolMean(c.a, t, earlier(t.Add(step), now))
		workers := json.RawMessage(strconv.FormatFloat(float64(c.p.world.PoolCounts(c.a, t).Active()), 'f', 1, 64))
		if !t.Before(now.Truncate(24 * time.Hour)) {
			workers = json.RawMessage("-1.0")
		}
		rows = append(rows, map[string]any{
			"time": foundryTime(t), "endTime": foundryTime(t.Add(step)), "unixTime": t.UnixMilli(), "hashrateAccepted": gigahashes(mean),
			"hashrateStale": gigahashes(mean * usualStale), "hashrateRejected": gigahashes(mean * usualRejected), "averageWorkers": workers,
		})
	}
	answer(c.w, rows)
}
