// Package chart draws SVG from data: no script, no style, colours by class
// only. Every drawing states its finding in a title for those who cannot see
// it. Text is 11 px at every width, which is why most charts come as a wide and
// a narrow drawing of which the style sheet shows one.
package chart

import "time"

// Event is a dotted vertical with a label at the top, e.g. a halving.
type Event struct {
	T     time.Time
	Label string
}
