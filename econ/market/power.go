package market

import (
	"time"

	"switchyard/econ/units"
)

// PowerPoint is a place of a power market that has a price of its own. Two
// points may share a name and differ in their type.
type PowerPoint struct {
	Name string // the market's own, e.g. "HB_NORTH"
	Type string // the market's own, e.g. "HU"; empty where it tells none
}

// PowerPrice is what energy costs at a point from Start on for Width, without
// wires, losses or adders. It may be negative.
type PowerPrice struct {
	Point     PowerPoint
	Start     time.Time // UTC
	Width     time.Duration
	USDPerMWh units.Rate
}
