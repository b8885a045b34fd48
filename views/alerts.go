package views

import (
	"strconv"
	"time"

	"switchyard/econ/alert"
	"switchyard/views/ui"
)

// AlertsWaiting is the live id of the number of alerts that wait for somebody.
const AlertsWaiting = "alerts.waiting"

// WaitingWords is that number as it stands beside the navigation.
func WaitingWords(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// AlertsPage is what rules have told, the rules, and the channels.
type AlertsPage struct {
	Shell      Shell
	Notice     string
	Alerts     []AlertRow // those that wait for somebody first
	Rules      []RuleRow
	Deliveries []DeliveryRow
	Channels   []ChannelRow
	Manages    bool // the reader keeps the channels
	Topic      Topic
	ui.Facts
}

// AlertRow is an alert and its room in words.
type AlertRow struct {
	alert.Alert
	Room string
}

// mark judges an alert by shape: it goes on, somebody has it, or it is over.
func (r AlertRow) mark() (ui.MarkKind, string) {
	switch {
	case !r.ResolvedAt.IsZero():
		return ui.MarkOK, "Over"
	case !r.AcknowledgedAt.IsZero():
		return ui.MarkWatch, "Acknowledged"
	}
	return ui.MarkBad, "Goes on"
}

// RuleRow is a rule in the list.
type RuleRow struct {
	Href, Name, Says, Room, Owner string
	Critical, Off                 bool
}

// DeliveryRow is a notice on its way, or arrived.
type DeliveryRow struct {
	Title, To, State, Error string
	Mark                    ui.MarkKind
	At                      time.Time
	Tries                   int
}

// ChannelRow is a channel; its address is shown to nobody.
type ChannelRow struct {
	ID         int64
	Name, Kind string
	Rooms      []string
	Works      bool
	Why        string
	Beat       time.Time // of a heartbeat; zero: none was heard
}

func alertsSentence(p AlertsPage) ui.Sentence {
	waiting, going := 0, 0
	for _, a := range p.Alerts {
		if a.ResolvedAt.IsZero() {
			going++
			if a.AcknowledgedAt.IsZero() {
				waiting++
			}
		}
	}
	s := ui.Sentence{}
	switch {
	case going == 0:
		s = s.Say("Nothing that a rule looks at needs attention")
	case waiting == 0:
		s = s.Stress(strconv.Itoa(going)).Say(plural(going, " alert goes on", " alerts go on") + ", and somebody has taken on each")
	default:
		s = s.Stress(strconv.Itoa(waiting)).Say(plural(waiting, " alert waits", " alerts wait") + " for somebody")
	}
	return s.Say("; " + strconv.Itoa(len(p.Rules)) + plural(len(p.Rules), " rule watches.", " rules watch."))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
