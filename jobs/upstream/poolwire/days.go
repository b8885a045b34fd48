package poolwire

import (
	"encoding/json"
	"errors"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// Rates are the mean hashrates of days, by their beginnings in UTC.
type Rates map[time.Time]mining.Maybe[units.Hashrate]

// DailyRates reads the hashrates of days, and the rows it refused. A day of which
// two differ has none.
func DailyRates(rows []json.RawMessage, read func(*Object) (day mining.Maybe[time.Time], rate mining.Maybe[units.Hashrate])) (Rates, []upstream.Refusal) {
	rates := make(Rates)
	_, refused := Rows(rows, func(o *Object) (struct{}, bool, error) {
		day, rate := read(o)
		if o.Err() != nil || !day.Known || !rate.Known {
			return struct{}{}, false, errors.New("the day or its hashrate is missing")
		}
		if have, ok := rates[day.Value]; ok && have != rate {
			rate = mining.Unknown[units.Hashrate]("the pool tells two hashrates of the day")
		}
		rates[day.Value] = rate
		return struct{}{}, true, nil
	})
	return rates, refused
}

// Into writes the hashrates into the earnings of their days.
func (r Rates) Into(earnings []pool.Earning) {
	for i, e := range earnings {
		if rate, ok := r[e.From]; ok {
			earnings[i].Hashrate = rate
		}
	}
}
