package alert

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// event tells what the state has just become.
func (r Rule) event(kind EventKind, s State, seen reading, now time.Time) *Event {
	e := &Event{Kind: kind, Time: now, At: s.LastAt}
	if s.LastValue != nil {
		v := *s.LastValue
		e.Value = &v
	}
	switch {
	case r.Kind == Stale:
		e.Text = r.staleText(kind, s, now)
	case kind == Fired:
		e.Text = r.Name + ": " + r.valueText(s, seen) + ", " + string(r.Side) + " the limit of " + r.amount(r.Limit) + r.held() + r.dated(s)
	default:
		side := "or below"
		if r.Side == Below {
			side = "or above"
		}
		e.Text = r.Name + " is over: " + r.valueText(s, seen) + ", back at " + side + " " + r.amount(r.Clear) + r.dated(s)
	}
	return e
}

// valueText is the figure with its value, or with its change.
func (r Rule) valueText(s State, seen reading) string {
	value := number(*s.LastValue) + unit(r.Unit)
	if r.Kind == Rate {
		return fmt.Sprintf("%s changed by %s within %s to %s", r.Figure, r.amount(seen.change), span(r.Window), value)
	}
	return r.Figure + " is " + value
}

// amount is a number that is compared with a limit: a percentage for a rate.
func (r Rule) amount(v float64) string {
	if r.Kind == Rate {
		return number(math.Round(v*1e4)/1e2) + "%" // to a hundredth of a per cent
	}
	return number(v) + unit(r.Unit)
}

// held is for how long the condition held at least.
func (r Rule) held() string {
	if r.For == 0 {
		return ""
	}
	return ", for at least " + span(r.For)
}

// dated ends a sentence with the time of the value.
func (r Rule) dated(s State) string {
	if s.LastAt.IsZero() {
		return "."
	}
	return " (value of " + stamp(s.LastAt) + ")."
}

func (r Rule) staleText(kind EventKind, s State, now time.Time) string {
	switch {
	case kind == Resolved:
		return r.Name + " is over: " + r.Figure + " has a value again" + r.dated(s)
	case s.LastAt.IsZero():
		return r.Name + ": " + r.Figure + " has never had a value."
	default:
		return fmt.Sprintf("%s: %s has had no new value for %s, longer than %s; the last is of %s.",
			r.Name, r.Figure, span(now.Sub(s.LastAt)), span(r.MaxAge), stamp(s.LastAt))
	}
}

// stamp is an instant to the minute: "10 Mar 2026 14:32 UTC".
func stamp(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04") + " UTC" }

// unit stands behind a number.
func unit(u string) string {
	if u == "" {
		return ""
	}
	return " " + u
}

// number prints up to six decimals, grouped, with a real minus: the rules of
// the pages, whose printing econ may not import.
func number(v float64) string {
	if a := math.Abs(v); a >= 1e15 || (a > 0 && a < 1e-6) {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	whole, frac, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', 6, 64), ".")
	frac = strings.TrimRight(frac, "0")
	var b strings.Builder
	if v < 0 && strings.Trim(whole+frac, "0") != "" {
		b.WriteString("−")
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if frac != "" {
		b.WriteString("." + frac)
	}
	return b.String()
}

// span prints a duration in its two largest units: "1 hour 30 minutes".
func span(d time.Duration) string {
	rest := d.Round(time.Second)
	var parts []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		n := rest / u.size
		rest -= n * u.size
		switch {
		case len(parts) == 2:
		case n == 1:
			parts = append(parts, "1 "+u.name)
		case n > 1:
			parts = append(parts, strconv.FormatInt(int64(n), 10)+" "+u.name+"s")
		}
	}
	if len(parts) == 0 {
		return "0 seconds"
	}
	return strings.Join(parts, " ")
}
