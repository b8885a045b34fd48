package alert

import (
	"math"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

// The bounds of a rule.
const (
	maxName   = 100 // characters of a name or an owner
	maxFigure = 200 // bytes of a key
	maxUnit   = 20  // characters
	maxSpan   = 366 * 24 * time.Hour
	maxWait   = 30 * 24 * time.Hour
)

// figureKey is a key as series and figures have them.
var figureKey = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$`)

// FieldError is what is wrong with one field of a rule, as a sentence to stand
// beside it.
type FieldError struct{ Field, Text string }

// FieldErrors are what is wrong with a rule, in the order of its fields. None
// means that it can be kept.
type FieldErrors []FieldError

// Text is the sentence of a field, empty if the field is right.
func (e FieldErrors) Text(field string) string {
	for _, f := range e {
		if f.Field == field {
			return f.Text
		}
	}
	return ""
}

func (e *FieldErrors) add(field, text string) { *e = append(*e, FieldError{field, text}) }

// Validate says what is wrong with a rule: at most one sentence for each of
// name, owner, figure, unit, room, kind, side, limit, clear, window, max_age,
// for and cooldown. Fields that the kind does not use are not looked at.
func (r Rule) Validate() FieldErrors {
	var e FieldErrors
	e.words("name", r.Name, "Give the rule a name of at most 100 characters on one line.")
	e.words("owner", r.Owner, "Say in at most 100 characters who owns the rule.")
	room, known := market.SeriesDef{Key: r.Figure}.Room(), isRoom(r.Room)
	switch {
	case len(r.Figure) > maxFigure || !figureKey.MatchString(r.Figure):
		e.add("figure", "Choose the figure to watch, such as market.btc_usd.")
	case known && isRoom(access.Room(room)) && access.Room(room) != r.Room:
		e.add("figure", "The figure belongs to the room "+room+", not to "+string(r.Room)+".")
	}
	if utf8.RuneCountInString(r.Unit) > maxUnit || !printable(r.Unit) {
		e.add("unit", "Write the unit in at most 20 characters.")
	}
	if !known {
		e.add("room", "Choose the room the figure belongs to.")
	}
	switch r.Kind {
	case Threshold, Rate:
		e.limits(r)
	case Stale:
		if r.MaxAge <= 0 || r.MaxAge > maxSpan {
			e.add("max_age", "Say after how long without a value the figure is stale: up to 366 days.")
		}
	default:
		e.add("kind", "Choose what the rule compares: threshold, rate or stale.")
	}
	if r.For < 0 || r.For > maxWait {
		e.add("for", "Say for how long the condition must hold: from nothing up to 30 days.")
	}
	if r.Cooldown < 0 || r.Cooldown > maxWait {
		e.add("cooldown", "Say for how long the rule rests after it ended: from nothing up to 30 days.")
	}
	return e
}

// words checks a short line that people wrote.
func (e *FieldErrors) words(field, text, sentence string) {
	if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > maxName || !printable(text) {
		e.add(field, sentence)
	}
}

// limits checks what threshold and rate have in common, and the window.
func (e *FieldErrors) limits(r Rule) {
	if r.Side != Above && r.Side != Below {
		e.add("side", "Choose whether the rule is about values above or below the limit.")
	}
	switch {
	case !finite(r.Limit):
		e.add("limit", "The limit must be a number.")
	case r.Kind == Rate && r.Side == Below && r.Limit <= -1:
		e.add("limit", "Nothing falls by more than all of itself: the limit must be above −100%.")
	}
	switch {
	case !finite(r.Clear):
		e.add("clear", "The clear limit must be a number.")
	case r.Side == Above && r.Clear > r.Limit:
		e.add("clear", "The clear limit must not be above the limit: the alert would end before it began.")
	case r.Side == Below && r.Clear < r.Limit:
		e.add("clear", "The clear limit must not be below the limit: the alert would end before it began.")
	}
	if r.Kind == Rate && (r.Window <= 0 || r.Window > maxSpan) {
		e.add("window", "Say over which time the change is taken: up to 366 days.")
	}
	if r.MaxAge < 0 || r.MaxAge > maxSpan {
		e.add("max_age", "Say how old a value may be: up to 366 days, or nothing for any age.")
	}
}

// isRoom says whether a room exists.
func isRoom(r access.Room) bool {
	switch r {
	case access.RoomMarket, access.RoomMining, access.RoomAI, access.RoomFinance, access.RoomFork, access.RoomCore:
		return true
	default:
		return false
	}
}

// printable says whether text is one line of valid characters.
func printable(text string) bool {
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return utf8.ValidString(text)
}

// finite says whether a number can be compared.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
