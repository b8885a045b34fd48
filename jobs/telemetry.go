package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/jobs/upstream/cgminer"
)

// sourceMiners is the source of what machines say of themselves.
const sourceMiners = "miners.telemetry"

// cycleWithin is how long a cycle may ask; storing takes the rest of its minute.
const cycleWithin = 45 * time.Second

// telemetry is what a term keeps between cycles.
type telemetry struct {
	poller   *cgminer.Poller
	off      bool            // no network may be asked
	declared map[string]bool // series that are known to the store; one run at a time touches it
}

func newTelemetry(o cgminer.Options) *telemetry {
	return &telemetry{poller: cgminer.NewPoller(o), off: len(o.Networks) == 0, declared: make(map[string]bool)}
}

// pollMachines asks every machine of the register once, stores what each said,
// the hours by what was seen, and the sums by site and by class at a site.
func pollMachines(ctx context.Context, env *Env) (int64, error) {
	if env.telemetry.off {
		env.Note(ctx, "No network is named in which machines may be asked.", 0)
		return 0, nil
	}
	targets, err := env.Store.TelemetryTargets(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask the register for machines: %w", err)
	}
	if len(targets) == 0 {
		env.Note(ctx, "No machine of the register has an address.", 0)
		return 0, nil
	}
	at := secondOf(env.Now())
	asking, done := context.WithTimeout(ctx, cycleWithin)
	readings := env.telemetry.poller.Poll(asking, targets)
	done()
	if ctx.Err() != nil {
		return 0, context.Cause(ctx) // stopped by us: half a cycle says nothing of the fleet
	}
	note, answered := tally(readings)
	env.sources.checked(ctx, sourceMiners, answered, unanswered(note, answered))
	groups := mining.CountCycle(readings)
	rows, err := env.Store.StoreCycle(ctx, at, readings, groups)
	if err != nil {
		return 0, fmt.Errorf("store a cycle of %d machines: %w", len(targets), err)
	}
	n, err := env.storeSums(ctx, at, groups)
	env.Note(ctx, note, int64(rows))
	return int64(rows + n), err
}

// unanswered is the error of a cycle in which no machine answered.
func unanswered(note string, answered bool) error {
	if answered {
		return nil
	}
	return errors.New(note)
}

// tally counts a cycle in a sentence: who answered, and the faults by kind.
func tally(readings []mining.Reading) (note string, answered bool) {
	counts := map[mining.Fault]int{}
	for _, r := range readings {
		counts[r.Fault]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d machines answered", counts[""], len(readings))
	separator := "; "
	for _, fault := range mining.Faults() {
		if n := counts[fault]; n > 0 {
			fmt.Fprintf(&b, "%s%d %s", separator, n, strings.ReplaceAll(string(fault), "_", " "))
			separator = ", "
		}
	}
	return b.String(), counts[""] > 0
}

// storeSums writes the sums of a cycle as ticks. What nobody measured has no
// tick; counts always do.
func (e *Env) storeSums(ctx context.Context, at time.Time, groups []mining.FleetCycle) (int, error) {
	points := map[string][]market.Point{}
	var defs []market.SeriesDef
	put := func(metric, unit, place string, value float64) {
		key := "mining." + metric + "." + place
		points[key] = []market.Point{{T: at, V: value}}
		if !e.telemetry.declared[key] {
			defs = append(defs, market.SeriesDef{Key: key, Unit: unit, Interval: time.Minute, Source: sourceMiners, Licence: "measured by the company"})
		}
	}
	for place, sum := range sumsByPlace(groups) {
		put("machines_count", "count", place, float64(sum.Machines))
		put("machines_measured_count", "count", place, float64(sum.Measured))
		put("machines_hashing_count", "count", place, float64(sum.Hashing))
		put("machines_metered_count", "count", place, float64(sum.Metered))
		if sum.Hashrate.Known {
			put("operating_hashrate_hs", "H/s", place, float64(sum.Hashrate.Value))
		}
		if sum.Power.Known {
			put("power_w", "W", place, float64(sum.Power.Value))
		}
	}
	if len(defs) > 0 {
		if err := e.Store.EnsureSeries(ctx, defs...); err != nil {
			return 0, fmt.Errorf("declare the series of %d places: %w", len(defs), err)
		}
		for _, def := range defs {
			e.telemetry.declared[def.Key] = true
		}
	}
	n, err := e.Store.InsertTicks(ctx, points)
	if err != nil {
		return 0, fmt.Errorf("store the sums of %d groups: %w", len(groups), err)
	}
	return n, nil
}

// sumsByPlace are the sums by site, "7", and by class at a site, "7.3".
func sumsByPlace(groups []mining.FleetCycle) map[string]mining.FleetCycle {
	sums := make(map[string]mining.FleetCycle, 2*len(groups))
	for _, g := range groups {
		site := fmt.Sprint(g.Key.SiteID)
		sums[site] = sums[site].Plus(g)
		sums[fmt.Sprintf("%s.%d", site, g.Key.ClassID)] = g
	}
	return sums
}
