package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
)

// historyDays is how many days before the first start the machines were seen.
const historyDays = 730

const day = 24 * time.Hour

// climates are the sites' weather.
var climates = map[string]simulate.Climate{
	"Hallam": {Site: 1, Heat: 1}, "Tamarack": {Site: 2, Heat: 0.8}, "Roane": {Site: 3, Heat: 0.75}, "Saguenay": {Site: 4, Heat: 0.35},
}

// history writes what machines did on each day that is over, and their hashrate.
// A day of which anything was counted stays as it was counted.
func history(ctx context.Context, d *db.DB, w *simulate.World) error {
	reg, err := d.As(access.Mining).Register(ctx)
	if err != nil {
		return err
	}
	sites, classes := make(map[string]int64), make(map[string]int64)
	for id, site := range reg.Sites {
		sites[site.Name] = id
	}
	for id, class := range reg.Classes {
		classes[class.Name] = id
	}
	var days []mining.DayHours
	for h, hall := range halls {
		key := mining.FleetKey{SiteID: sites[hall.site], ClassID: classes[hall.model]}
		if key.SiteID == 0 || key.ClassID == 0 {
			continue // somebody has renamed it since
		}
		days = append(days, hallDays(w, h, key, reg.Classes[key.ClassID].Nameplate().Hashrate)...)
	}
	days = joinHalls(days)
	s := d.Jobs()
	if _, err := s.InsertSeenHours(ctx, days); err != nil {
		return err
	}
	return hashrates(ctx, s, days)
}

// hallDays are the days of the machines of a hall, since it began.
func hallDays(w *simulate.World, h int, key mining.FleetKey, nameplate units.Hashrate) []mining.DayHours {
	var list []mining.DayHours
	first := w.Origin().AddDate(0, 0, -historyDays)
	placed := placedBy(h, w.Origin())
	for at := first; at.Before(w.Now().Truncate(day)); at = at.Add(day) {
		n := placed(at)
		if n == 0 {
			continue
		}
		f := w.FleetDay(climates[halls[h].site], int64(h), at)
		all := float64(n) * day.Hours()
		hours := map[mining.Observed]float64{
			mining.SeenRepair: f.Repair * all, mining.SeenSilent: f.Silent * all, mining.SeenIdle: f.Idle * all, mining.SeenCurtailed: f.Curtailed * all,
		}
		if f.Unseen > 0 {
			hours[mining.SeenNothing] = f.Unseen * all
		}
		rest := all
		for _, seen := range slices.Sorted(maps.Keys(hours)) {
			rest -= hours[seen]
		}
		hours[mining.SeenHashing] = rest
		list = append(list, mining.DayHours{Day: at, Key: key, SeenHours: mining.SeenHours{Hours: hours, HashHours: rest * f.Performance * float64(nameplate)}})
	}
	return list
}

// placedBy counts the machines of a hall that stood in their place on a day, as
// the register that began at origin tells it.
func placedBy(h int, origin time.Time) func(time.Time) int {
	began := origin.AddDate(0, -halls[h].age, 0)
	moves := make(map[time.Time]int)
	for i := range halls[h].count {
		came := began.AddDate(0, 0, i%14)
		switch state, since := stateOf(i, began, origin); state {
		case mining.Received:
			continue
		case mining.Deployed:
			came = since
		case mining.Retired, mining.Sold:
			moves[later(came, since)]--
		case mining.Running, mining.Curtailed, mining.Repair:
		}
		moves[came]++
	}
	times := slices.SortedFunc(maps.Keys(moves), time.Time.Compare)
	return func(at time.Time) int {
		n := 0
		for _, t := range times {
			if t.After(at) {
				break
			}
			n += moves[t]
		}
		return n
	}
}

// joinHalls adds up halls of one class at one site, in the order of the days.
func joinHalls(days []mining.DayHours) []mining.DayHours {
	type place struct {
		at  time.Time
		key mining.FleetKey
	}
	at := make(map[place]int, len(days))
	var list []mining.DayHours
	for _, d := range days {
		i, known := at[place{d.Day, d.Key}]
		if !known {
			at[place{d.Day, d.Key}] = len(list)
			list = append(list, d)
			continue
		}
		for seen, hours := range d.Hours {
			list[i].Hours[seen] += hours
		}
		list[i].HashHours += d.HashHours
	}
	return list
}

// hashrates writes the mean hashrate of each day by site and by class at a
// site, over the hours that were seen: the series into which cycles are summed.
func hashrates(ctx context.Context, s *db.Store, days []mining.DayHours) error {
	sums := make(map[string]map[time.Time]float64)
	for _, d := range days {
		seen := 0.0
		for what, hours := range d.Hours {
			if what != mining.SeenNothing {
				seen += hours
			}
		}
		machines := (seen + d.Hours[mining.SeenNothing]) / day.Hours()
		if seen == 0 {
			continue
		}
		site := fmt.Sprint(d.Key.SiteID)
		for _, place := range []string{site, fmt.Sprintf("%s.%d", site, d.Key.ClassID)} {
			key := "mining.operating_hashrate_hs." + place
			if sums[key] == nil {
				sums[key] = make(map[time.Time]float64)
			}
			sums[key][d.Day] += d.HashHours / seen * machines
		}
	}
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		def := market.SeriesDef{Key: key, Unit: "H/s", Interval: time.Minute, Source: "miners.telemetry", Licence: "measured by the company"}
		if err := s.EnsureSeries(ctx, def); err != nil {
			return err
		}
		var bars []market.Bar
		for _, at := range slices.SortedFunc(maps.Keys(sums[key]), time.Time.Compare) {
			v := sums[key][at]
			bars = append(bars, market.Bar{T: at, N: 1, Sum: v, Min: v, Max: v, First: v, Last: v})
		}
		if _, err := s.InsertBars(ctx, key, market.LevelDay, bars); err != nil {
			return err
		}
	}
	return nil
}
