package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// topicTelemetry is raised when a cycle has been stored.
const topicTelemetry = "mining.telemetry"

// longestCycle is the longest time between two cycles that is counted as seen.
// A longer one is a pause of ours, and says nothing of the machines.
const longestCycle = 5 * time.Minute

const (
	sqlStoreReadings = `
INSERT INTO mining.unit_reading AS u (unit_id, checked_at, answered_at, fault, why, failures, model, firmware, mode,
       hashrate_hs, average_hs, expected_hs, power_w, inlet_c, board_c, chip_c, fans_rpm, uptime_s, accepted, rejected,
       hw_errors, pool_url, worker, pool_alive)
SELECT x.unit_id, x.at, x.at, '', '', 0, x.model, x.firmware, x.mode, x.hashrate, x.average, x.expected, x.power, x.inlet,
       x.board, x.chip, x.fans, x.uptime, x.accepted, x.rejected, x.hw, x.url, x.worker, x.alive
  FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[],
       $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[],
       $17::bigint[], $18::text[], $19::text[], $20::boolean[])
    AS x(unit_id, at, model, firmware, mode, hashrate, average, expected, power, inlet, board, chip, fans, uptime, accepted,
       rejected, hw, url, worker, alive)
 ORDER BY x.unit_id
ON CONFLICT (unit_id) DO UPDATE SET
       checked_at = EXCLUDED.checked_at, answered_at = EXCLUDED.answered_at, fault = '', why = '', failures = 0,
       model = EXCLUDED.model, firmware = EXCLUDED.firmware, mode = EXCLUDED.mode, hashrate_hs = EXCLUDED.hashrate_hs,
       average_hs = EXCLUDED.average_hs, expected_hs = EXCLUDED.expected_hs, power_w = EXCLUDED.power_w,
       inlet_c = EXCLUDED.inlet_c, board_c = EXCLUDED.board_c, chip_c = EXCLUDED.chip_c, fans_rpm = EXCLUDED.fans_rpm,
       uptime_s = EXCLUDED.uptime_s, accepted = EXCLUDED.accepted, rejected = EXCLUDED.rejected,
       hw_errors = EXCLUDED.hw_errors, pool_url = EXCLUDED.pool_url, worker = EXCLUDED.worker, pool_alive = EXCLUDED.pool_alive
 WHERE u.checked_at <= EXCLUDED.checked_at`
	sqlStoreFaults = `
INSERT INTO mining.unit_reading AS u (unit_id, checked_at, fault, why, failures)
SELECT x.unit_id, x.at, x.fault, x.why, 1
  FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[]) AS x(unit_id, at, fault, why) ORDER BY x.unit_id
ON CONFLICT (unit_id) DO UPDATE SET
       checked_at = EXCLUDED.checked_at, fault = EXCLUDED.fault, why = EXCLUDED.why, failures = u.failures + 1
 WHERE u.checked_at < EXCLUDED.checked_at`
	sqlLastCycle = `SELECT at FROM mining.telemetry_cycle FOR UPDATE`
	sqlSetCycle  = `
INSERT INTO mining.telemetry_cycle (at) VALUES ($1) ON CONFLICT (one) DO UPDATE SET at = EXCLUDED.at`
	sqlAddHours = `
INSERT INTO mining.seen_hours AS h (day, site_id, class_id, seen, hours, hash_hours)
SELECT $1::date, x.site_id, x.class_id, x.seen, x.hours, x.hash_hours
  FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::float8[], $6::float8[]) AS x(site_id, class_id, seen, hours, hash_hours)
 ORDER BY 2, 3, 4
ON CONFLICT (site_id, class_id, day, seen) DO UPDATE
   SET hours = h.hours + EXCLUDED.hours, hash_hours = h.hash_hours + EXCLUDED.hash_hours`
)

// StoreCycle stores the readings of a cycle and adds the time since the cycle
// before to the hours by what was seen, once: a cycle no later than the last
// one adds none. A failed machine keeps what it said last; one that had no turn
// is not touched. It returns how many machines were written.
func (s *Store) StoreCycle(ctx context.Context, at time.Time, readings []mining.Reading, groups []mining.FleetCycle) (int, error) {
	written := 0
	err := s.write(ctx, func(s *Store) error {
		n, err := s.storeReadings(ctx, readings)
		if err != nil {
			return err
		}
		written = n
		if err := s.addHours(ctx, at, groups); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicTelemetry: fmt.Sprint(at.Unix())})
	})
	return written, err
}

