package poolwire

import (
	"fmt"
	"math"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// maxHashrate is more than any account can have, H/s: ten times the network.
const maxHashrate = 1e22

// scales are the factors of the units pools write, in lower case.
var scales = map[string]float64{
	"h/s": 1, "kh/s": 1e3, "mh/s": 1e6, "gh/s": 1e9, "th/s": 1e12, "ph/s": 1e15, "eh/s": 1e18, "zh/s": 1e21,
}

// Scale is the factor of a unit such as "Gh/s", whatever its case.
func Scale(unit string) (float64, error) {
	f, ok := scales[strings.ToLower(strings.TrimSpace(unit))]
	if !ok {
		return 0, fmt.Errorf("%.20q is not a unit of hashrate", unit)
	}
	return f, nil
}

// Hashrate is a number in a unit of so many H/s. A missing one is unknown; one
// that is negative or absurd is an error.
func Hashrate(n upstream.Number, scale float64) (mining.Maybe[units.Hashrate], error) {
	if !n.Known {
		return mining.Unknown[units.Hashrate]("the pool did not say"), nil
	}
	v := n.V * scale
	if !(v >= 0 && v <= maxHashrate) || math.IsInf(v, 0) {
		return mining.Unknown[units.Hashrate]("not sensible"), fmt.Errorf("the hashrate %g is not between 0 and %g H/s", v, maxHashrate)
	}
	return mining.Of(units.Hashrate(v)), nil
}

// Share is a fraction of shares. A missing one is unknown; one outside 0 to 1 is
// an error.
func Share(n upstream.Number) (mining.Maybe[float64], error) {
	switch {
	case !n.Known:
		return mining.Unknown[float64]("the pool did not say"), nil
	case !(n.V >= 0 && n.V <= 1):
		return mining.Unknown[float64]("not sensible"), fmt.Errorf("the fraction %g is not between 0 and 1", n.V)
	}
	return mining.Of(n.V), nil
}
