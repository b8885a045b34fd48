// Package alert decides when a figure deserves somebody's attention. A Rule
// says what is watched and when it matters; Evaluate takes the rule, what was
// known of it before, one observation and the time, and returns what is known
// now and, at most, one Event to tell people.
//
// A rule moves between three phases:
//
//	ok → pending   the condition begins to hold
//	pending → ok   it ends before the rule fired
//	pending → firing   it has held for the rule's persistence, and the cooldown
//	                   since the last resolve is over: an event "fired"
//	firing → ok    the value is back at its clear limit: an event "resolved"
//
// Between two fired events there is always one resolved event. A value that is
// missing or too old is not zero: it moves nothing, and the state says why.
// There is no clock and no input or output here: the same arguments give the
// same answer.
package alert