func (s *Store) storeReadings(ctx context.Context, readings []mining.Reading) (int, error) {
	var good columnsOfReadings
	var ids []int64
	var times []time.Time
	var faults, whys []string
	for _, r := range readings {
		switch {
		case r.Fault == "":
			good.add(r)
		case r.Fault.Failed():
			why := []rune(printable(r.Why))
			ids, times = append(ids, r.Target.UnitID), append(times, r.At)
			faults, whys = append(faults, string(r.Fault)), append(whys, string(why[:min(len(why), 300)]))
		}
	}
	tag, err := s.q.Exec(ctx, sqlStoreReadings, good.args()...)
	if err != nil {
		return 0, wrap(err, "store the readings of %d machines", len(good.ids))
	}
	n := int(tag.RowsAffected())
	tag, err = s.q.Exec(ctx, sqlStoreFaults, ids, times, faults, whys)
	return n + int(tag.RowsAffected()), wrap(err, "store the faults of %d machines", len(ids))
}

func (s *Store) addHours(ctx context.Context, at time.Time, groups []mining.FleetCycle) error {
	var last time.Time
	err := s.q.QueryRow(ctx, sqlLastCycle).Scan(&last)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return wrap(err, "read the time of the last cycle")
	}
	span := at.Sub(last)
	if err == nil && span <= 0 {
		return nil // this cycle, or a later one, is counted already
	}
	if err == nil && span <= longestCycle {
		if err := s.addSpan(ctx, at, span.Hours(), groups); err != nil {
			return err
		}
	}
	_, err = s.q.Exec(ctx, sqlSetCycle, at)
	return wrap(err, "note the time of the cycle")
}

// addSpan adds hours to the day that holds the end of the cycle.
func (s *Store) addSpan(ctx context.Context, at time.Time, hours float64, groups []mining.FleetCycle) error {
	var sites, classes []int64
	var seen []string
	var sums, work []float64
	for _, g := range groups {
		for what, n := range g.Seen {
			h := 0.0
			if what == mining.SeenHashing {
				h = float64(g.Hashrate.Value) * hours
			}
			sites, classes, seen = append(sites, g.Key.SiteID), append(classes, g.Key.ClassID), append(seen, string(what))
			sums, work = append(sums, float64(n)*hours), append(work, h)
		}
	}
	_, err := s.q.Exec(ctx, sqlAddHours, at.UTC().Format(time.DateOnly), sites, classes, seen, sums, work)
	return wrap(err, "add the hours of %d groups of machines", len(groups))
}

// columnsOfReadings are readings turned on their side, for unnest.
type columnsOfReadings struct {
	ids                                                    []int64
	at                                                     []time.Time
	model, firmware, mode, fans, url, worker               []string
	hashrate, average, expected, power, inlet, board, chip []*float64
	uptime, accepted, rejected, hw                         []*int64
	alive                                                  []*bool
}

func (c *columnsOfReadings) add(r mining.Reading) {
	rate := func(m mining.Maybe[units.Hashrate]) *float64 {
		return nullable(m, func(h units.Hashrate) float64 { return float64(h) })
	}
	number := func(m mining.Maybe[float64]) *float64 { return nullable(m, func(v float64) float64 { return v }) }
	count := func(m mining.Maybe[int64]) *int64 { return nullable(m, func(v int64) int64 { return v }) }
	c.ids, c.at = append(c.ids, r.Target.UnitID), append(c.at, r.At)
	c.model, c.firmware, c.mode = append(c.model, r.Model), append(c.firmware, r.Firmware), append(c.mode, r.Mode)
	c.hashrate, c.average, c.expected = append(c.hashrate, rate(r.Hashrate)), append(c.average, rate(r.Average)), append(c.expected, rate(r.Expected))
	c.power = append(c.power, nullable(r.Power, func(p units.Power) float64 { return float64(p) }))
	c.inlet, c.board, c.chip = append(c.inlet, number(r.InletC)), append(c.board, number(r.BoardC)), append(c.chip, number(r.ChipC))
	c.fans = append(c.fans, strings.Trim(fmt.Sprint(r.FansRPM), "[]"))
	c.uptime = append(c.uptime, nullable(r.Uptime, func(d time.Duration) int64 { return int64(d.Seconds()) }))
	c.accepted, c.rejected, c.hw = append(c.accepted, count(r.Accepted)), append(c.rejected, count(r.Rejected)), append(c.hw, count(r.HardwareErrors))
	c.url, c.worker = append(c.url, r.PoolURL), append(c.worker, r.Worker)
	c.alive = append(c.alive, nullable(r.PoolAlive, func(v bool) bool { return v }))
}

func (c *columnsOfReadings) args() []any {
	return []any{
		c.ids, c.at, c.model, c.firmware, c.mode, c.hashrate, c.average, c.expected, c.power, c.inlet, c.board, c.chip, c.fans,
		c.uptime, c.accepted, c.rejected, c.hw, c.url, c.worker, c.alive,
	}
}

// nullable is a value for a column, nil if it is unknown.
func nullable[A, B any](m mining.Maybe[A], f func(A) B) *B {
	if !m.Known {
		return nil
	}
	v := f(m.Value)
	return &v
}
