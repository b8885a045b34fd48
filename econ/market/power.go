package market

import (
	"fmt"
	"strings"
	"time"

	"switchyard/econ/units"
)

// PowerPoint is a place of a power market that has a price of its own. Two
// points may share a name and differ in their type.
type PowerPoint struct {
	Market string // in capitals, e.g. "ERCOT"
	Name   string // the market's own, e.g. "HB_NORTH"
	Type   string // the market's own, e.g. "HU"; empty where it tells none
}

// maxPoint is how long a point's text may be.
const maxPoint = 60

// ParsePowerPoint reads a market and its name of a point, for example "ERCOT
// HB_WEST", and perhaps its type, where two points share the name: "ERCOT
// LZ_WEST/LZEW".
func ParsePowerPoint(text string) (PowerPoint, error) {
	place, name, found := strings.Cut(strings.TrimSpace(text), " ")
	name, kind, typed := strings.Cut(strings.TrimSpace(name), "/")
	p := PowerPoint{Market: strings.ToUpper(place), Name: name, Type: kind}
	plain := func(s string) bool {
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '/' || r == ',' })
	}
	if !found || !plain(p.Market) || !plain(p.Name) || typed && !plain(p.Type) || len(text) > maxPoint {
		return PowerPoint{}, fmt.Errorf("%.60q is not a market and a point of it, for example ERCOT HB_WEST", text)
	}
	return p, nil
}

// String is the point as ParsePowerPoint reads it.
func (p PowerPoint) String() string {
	if p.Type == "" {
		return p.Market + " " + p.Name
	}
	return p.Market + " " + p.Name + "/" + p.Type
}

// Is says whether a price told for other is that of p. A point without a type
// is the plain one of its name: not the one weighted by energy, whose type ends
// in EW.
func (p PowerPoint) Is(other PowerPoint) bool {
	if p.Market != other.Market || p.Name != other.Name {
		return false
	}
	return p.Type == other.Type || p.Type == "" && !strings.HasSuffix(other.Type, "EW")
}

// PowerProduct is a market in which a point has a price.
type PowerProduct string

// The products.
const (
	RealTimePower PowerProduct = "real-time" // what energy costs as it is drawn; contracts settle on it
	DayAheadPower PowerProduct = "day-ahead" // what it was sold for the day before
)

// PowerPrice is what energy costs at a point from Start on for Width, without
// wires, losses or adders. It may be negative.
type PowerPrice struct {
	Point     PowerPoint
	Start     time.Time // UTC
	Width     time.Duration
	USDPerMWh units.Rate
}

// PowerHour is what is known of an hour's price at a point.
type PowerHour struct {
	Start    time.Time      // UTC
	RealTime PowerHourPrice // as far as it is known
	DayAhead PowerHourPrice
}

// PowerHourPrice is the mean of what is known of an hour, weighted by time.
type PowerHourPrice struct {
	USDPerMWh float64
	Known     time.Duration // of the hour; 0: nothing
}

// PowerBasis says what an hour's price rests on.
type PowerBasis string

// The bases.
const (
	SettledBasis  PowerBasis = "real-time"        // all of the hour
	SoFarBasis    PowerBasis = "real-time so far" // what has passed of it, or what was told of it
	DayAheadBasis PowerBasis = "day-ahead"        // as sold the day before: a forecast of the real-time price
)

// Price is the hour's price: real-time as far as it is known, else as sold the
// day before. False: neither is known.
func (h PowerHour) Price() (usdPerMWh float64, basis PowerBasis, known bool) {
	switch {
	case h.RealTime.Known >= time.Hour:
		return h.RealTime.USDPerMWh, SettledBasis, true
	case h.RealTime.Known > 0:
		return h.RealTime.USDPerMWh, SoFarBasis, true
	case h.DayAhead.Known > 0:
		return h.DayAhead.USDPerMWh, DayAheadBasis, true
	}
	return 0, "", false
}
