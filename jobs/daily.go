package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream/mempool"
)

const (
	oneDay = 24 * time.Hour
	// dailyEvery is how often the daily statistics are read: the party renews
	// them once an hour.
	dailyEvery = time.Hour
)

// dailyPeriod is the shortest period mempool knows that reaches back to from,
// with the adjustment before it: adjustments are about two weeks apart, and at
// most eight.
func dailyPeriod(from, now time.Time) string {
	need := now.Sub(from) + 20*oneDay
	for _, p := range []struct {
		name string
		days int
	}{{"1m", 28}, {"3m", 89}, {"6m", 181}, {"1y", 365}, {"2y", 730}, {"3y", 1095}, {"4y", 1460}} {
		if need <= time.Duration(p.days)*oneDay {
			return p.name
		}
	}
	return "all"
}

// fillDaily fills the days of hashrate, difficulty, fees per block and prices
// that are missing from from on, and the daily hashprice out of them.
func (e *Env) fillDaily(ctx context.Context, from time.Time, tell told) (int64, error) {
	today := e.Now().UTC().Truncate(oneDay)
	days := int(today.Sub(from) / oneDay)
	rows, err := e.fillStatistics(ctx, from, today)
	tell(days/2, days)
	if ctx.Err() != nil {
		return rows, err
	}
	n, fillErr := e.fillLevel(ctx, market.LevelDay, from, today, func(done, total int) {
		tell(days/2+done*(days-days/2)/max(total, 1), days)
	})
	return rows + n, errors.Join(err, fillErr)
}

