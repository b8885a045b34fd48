package handlers

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/alert"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// Hooks is what a channel's form needs to know of how notices are sent.
type Hooks struct {
	Check  func(address string) error // why an address cannot be one, as a sentence
	Secret func() (string, error)     // a new secret to sign with
	Mail   bool                       // a mail server is set
}

// Rows of the page's lists.
const (
	alertRows    = 100
	deliveryRows = 50
)

// showAlerts answers GET /admin/alerts: what goes on, the rules behind it, and
// for administrators the channels.
func (a *App) showAlerts(c echo.Context) error {
	v := views.AlertsPage{Notice: saved(c), Manages: subjectOf(c).May(access.RoomCore, access.Manage)}
	err := a.readPage(c, []string{topicAlert}, func(p *page) error {
		alerts, err := p.s.Alerts(p.ctx, alertRows)
		if err != nil {
			return err
		}
		for _, al := range alerts {
			v.Alerts = append(v.Alerts, views.AlertRow{Alert: al, Room: access.Room(al.Room).Title()})
		}
		rules, err := p.s.Rules(p.ctx)
		if err != nil {
			return err
		}
		for _, r := range rules {
			v.Rules = append(v.Rules, views.RuleRow{
				Href: rulesPath + "/" + strconv.FormatInt(r.ID, 10), Name: r.Name, Says: "when" + trimmedWhen(r.Rule), Room: r.Room.Title(), Owner: r.Owner, Critical: r.Critical, Off: r.Off,
			})
		}
		deliveries, err := p.s.Deliveries(p.ctx, deliveryRows)
		if err != nil {
			return err
		}
		for _, d := range deliveries {
			v.Deliveries = append(v.Deliveries, deliveryRow(d))
		}
		if v.Manages {
			if v.Channels, err = channelRows(p); err != nil {
				return err
			}
		}
		v.Facts = p.typedFacts("", "rules typed by their owners; figures as stored")
		v.Topic = views.Topic{Name: topicAlert, Seq: p.seqs[topicAlert]}
		v.Shell = a.shell(p, "Alerts", topicAlert)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Alerts(v))
}

// trimmedWhen is ruleWords without its first word.
func trimmedWhen(r alert.Rule) string { return ruleWords(r)[len(" when"):] }

func channelRows(p *page) ([]views.ChannelRow, error) {
	channels, err := p.s.Channels(p.ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]views.ChannelRow, len(channels))
	for i, ch := range channels {
		row := views.ChannelRow{ID: ch.ID, Name: ch.Name, Kind: string(ch.Kind), Works: ch.DisabledAt.IsZero(), Why: ch.Why, Beat: ch.BeatAt}
		for _, room := range ch.Rooms {
			row.Rooms = append(row.Rooms, access.Room(room).Title())
		}
		rows[i] = row
	}
	return rows, nil
}

func deliveryRow(d alert.Delivery) views.DeliveryRow {
	row := views.DeliveryRow{Title: d.Title, To: d.To, At: d.CreatedAt, Tries: d.Attempt, Error: d.Error}
	switch {
	case !d.DeliveredAt.IsZero():
		row.State, row.Mark = "delivered "+format.ClockUTC(d.DeliveredAt), ui.MarkOK
	case !d.FailedAt.IsZero():
		row.State, row.Mark = "given up", ui.MarkBad
	default:
		row.State, row.Mark = "next try "+format.ClockUTC(d.NextAt), ui.MarkWatch
	}
	return row
}

// acknowledge answers POST /admin/alerts/{id}/acknowledge.
func (a *App) acknowledge(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := a.store(c).Acknowledge(c.Request().Context(), actorOf(c), id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, alertsPath+"?saved=1")
}

// alertText is how many alerts wait for somebody, beside the navigation.
func alertText(ctx context.Context, s *db.Store, _ time.Time) (map[string]string, error) {
	n, err := s.WaitingAlerts(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{views.AlertsWaiting: views.WaitingWords(n)}, nil
}
