package pool

import (
	"errors"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// DarkHistory is what an account's pool did not see, by hour.
type DarkHistory struct {
	Fee   float64                  // fraction that the pool keeps
	Began time.Time                // since when its workers are read; an hour before is not missing
	Hours map[int64]units.Hashrate // mean nameplate that was dark, by the Unix time of the hour; none: not read
}

// DarkHour is what the pools did not see in an hour, and what it cost.
type DarkHour struct {
	At       time.Time
	Hashrate mining.Maybe[units.Hashrate] // mean nameplate that was dark
	USD      mining.Maybe[units.USD]      // not earned, after the pools' fees
	Missing  int                          // accounts whose workers were not read in it
}

// DarkHours are the hours from one moment up to another, the last of them as far
// as it has come: what was dark in each, at its own hashprice in USD per PH/s and
// day (M3). An hour in which no account was read is unknown, and so is the cost of
// one without a hashprice. It fails if a fee is no fraction or a figure is no
// amount.
func DarkHours(from, to time.Time, accounts []DarkHistory, price map[int64]float64) ([]DarkHour, error) {
	var list []DarkHour
	var failed error
	for at := from.UTC().Truncate(time.Hour); at.Before(to); at = at.Add(time.Hour) {
		h := DarkHour{At: at, Hashrate: mining.Unknown[units.Hashrate]("no workers were read in this hour")}
		paid := units.Hashrate(0)
		for _, a := range accounts {
			failed = errors.Join(failed, fraction("pool fee", a.Fee))
			dark, read := a.Hours[at.Unix()]
			switch {
			case read:
				h.Hashrate = mining.Of(h.Hashrate.Value + dark)
				paid += dark * units.Hashrate(1-a.Fee)
			case at.Add(time.Hour).After(a.Began):
				h.Missing++
			}
		}
		usd, known := price[at.Unix()]
		switch {
		case !h.Hashrate.Known:
			h.USD = mining.Unknown[units.USD](h.Hashrate.Reason())
		case !known:
			h.USD = mining.Unknown[units.USD]("the hashprice of this hour is not known")
		default:
			past := min(to.Sub(at), time.Hour).Hours() / day.Hours()
			v, err := units.USDFromFloat(float64(paid/units.PH) * past * usd)
			failed = errors.Join(failed, err)
			h.USD = mining.Of(v)
		}
		list = append(list, h)
	}
	if failed != nil {
		return nil, failed
	}
	return list, nil
}

// Loss is what hours cost together.
type Loss struct {
	USD   units.USD
	Known int // hours that are in it
	Part  int // of those, hours in which an account was not read
}

// SumDark adds hours up. An hour that is not known adds nothing.
func SumDark(hours []DarkHour) Loss {
	var l Loss
	for _, h := range hours {
		if !h.USD.Known {
			continue
		}
		l.USD = l.USD.Add(h.USD.Value)
		l.Known++
		if h.Missing > 0 {
			l.Part++
		}
	}
	return l
}
