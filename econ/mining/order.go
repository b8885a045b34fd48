package mining

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"switchyard/econ/units"
)

// Step is the smallest thing the merit order switches: a group going from off
// to its thriftiest mode, or from one mode to the next that draws more. A mode
// that another beats at every price has no step.
type Step struct {
	Group     int            // index into the order's groups
	Mode      string         // that the step reaches
	Power     units.Power    // it adds at the meter, uptime counted
	Hashrate  units.Hashrate // it adds, uptime counted
	BreakEven float64        // its revenue per MWh, USD/MWh; may be negative
	Bid       float64        // break-even less other cost: the price up to which it pays

	perHashprice float64 // break-even for each USD/PH/day
	rank         int     // place among the steps of its group
	site         int     // index into the order's sites
	below        float64 // MW of the steps at its site that come before it
}

// Order is the merit order over class, mode and site at a hashprice: Steps with
// the highest bid first. Machines stop from its end.
type Order struct {
	Sites     []Site
	Groups    []Group
	Steps     []Step
	Hashprice float64 // USD/PH/day

	byGroup [][]int   // steps of each group, in the order they are taken
	nominal []int     // how many of them make the nameplate mode
	loads   []float64 // MW of all steps of each site
}

// NewOrder makes the merit order of M10 at a hashprice in USD/PH/day. Ties keep
// the order of the groups; the first step of a group that must run comes before
// all others, for it takes the cheapest power in any case. Groups without
// machines have no steps, and a site may have no groups. It fails if a site or
// a group is not sensible or named twice, or if a group's site is not there.
func NewOrder(sites []Site, groups []Group, hashprice float64) (*Order, error) {
	if err := notNegative("hashprice", hashprice); err != nil {
		return nil, err
	}
	places, err := places(sites, groups)
	if err != nil {
		return nil, err
	}
	o := &Order{
		Sites: sites, Groups: groups, Hashprice: hashprice,
		byGroup: make([][]int, len(groups)), nominal: make([]int, len(groups)), loads: make([]float64, len(sites)),
	}
	for i, g := range groups {
		steps, nominal := groupSteps(g, sites[places[g.Site]].PUE)
		for k := range steps {
			s := &steps[k]
			s.Group, s.site, s.rank = i, places[g.Site], k
			s.BreakEven = s.perHashprice * hashprice
			s.Bid = s.BreakEven - g.OtherUSDPerMWh
		}
		o.Steps, o.nominal[i] = append(o.Steps, steps...), nominal
	}
	must := func(s Step) int {
		if s.rank == 0 && groups[s.Group].MustRun {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(o.Steps, func(a, b Step) int {
		return cmp.Or(cmp.Compare(must(a), must(b)), cmp.Compare(b.Bid, a.Bid))
	})
	for i := range o.Steps {
		s := &o.Steps[i]
		s.below = o.loads[s.site]
		o.loads[s.site] += float64(s.Power / units.MW)
		o.byGroup[s.Group] = append(o.byGroup[s.Group], i)
	}
	return o, nil
}

// places maps the names of sites to their index and validates all parts.
func places(sites []Site, groups []Group) (map[string]int, error) {
	var err error
	at := map[string]int{}
	for i, s := range sites {
		err = errors.Join(err, s.Validate())
		if _, twice := at[s.Name]; twice {
			err = errors.Join(err, fmt.Errorf("two sites are named %q", s.Name))
		}
		at[s.Name] = i
	}
	seen := map[string]bool{}
	for _, g := range groups {
		err = errors.Join(err, g.Validate())
		if _, known := at[g.Site]; !known {
			err = errors.Join(err, fmt.Errorf("group %q: there is no site %q", g.Name, g.Site))
		}
		if seen[g.Name] {
			err = errors.Join(err, fmt.Errorf("two groups are named %q", g.Name))
		}
		seen[g.Name] = true
	}
	return at, err
}

// groupSteps are the steps of a group and how many of them make its nameplate
// mode: the modes on the upper hull of hashrate over power, from off to the
// mode that draws most. Above a step's bid it costs more than it earns, and
// below it earns more, whatever the other modes do.
func groupSteps(g Group, pue float64) (steps []Step, nominal int) {
	machines := float64(g.Count) * g.Uptime
	if machines == 0 {
		return nil, 0
	}
	hull := hullModes(g.Class.Modes)
	from := Mode{}
	nameplate := g.Class.Nameplate().Power
	for _, m := range hull {
		mw := machines * float64(m.Power-from.Power) * pue
		hash := machines * float64(m.Hashrate-from.Hashrate)
		s := Step{
			Mode: m.Name, Power: units.Power(mw), Hashrate: units.Hashrate(hash),
			perHashprice: hash / 1e15 / 24 * (1 - g.PoolFee) / (mw / 1e6),
		}
		if n := len(steps); n > 0 { // the hull falls; so must its rounding
			s.perHashprice = min(s.perHashprice, steps[n-1].perHashprice)
		}
		steps, from = append(steps, s), m
		if m.Power <= nameplate {
			nominal = len(steps)
		}
	}
	return steps, max(1, nominal)
}

// hullModes are the modes worth a step, with rising power.
func hullModes(modes []Mode) []Mode {
	sorted := slices.Clone(modes)
	slices.SortStableFunc(sorted, func(a, b Mode) int {
		return cmp.Or(cmp.Compare(a.Power, b.Power), cmp.Compare(b.Hashrate, a.Hashrate))
	})
	slope := func(a, b Mode) float64 { return float64(b.Hashrate-a.Hashrate) / float64(b.Power-a.Power) }
	hull := []Mode{{}} // off
	for _, m := range sorted {
		if m.Power == hull[len(hull)-1].Power {
			continue
		}
		for n := len(hull); n > 1 && slope(hull[n-2], hull[n-1]) < slope(hull[n-1], m); n = len(hull) {
			hull = hull[:n-1]
		}
		hull = append(hull, m)
	}
	return hull[1:]
}

// modeName is the mode of a group in which a number of its steps is taken;
// empty is off.
func (o *Order) modeName(group, steps int) string {
	if steps == 0 {
		return ""
	}
	return o.Steps[o.byGroup[group][steps-1]].Mode
}

// sumSteps is what a group draws at the meter with that many of its steps
// taken, uptime counted, and its hashrate.
func (o *Order) sumSteps(group, steps int) (p units.Power, h units.Hashrate) {
	for _, i := range o.byGroup[group][:steps] {
		p += o.Steps[i].Power
		h += o.Steps[i].Hashrate
	}
	return p, h
}