// fillStatistics reads mempool's daily statistics once an hour, as far back as
// a day is missing, and stores what is new.
func (e *Env) fillStatistics(ctx context.Context, from, today time.Time) (int64, error) {
	if read := e.filler.dailyRead(); !read.IsZero() && e.Now().Sub(read) < dailyEvery {
		return 0, nil // what is missing now was not there to be had
	}
	oldest := today.Add(-hourSpan) // the hashprice of the hours stands on these days too
	for _, key := range []string{keyHashrate, keyDifficulty, keyFeesPerBlock, keyHashpriceSat} {
		times, err := missing(ctx, e.Store, key, market.LevelDay, from, today)
		if err != nil {
			return 0, err
		}
		if len(times) > 0 {
			oldest = earlier(oldest, times[0])
		}
	}
	rows, err := e.readStatistics(ctx, oldest, today)
	e.sources.checked(ctx, sourceDaily, rows > 0, err)
	return rows, err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// readStatistics reads the daily statistics from a day on and stores what is
// missing.
func (e *Env) readStatistics(ctx context.Context, from, today time.Time) (int64, error) {
	period := dailyPeriod(from, e.Now())
	hashrates, steps, refused, err := e.Mempool.DailyHashrates(ctx, period)
	if err != nil {
		return 0, fmt.Errorf("ask for the hashrates of %s: %w", period, err)
	}
	e.quarantine(ctx, roomMarket, sourceDaily, refused)
	fees, refused, err := e.Mempool.DailyFees(ctx, period)
	if err != nil {
		return 0, fmt.Errorf("ask for the fees of %s: %w", period, err)
	}
	e.quarantine(ctx, roomMarket, sourceDaily, refused)

	slices.SortFunc(steps, func(a, b mempool.Adjustment) int { return a.T.Compare(b.T) })
	feeDays := meanFeesByDay(fees)
	e.filler.keepDays(payByDay(feeDays, steps), e.Now())

	var rows int64
	for _, s := range []struct {
		key  string
		bars []market.Bar
	}{
		{keyHashrate, barsOfPoints(hashrates, e.Now())},
		{keyDifficulty, difficultyByDay(steps, from, today)},
		{keyFeesPerBlock, feeBars(feeDays)},
	} {
		bars := slices.DeleteFunc(s.bars, func(b market.Bar) bool { return b.T.Before(from) })
		n, err := e.insertBars(ctx, s.key, market.LevelDay, bars)
		if err != nil {
			return rows, err
		}
		rows += n
	}
	return rows, nil
}

// barsOfPoints turns daily values into the bars of their days.
func barsOfPoints(points []market.Point, now time.Time) []market.Bar {
	bars := make([]market.Bar, 0, len(points))
	for _, p := range points {
		if !p.T.After(now) {
			bars = append(bars, oneValue(p.T.UTC().Truncate(oneDay), p.V))
		}
	}
	return bars
}

// oneValue is the bar of an interval of which one value is known.
func oneValue(t time.Time, v float64) market.Bar {
	return market.Bar{T: t, N: 1, Sum: v, Min: v, Max: v, First: v, Last: v}
}

// difficultyAt is the difficulty in force at t; zero before the first step.
func difficultyAt(steps []mempool.Adjustment, t time.Time) float64 {
	difficulty := 0.0
	for _, step := range steps {
		if step.T.After(t) {
			break
		}
		difficulty = step.Difficulty
	}
	return difficulty
}

// stepWithin is the adjustment inside the day that begins at day, if any.
func stepWithin(steps []mempool.Adjustment, day time.Time) (mempool.Adjustment, bool) {
	for _, step := range steps {
		if step.T.After(day) && step.T.Before(day.Add(oneDay)) {
			return step, true
		}
	}
	return mempool.Adjustment{}, false
}

// difficultyByDay is the difficulty in force on each closed day: one value, or
// the one before and the one after on the day of an adjustment.
func difficultyByDay(steps []mempool.Adjustment, from, today time.Time) []market.Bar {
	var bars []market.Bar
	for day := from; day.Before(today); day = day.Add(oneDay) {
		before := difficultyAt(steps, day)
		if before == 0 {
			continue
		}
		bar := oneValue(day, before)
		if step, ok := stepWithin(steps, day); ok {
			after := step.Difficulty
			bar = market.Bar{
				T: day, N: 2, Sum: before + after, Min: min(before, after), Max: max(before, after), First: before, Last: after,
			}
		}
		bars = append(bars, bar)
	}
	return bars
}

// dayFees is what blocks of one day paid on average, sat per block.
type dayFees struct {
	day       time.Time
	fees, pay float64 // pay includes the subsidy
}

// meanFeesByDay averages the buckets of each day that is over: one after which
// there is a later bucket.
func meanFeesByDay(buckets []mempool.FeePoint) []dayFees {
	var days []dayFees
	var counts []float64
	for _, b := range buckets {
		day := b.T.UTC().Truncate(oneDay)
		subsidy, err := market.Subsidy(b.Height)
		if err != nil {
			continue // a height below zero, which the decoder refuses
		}
		if n := len(days); n == 0 || !days[n-1].day.Equal(day) {
			days, counts = append(days, dayFees{day: day}), append(counts, 0)
		}
		n := len(days) - 1
		days[n].fees += b.Fees
		days[n].pay += b.Fees + float64(subsidy)
		counts[n]++
	}
	for i := range days {
		days[i].fees /= counts[i]
		days[i].pay /= counts[i]
	}
	return days[:max(len(days)-1, 0)]
}

func feeBars(days []dayFees) []market.Bar {
	bars := make([]market.Bar, len(days))
	for i, d := range days {
		bars[i] = oneValue(d.day, d.fees)
	}
	return bars
}

// payByDay is the BTC leg of M3 of each day: its mean pay per block at the
// difficulty in force, weighted by time on the day of an adjustment.
func payByDay(days []dayFees, steps []mempool.Adjustment) payTrack {
	var track payTrack
	for _, d := range days {
		before := difficultyAt(steps, d.day)
		if before == 0 {
			continue
		}
		sat, err := basis{difficulty: before, fees: d.pay}.satPerPHDay()
		if err != nil {
			continue
		}
		if step, ok := stepWithin(steps, d.day); ok {
			after, err := basis{difficulty: step.Difficulty, fees: d.pay}.satPerPHDay()
			if err != nil {
				continue
			}
			share := step.T.Sub(d.day).Hours() / oneDay.Hours()
			sat = sat*share + after*(1-share)
		}
		track = append(track, payStep{from: d.day, until: d.day.Add(oneDay), sat: sat})
	}
	return track
}
