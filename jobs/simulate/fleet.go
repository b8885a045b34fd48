package simulate

import (
	"math"
	"time"
)

// Climate is how the weather of a site treats its machines.
type Climate struct {
	Site int64   // sets its weather apart from that of other sites
	Heat float64 // of its summers: 0 is mild, 1 is hot
}

// FleetDay is what machines that stand together did on a day, in fractions of
// their hours. What is left, they hashed.
type FleetDay struct {
	Unseen, Repair, Silent, Idle, Curtailed float64
	Performance                             float64 // hashrate over nameplate while hashing
}

// Parts of a day's numbers in their stream.
const (
	fleetHeat int64 = iota
	fleetCold
	fleetStorm
	fleetRepair
	fleetSilent
	fleetIdle
	fleetRate
)

// stormEvery is the span in days in which a site loses its line once.
const stormEvery = 210

// midsummer is the hottest day of a year, and a midwinter half a year off.
const midsummer = 200

// FleetDay is the day of a hall: the same in every run of a world. In hot
// afternoons machines rest while the grid pays for it, and those that run are
// slower; a storm cuts the site's line for a day or two, in which nothing of it
// is seen.
func (w *World) FleetDay(c Climate, hall int64, day time.Time) FleetDay {
	n := day.Unix() / secondsPerDay
	normal := func(what int64) float64 { return w.noise.normal(streamFleet, what, c.Site, hall, n) }
	hot, storm := w.heat(c, day), w.storm(c.Site, n)
	// Some halls break more than others. Repairs pile up and are worked off over
	// some weeks.
	kind := w.noise.uniform(streamFleet, fleetRepair, c.Site, hall)
	backlog := math.Sin(2*math.Pi*float64(n)/53 + 6*kind)
	f := FleetDay{
		Unseen:      storm,
		Repair:      0.009 + 0.009*kind + 0.003*backlog + 0.003*hot + 0.0008*normal(fleetRepair),
		Silent:      0.004 + 0.02*w.storm(c.Site, n-1) + 0.001*normal(fleetSilent),
		Idle:        0.003 + 0.001*normal(fleetIdle),
		Curtailed:   0.005 + 0.3*max(0, hot-0.55) + w.coldSnap(c.Site, day) + 0.002*normal(fleetCold),
		Performance: 0.998 - 0.012*kind - 0.035*hot + 0.003*normal(fleetRate),
	}
	seen := 1 - storm
	for _, share := range []*float64{&f.Repair, &f.Silent, &f.Idle, &f.Curtailed} {
		*share = max(0, *share) * seen
	}
	return f
}

// season is 1 in midsummer and −1 in midwinter.
func season(day time.Time) float64 {
	return math.Cos(2 * math.Pi * float64(day.YearDay()-midsummer) / 365)
}

// heat is how hot a day is at a site: weather lasts for some days.
func (w *World) heat(c Climate, day time.Time) float64 {
	n, sum := day.Unix()/secondsPerDay, 0.0
	for back := range int64(4) {
		sum += w.noise.normal(streamFleet, fleetHeat, c.Site, n-back)
	}
	return c.Heat * max(0, season(day)) * max(0, 0.8+0.15*sum)
}

// coldSnap is the fraction of a winter's day for which a grid that is short
// asks machines to rest.
func (w *World) coldSnap(site int64, day time.Time) float64 {
	n := day.Unix() / secondsPerDay
	if season(day) > -0.7 || w.noise.uniform(streamFleet, fleetCold, site, n) > 0.06 {
		return 0
	}
	return 0.05 + 0.15*w.noise.uniform(streamFleet, fleetCold, site, n, 1)
}

// storm is the fraction of a day in which a site's line is cut: once in a while
// most of a day and some hours of the next.
func (w *World) storm(site, n int64) float64 {
	block := n / stormEvery
	first := block*stormEvery + int64(w.noise.uniform(streamFleet, fleetStorm, site, block)*(stormEvery-1))
	switch n - first {
	case 0:
		return 0.4 + 0.5*w.noise.uniform(streamFleet, fleetStorm, site, block, 1)
	case 1:
		return 0.3 * w.noise.uniform(streamFleet, fleetStorm, site, block, 2)
	default:
		return 0
	}
}
