// Package ai says whom the AI unit sells compute to, and on which terms.
package ai

import "switchyard/econ/record"

// Segment is the kind of a customer.
type Segment string

// The segments.
const (
	Lab        Segment = "lab"
	Enterprise Segment = "enterprise"
	Cloud      Segment = "cloud"
	Public     Segment = "public"
	Research   Segment = "research"
)

// Segments are all segments in the order they are offered.
func Segments() []Segment { return []Segment{Lab, Enterprise, Cloud, Public, Research} }

// Title is the segment as people call it.
func (s Segment) Title() string {
	switch s {
	case Lab:
		return "AI laboratory"
	case Enterprise:
		return "Enterprise"
	case Cloud:
		return "Cloud provider"
	case Public:
		return "Public sector"
	case Research:
		return "Research"
	default:
		return string(s)
	}
}

// Customer is a company or body that buys, or may buy, compute.
type Customer struct {
	ID      int64
	Name    string
	Country string // ISO 3166-1 alpha-2
	Segment Segment
	Contact string // who to ask for there
	Note    string
	record.Version
}
