package mining

import (
	"fmt"
	"time"

	"switchyard/econ/units"
)

// Horizon is a sequence of hours with what power costs and hashing pays.
type Horizon struct {
	Start     time.Time           // of the first hour
	Times     []time.Time         // at which each hour begins; nil: one after the other from Start
	Supply    map[string][]Supply // by name of site, one for each hour
	Hashprice []float64           // USD/PH/day of each hour; nil keeps the order's
}

// At is the beginning of an hour of the horizon. Hours are of the clock that
// never jumps, so a local day may have 23 or 25 of them.
func (h Horizon) At(hour int) time.Time {
	if h.Times == nil {
		return h.Start.Add(time.Duration(hour) * time.Hour)
	}
	return h.Times[hour]
}

// Before is when the hour before one ends, which is when that begins unless
// hours between them are left out.
func (h Horizon) Before(hour int) time.Time {
	if hour == 0 {
		return h.Start
	}
	return h.At(hour - 1).Add(time.Hour)
}

// Standing is how a group stands before the first hour.
type Standing struct {
	Mode     string // it runs in; empty is off
	OffHours int    // for which it has been off; less than one counts as one
}

// curve is what a step meets in each hour: the mean price of its stretch of
// load in USD/MWh, and the fraction of it that the limit leaves; nil is all.
type curve struct{ price, share []float64 }

// outlook is a horizon laid out for an order.
type outlook struct {
	Horizon
	hours     int
	hashprice []float64
	flat      [][]float64 // by site: its prices, if no load meets another tier or a limit
}

// lay checks a horizon against the order. Sites without steps need no supply.
func (o *Order) lay(h Horizon) (outlook, error) {
	out := outlook{Horizon: h, hours: -1, hashprice: h.Hashprice, flat: make([][]float64, len(o.Sites))}
	for i, site := range o.Sites {
		supplies := h.Supply[site.Name]
		if len(supplies) == 0 && o.loads[i] == 0 {
			continue
		}
		if out.hours < 0 {
			out.hours = len(supplies)
		}
		if len(supplies) != out.hours || out.hours == 0 {
			return outlook{}, fmt.Errorf("site %q has the power price of %d hours, not of %d", site.Name, len(supplies), max(1, out.hours))
		}
		flat := make([]float64, len(supplies))
		even := true
		for t, s := range supplies {
			if err := s.validate(); err != nil {
				return outlook{}, fmt.Errorf("site %q, hour %d: %w", site.Name, t, err)
			}
			flat[t] = s.Tiers[0].USDPerMWh
			even = even && len(s.Tiers) == 1 && (!s.Limited || float64(s.Limit/units.MW) >= o.loads[i])
		}
		if even {
			out.flat[i] = flat
		}
	}
	out.hours = max(out.hours, len(h.Hashprice), 0)
	if h.Hashprice == nil {
		out.hashprice = make([]float64, out.hours)
		for t := range out.hashprice {
			out.hashprice[t] = o.Hashprice
		}
	}
	if h.Times != nil && len(h.Times) != out.hours {
		return outlook{}, fmt.Errorf("the times of %d hours are known, not of %d", len(h.Times), out.hours)
	}
	if len(out.hashprice) != out.hours {
		return outlook{}, fmt.Errorf("the hashprice of %d hours is known, not of %d", len(out.hashprice), out.hours)
	}
	for t, hp := range out.hashprice {
		if err := notNegative("hashprice", hp); err != nil {
			return outlook{}, fmt.Errorf("hour %d: %w", t, err)
		}
	}
	return out, nil
}

// curve is what the step meets; into is overwritten if it has to be worked out.
func (w outlook) curve(o *Order, s *Step, into *curve) curve {
	if flat := w.flat[s.site]; flat != nil {
		return curve{price: flat}
	}
	if len(into.price) != w.hours {
		into.price, into.share = make([]float64, w.hours), make([]float64, w.hours)
	}
	supplies := w.Supply[o.Sites[s.site].Name]
	for t := range supplies {
		into.price[t], into.share[t] = s.meets(&supplies[t])
	}
	return *into
}

// meets is the mean price of the step's stretch of load, and the fraction of
// the step that the limit leaves.
func (s *Step) meets(supply *Supply) (price, share float64) {
	mw := float64(s.Power / units.MW)
	share = 1
	if supply.Limited {
		share = min(1, max(0, (float64(supply.Limit/units.MW)-s.below)/mw))
	}
	if len(supply.Tiers) == 1 {
		return supply.Tiers[0].USDPerMWh, share
	}
	low, high := s.below, s.below+share*mw
	for i := range supply.Tiers {
		t := &supply.Tiers[i]
		end := float64(t.UpTo / units.MW)
		if i == len(supply.Tiers)-1 || (low < end && high <= end) {
			return t.USDPerMWh, share // all of it, or where it would begin
		}
		if low < end {
			break
		}
	}
	return supply.between(low, high) / (share * mw), share
}
