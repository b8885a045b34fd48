package handlers

import (
	"crypto/rand"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/alert"
	"switchyard/econ/ops"
	"switchyard/handlers/signin"
	"switchyard/views"
	"switchyard/views/ui"
)

// channelNames are the channels that a reader's rules may use.
func (a *App) channelNames(c echo.Context) ([]alert.Channel, error) {
	return a.store(c).ChannelsFor(c.Request().Context())
}

var channelKinds = []ui.Option{{Value: string(alert.Slack), Label: "Slack, incoming webhook"}, {Value: string(alert.Webhook), Label: "Webhook, signed"}, {Value: string(alert.Heartbeat), Label: "Heartbeat of this server"}}

// carriedRooms are the rooms whose alerts a channel may carry.
func carriedRooms() []access.Room {
	return []access.Room{access.RoomMarket, access.RoomMining, access.RoomAI, access.RoomFinance}
}

// newChannel answers GET /admin/alerts/channels/new.
func (a *App) newChannel(c echo.Context) error {
	return a.channelPage(c, newForm(map[string]string{"kind": string(alert.Slack), "room-market": "on"}), "")
}

// channelPage draws the form of a channel; made is the secret of a webhook that
// has just been made, which is shown once.
func (a *App) channelPage(c echo.Context, f *form, made string) error {
	kinds := f.control(ui.InputSelect, "kind", "Kind", "")
	kinds.Options = channelKinds
	address := f.control(ui.InputText, "address", "Address", "https://…; it is a secret, and is never shown again")
	fields := []ui.Control{f.control(ui.InputText, "name", "Name", "As people choose it, for example Mining room"), kinds, address}
	for _, room := range carriedRooms() {
		fields = append(fields, f.control(ui.InputCheck, "room-"+string(room), "Carries "+room.Title(), ""))
	}
	v := views.RecordPage{
		Name: "New channel", Title: "Where notices go", Back: views.Link{Href: alertsPath, Label: "Alerts"},
		Sentence: ui.Sentence{}.Say("A channel takes alerts out of the house: whoever reads it reads what the rooms it carries tell."),
		Form:     &ui.FormSpec{Action: channelsPath, Submit: "Add channel", Cancel: alertsPath, Fields: fields, Problem: f.errs["rooms"]},
	}
	if made != "" {
		v.Name, v.Form = "Channel added", nil
		v.Notice = "Receivers check the signature with this secret. It is not shown again: " + made
	}
	err := a.readPage(c, nil, func(p *page) error {
		v.Shell = a.shell(p, v.Name)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.Record(v))
}

// createChannel answers POST /admin/alerts/channels.
func (a *App) createChannel(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ch := alert.Channel{Kind: alert.ChannelKind(f.choice("kind", channelKinds)), Name: f.text("name", 60, false), Key: rand.Text()}
	for _, room := range carriedRooms() {
		if f.get("room-"+string(room)) == "on" && ch.Kind != alert.Heartbeat {
			ch.Rooms = append(ch.Rooms, string(room))
		}
	}
	if len(ch.Rooms) == 0 && ch.Kind != alert.Heartbeat {
		f.fail("rooms", "Choose at least one room that the channel carries.")
	}
	address := f.get("address")
	if err := a.hooks.Check(address); err != nil {
		f.fail("address", sentence(err))
	}
	if !f.ok() {
		return a.channelPage(c, f, "")
	}
	secret := ""
	if ch.Kind == alert.Webhook {
		if secret, err = a.hooks.Secret(); err != nil {
			return err
		}
		if ch.Secret, err = a.sealer.Seal(signin.ForHook, ch.Key, []byte(secret)); err != nil {
			return err
		}
	}
	if ch.Sealed, err = a.sealer.Seal(signin.ForHook, ch.Key, []byte(address)); err != nil {
		return err
	}
	_, err = a.store(c).InsertChannel(c.Request().Context(), actorOf(c), ch)
	switch {
	case errors.Is(err, db.ErrTaken):
		f.fail("name", "There is a channel of this name already.")
		return a.channelPage(c, f, "")
	case err != nil:
		return err
	case secret != "":
		return a.channelPage(c, f, secret)
	}
	return c.Redirect(http.StatusSeeOther, alertsPath+"?saved=1")
}

// testChannel answers POST /admin/alerts/channels/{id}/test.
func (a *App) testChannel(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, s := c.Request().Context(), a.store(c)
	if err := s.TestChannel(ctx, actorOf(c), id, rand.Text()); err != nil {
		return err
	}
	if _, err := s.RequestJob(ctx, ops.Request{Action: "run", Target: "core.outbox", By: subjectOf(c).Name, At: a.now().UTC()}); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, alertsPath+"?saved=1")
}

// removeChannel answers POST /admin/alerts/channels/{id}/remove.
func (a *App) removeChannel(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := a.store(c).RemoveChannel(c.Request().Context(), actorOf(c), id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, alertsPath+"?saved=1")
}
