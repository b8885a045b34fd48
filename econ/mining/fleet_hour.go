package mining

import (
	"cmp"
	"slices"
	"time"

	"switchyard/econ/units"
)

// FleetInput is what is known of a fleet in one hour. What is missing of a site
// leaves its groups out, and is said.
type FleetInput struct {
	Sites     []Site
	Groups    []Group
	Contracts map[string]PowerContract  // by name of site
	Spot      map[string]Maybe[float64] // by name of site, USD/MWh
	Start     time.Time                 // of the hour
	Pay       Pay
}

// FleetHour is a fleet in one hour: its merit order and what each group would
// earn and cost in a day of such hours.
type FleetHour struct {
	Plan    *Plan              // by rule; nil if no group can be planned
	Days    []GroupDay         // running in the nameplate mode, the worst margin per MWh first
	Total   ClassDay           // of Days
	Prices  map[string]float64 // by name of site: mean of its steps, USD/MWh
	Missing []string           // what keeps groups out, in words
}

// GroupDay is a day of a group at the mean price of its steps.
type GroupDay struct {
	ClassDay
	Group Group
	Price float64 // USD/MWh
}

// ComputeFleetHour lays a fleet out in an hour (M8, M10). Groups without
// machines are left out, and so are those of a site whose price is not known.
// It fails if an input is not sensible.
func ComputeFleetHour(in FleetInput) (FleetHour, error) {
	out := FleetHour{Prices: map[string]float64{}}
	var sites []Site
	supply := map[string][]Supply{}
	for _, s := range in.Sites {
		if !slices.ContainsFunc(in.Groups, func(g Group) bool { return g.Site == s.Name && g.Count > 0 }) {
			continue
		}
		contract, known := in.Contracts[s.Name]
		if !known {
			out.Missing = append(out.Missing, s.Name+" has no power contract")
			continue
		}
		if contract.Kind != Fixed && !in.Spot[s.Name].Known {
			out.Missing = append(out.Missing, "the spot price of "+s.Name+" is not known")
			continue
		}
		hour, err := ComputeSupply(s, contract, Hour{Start: in.Start, SpotUSDPerMWh: in.Spot[s.Name]})
		if err != nil {
			return FleetHour{}, err
		}
		sites, supply[s.Name] = append(sites, s), []Supply{hour}
	}
	groups := slices.DeleteFunc(slices.Clone(in.Groups), func(g Group) bool { return g.Count == 0 || supply[g.Site] == nil })
	if len(groups) == 0 {
		return out, nil
	}
	order, err := NewOrder(sites, groups, in.Pay.USDPerPHDay)
	if err != nil {
		return FleetHour{}, err
	}
	if out.Plan, err = order.Plan(Horizon{Start: in.Start, Supply: supply}, PlanOptions{Policy: ByRule}); err != nil {
		return FleetHour{}, err
	}
	return out, out.days(sites, groups, in.Pay)
}

// days works out a day of each group at the mean price of its steps.
func (f *FleetHour) days(sites []Site, groups []Group, pay Pay) error {
	rows := f.Plan.Rows(0)
	for _, s := range sites {
		f.Prices[s.Name] = meanPrice(rows, func(r Row) bool { return r.Site == s.Name })
	}
	days := make([]ClassDay, 0, len(groups))
	for i, g := range groups {
		price := meanPrice(rows, func(r Row) bool { return r.Group == i })
		site := sites[slices.IndexFunc(sites, func(s Site) bool { return s.Name == g.Site })]
		day, err := ComputeClassDay(g, 0, site, price, pay)
		if err != nil {
			return err
		}
		days = append(days, day)
		f.Days = append(f.Days, GroupDay{ClassDay: day, Group: g, Price: price})
	}
	slices.SortStableFunc(f.Days, func(a, b GroupDay) int {
		return cmp.Compare(a.BreakEven.MarginUSDPerMWh, b.BreakEven.MarginUSDPerMWh)
	})
	var err error
	f.Total, err = FleetDay(days)
	return err
}

// meanPrice is the mean price of the steps chosen, by their power.
func meanPrice(rows []Row, of func(Row) bool) float64 {
	power, cost := 0.0, 0.0
	for _, r := range rows {
		if of(r) {
			power += float64(r.Power / units.MW)
			cost += float64(r.Power/units.MW) * r.PriceUSDPerMWh
		}
	}
	if power == 0 {
		return 0
	}
	return cost / power
}
