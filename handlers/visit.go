package handlers

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
	"switchyard/views"
	"switchyard/views/format"
)

// Keys of what the request of a visitor carries.
const (
	visitKey      = "visit"       // *visit
	endedVisitKey = "ended-visit" // true: its link works no more
)

// visit is how an outsider reads: the share, and the browser's own token hashed.
type visit struct {
	share db.Share
	hash  []byte
}

// visitOf is the visit of the request; nil if it is none.
func visitOf(c echo.Context) *visit {
	v, _ := c.Get(visitKey).(*visit) //nolint:errcheck // nil is nobody's
	return v
}

// visitCookieName is the visit cookie's name: its own, so that somebody who is
// signed in can look at a link they made and come back.
func (a *App) visitCookieName(c echo.Context) string { return a.cookieName(c) + "-visit" }

func (a *App) setVisitCookie(c echo.Context, token string, life time.Duration) {
	cookie := &http.Cookie{
		Name: a.visitCookieName(c), Value: token, Path: "/", HttpOnly: true, Secure: a.secure(c),
		SameSite: http.SameSiteLaxMode, MaxAge: int(life.Seconds()),
	}
	if token == "" {
		cookie.MaxAge = -1
	}
	c.SetCookie(cookie)
}

// identifyVisitor says whether the request comes by a share. Its subject reads
// the pages that the share names and its maker may still publish.
func (a *App) identifyVisitor(c echo.Context) (bool, error) {
	cookie, err := c.Cookie(a.visitCookieName(c))
	if err != nil {
		return false, nil //nolint:nilerr // no cookie, no visitor
	}
	hash, err := signin.ParseToken(signin.Visit, cookie.Value)
	if err != nil {
		return false, nil //nolint:nilerr // what is no token is nobody's
	}
	share, err := a.db.Auth().Visit(c.Request().Context(), hash[:])
	if errors.Is(err, db.ErrNotFound) {
		a.setVisitCookie(c, "", 0)
		c.Set(endedVisitKey, true)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	c.Set(visitKey, &visit{share: share, hash: hash[:]})
	c.Set(subjectKey, a.visitor(share))
	return true, nil
}

// visitor is the subject of a share.
func (a *App) visitor(share db.Share) access.Subject {
	who := access.Subject{Role: access.Share, ID: share.ID, Name: share.Recipient, Exports: share.Exports, Rooms: []access.Room{access.RoomMarket}}
	for _, p := range a.publishable(share.MakerRole) {
		if slices.Contains(share.Pages, p.path) {
			who.Pages = append(who.Pages, p.path)
			who.Rooms = append(who.Rooms, p.room)
		}
	}
	return who
}

// showShare answers GET /share/{token}: nothing happens by looking, since mail
// scanners follow links.
func (a *App) showShare(c echo.Context) error {
	v := views.SharePage{Shell: a.bareShell(c, "Shared pages")}
	v.Shell.Path = "/share" // the token stays out of the page
	share, err := a.shareOf(c)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return render(c, http.StatusNotFound, views.SharedPages(v))
	case err != nil:
		return err
	}
	v.Recipient, v.Maker, v.Pages = share.Recipient, share.Maker, a.pageLabels(a.visitor(share).Pages)
	v.Ends, v.Exports, v.Action = format.DateTimeUTC(share.ExpiresAt), share.Exports, c.Request().URL.Path
	return render(c, http.StatusOK, views.SharedPages(v))
}

// shareOf is the share in the address.
func (a *App) shareOf(c echo.Context) (db.Share, error) {
	hash, err := signin.ParseToken(signin.Share, c.Param("token"))
	if err != nil {
		return db.Share{}, db.ErrNotFound
	}
	return a.db.Auth().Share(c.Request().Context(), hash[:])
}

// enterShare answers POST /share/{token}: the browser gets a cookie of its own,
// and the visit is counted.
func (a *App) enterShare(c echo.Context) error {
	share, err := a.shareOf(c)
	if errors.Is(err, db.ErrNotFound) {
		return a.showShare(c)
	}
	if err != nil {
		return err
	}
	who := a.visitor(share)
	if len(who.Pages) == 0 {
		return &fault{status: http.StatusForbidden, title: "Nothing to open", detail: "The pages of this link are shared no more. Ask " + share.Maker + " for a new one."}
	}
	token, hash := signin.NewToken(signin.Visit)
	if err := a.db.Auth().BeginVisit(c.Request().Context(), share, hash[:], c.RealIP(), requestIDOf(c)); err != nil {
		return err
	}
	a.setVisitCookie(c, token, share.ExpiresAt.Sub(a.now()))
	return c.Redirect(http.StatusSeeOther, who.Pages[0])
}

// leaveShare answers POST /share/leave.
func (a *App) leaveShare(c echo.Context) error {
	v := visitOf(c)
	if v == nil {
		return c.Redirect(http.StatusSeeOther, "/")
	}
	if err := a.db.Auth().EndVisit(c.Request().Context(), v.hash); err != nil {
		return err
	}
	a.setVisitCookie(c, "", 0)
	return c.Redirect(http.StatusSeeOther, "/")
}

// watermark is what every page of a visitor carries; nil for people.
func watermark(c echo.Context) *views.Watermark {
	v := visitOf(c)
	if v == nil {
		return nil
	}
	return &views.Watermark{Recipient: v.share.Recipient, Number: v.share.ID, Maker: v.share.Maker, Ends: format.DayMonthYear(v.share.ExpiresAt)}
}
