package handlers

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// tokenLives are how long a token may live, in days.
var tokenLives = []ui.Option{{Value: "30", Label: "30 days"}, {Value: "90", Label: "90 days"}, {Value: "365", Label: "a year"}}

// readableRooms are the rooms with series that a role may read.
func readableRooms(role access.Role) []access.Room {
	var rooms []access.Room
	for _, room := range access.Rooms() {
		if room != access.RoomCore && access.Can(role, room, access.Read) {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// showTokens answers GET /account/tokens.
func (a *App) showTokens(c echo.Context) error {
	return a.tokensPage(c, newForm(map[string]string{"room-market": "on", "days": "90"}), "")
}

// tokensPage draws the reader's tokens and the form of a new one; made is one
// that has just been made, which is shown once.
func (a *App) tokensPage(c echo.Context, f *form, made string) error {
	who := subjectOf(c)
	tokens, err := a.db.Auth().Tokens(c.Request().Context(), who.ID)
	if err != nil {
		return err
	}
	v := views.TokensPage{Notice: saved(c), Made: made}
	for _, t := range tokens {
		row := views.TokenRow{ID: t.ID, Name: t.Name, Rooms: roomTitles(t.Rooms), Ends: format.DayMonthYear(t.ExpiresAt), Used: t.UsedAt}
		v.Tokens = append(v.Tokens, row)
	}
	days := f.control(ui.InputSelect, "days", "Works for", "")
	days.Options = tokenLives
	fields := []ui.Control{f.control(ui.InputText, "name", "Name", "What the program is, for example spreadsheet of the treasury"), days}
	for _, room := range readableRooms(who.Role) {
		fields = append(fields, f.control(ui.InputCheck, "room-"+string(room), room.Title(), ""))
	}
	v.Form = ui.FormSpec{Action: "/account/tokens", Submit: "Make token", Fields: fields, Problem: f.errs["rooms"]}
	err = a.readPage(c, nil, func(p *page) error {
		v.Shell = a.shell(p, "API tokens")
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.Tokens(v))
}

func roomTitles(rooms []access.Room) string {
	titles := make([]string, len(rooms))
	for i, r := range rooms {
		titles[i] = r.Title()
	}
	return strings.Join(titles, ", ")
}

// makeToken answers POST /account/tokens.
func (a *App) makeToken(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	who := subjectOf(c)
	t := db.Token{Name: f.text("name", 60, false)}
	for _, room := range readableRooms(who.Role) {
		if f.get("room-"+string(room)) == "on" {
			t.Rooms = append(t.Rooms, room)
		}
	}
	if len(t.Rooms) == 0 {
		f.fail("rooms", "Choose at least one room that the token may read.")
	}
	days := map[string]int{"30": 30, "90": 90, "365": 365}[f.choice("days", tokenLives)]
	if !f.ok() {
		return a.tokensPage(c, f, "")
	}
	t.ExpiresAt = a.now().UTC().Add(time.Duration(days) * 24 * time.Hour)
	token, hash := signin.NewToken(signin.API)
	if err := a.db.Auth().InsertToken(c.Request().Context(), actorOf(c), who.ID, hash[:], t); err != nil {
		return err
	}
	return a.tokensPage(c, newForm(map[string]string{"room-market": "on", "days": "90"}), token)
}

// revokeToken answers POST /account/tokens/{id}/revoke.
func (a *App) revokeToken(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := a.db.Auth().RevokeToken(c.Request().Context(), actorOf(c), subjectOf(c).ID, id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/account/tokens?saved=1")
}
