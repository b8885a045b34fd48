package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// Keys of what a request carries.
const (
	subjectKey   = "subject"
	sessionKey   = "session"
	requestIDKey = "request-id"
)

// subjectOf is who asks; nobody until identify has run.
func subjectOf(c echo.Context) access.Subject {
	s, _ := c.Get(subjectKey).(access.Subject) //nolint:errcheck // the zero subject may do nothing
	return s
}

// sessionOf is the session the request came with; the zero session if none.
func sessionOf(c echo.Context) access.Session {
	s, _ := c.Get(sessionKey).(access.Session) //nolint:errcheck // see above
	return s
}

// ownerOf is what a socket hangs on: the session or the visit that it ends with.
func ownerOf(c echo.Context) string {
	if v := visitOf(c); v != nil {
		return string(v.hash)
	}
	return string(sessionOf(c).Hash)
}

func requestIDOf(c echo.Context) string {
	id, _ := c.Get(requestIDKey).(string) //nolint:errcheck // set for every request
	return id
}

// actorOf is who writes, as the audit log keeps it.
func actorOf(c echo.Context) access.Actor {
	who := subjectOf(c)
	return access.Actor{ID: who.ID, Name: who.Name, Role: who.Role, Address: c.RealIP(), Request: requestIDOf(c)}
}

// unasked are the routes that never ask who somebody is, so that a broken
// database stops neither a style sheet nor a health check.
func unasked(path string) bool {
	return path == "/static/*" || path == "/healthz" || path == "/readyz" || path == "/csp-report"
}

// identify says who asks, by the session their browser holds. Whoever holds
// none is nobody.
func (a *App) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if unasked(c.Path()) {
			return next(c)
		}
		if token, ok := strings.CutPrefix(c.Request().Header.Get(echo.HeaderAuthorization), "Bearer "); ok && strings.HasPrefix(c.Path(), "/api/") {
			return a.identifyProgram(c, token, next)
		}
		if visiting, err := a.identifyVisitor(c); visiting || err != nil {
			return cmp.Or(err, next(c))
		}
		cookie, err := c.Cookie(a.cookieName(c))
		if err != nil {
			return next(c)
		}
		hash, err := signin.ParseToken(signin.Session, cookie.Value)
		if err != nil {
			return next(c) //nolint:nilerr // what is no token is nobody's
		}
		who, session, err := a.db.Auth().Session(c.Request().Context(), hash[:])
		switch {
		case errors.Is(err, db.ErrNotFound):
			a.clearCookie(c)
		case err != nil:
			return err
		default:
			c.Set(subjectKey, who)
			c.Set(sessionKey, session)
		}
		return next(c)
	}
}

// identifyProgram says for whom a program asks, by its token. It opens the API
// alone, and a wrong one is an error, since a program cannot sign in.
func (a *App) identifyProgram(c echo.Context, token string, next echo.HandlerFunc) error {
	wrong := &fault{status: http.StatusUnauthorized, title: "Not signed in", detail: "The token is wrong, has expired or was revoked."}
	hash, err := signin.ParseToken(signin.API, token)
	if err != nil {
		return wrong
	}
	who, err := a.db.Auth().TokenSubject(c.Request().Context(), hash[:])
	switch {
	case errors.Is(err, db.ErrNotFound):
		return wrong
	case err != nil:
		return err
	}
	c.Set(subjectKey, who)
	return next(c)
}

// rule is what a route asks of its subject.
type rule struct {
	open   bool // for everybody, signed in or not
	known  bool // for everybody who is known, shares too; the handler asks for more
	person bool // for every person who is signed in
	shares bool // for whoever shows a room's pages to outsiders, and who watches over that
	hears  bool // for everybody who hears the headline of any unit; it is filtered
	room   access.Room
	action access.Action
}

var (
	anyone   = rule{open: true}
	somebody = rule{known: true}
	signedIn = rule{person: true}
	shares   = rule{shares: true}
	hears    = rule{hears: true}
)

// may is the rule that asks for an action in a room.
func may(room access.Room, action access.Action) rule { return rule{room: room, action: action} }

// allows says whether the rule lets a subject through.
func (r rule) allows(who access.Subject) bool {
	switch {
	case r.open:
		return true
	case r.known:
		return who.Known()
	case r.person:
		return who.Known() && who.Role != access.Share
	case r.shares:
		return inAnyRoom(who, access.Publish) || who.May(access.RoomCore, access.Manage)
	case r.hears:
		return inAnyRoom(who, access.Headline)
	default:
		return who.May(r.room, r.action)
	}
}

func inAnyRoom(who access.Subject, action access.Action) bool {
	return slices.ContainsFunc(access.Rooms(), func(room access.Room) bool { return who.May(room, action) })
}

// permit lets the request through if the rule allows its subject.
func (a *App) permit(r rule, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		who := subjectOf(c)
		if r.open || (r.allows(who) && (r.known || who.MayOpen(c.Request().URL.Path))) {
			err := next(c)
			if err == nil && !r.open && !r.known && c.Request().Method == http.MethodGet && r.sensitive(who) {
				a.reads.note(c, cmp.Or(r.room, access.RoomCore), "read", a.now().UTC())
			}
			return err
		}
		if who.Known() {
			return forbidden(who, r)
		}
		return unknown(c, who)
	}
}

// forbidden says who may, so that the reader knows whom to ask.
func forbidden(who access.Subject, r rule) error {
	var may []string
	for _, role := range access.Roles() {
		if access.Can(role, r.room, r.action) {
			may = append(may, role.Title())
		}
	}
	detail := "You are signed in as " + who.Role.Title() + "."
	switch {
	case who.Role == access.Share:
		detail = "Your link does not open this page."
	case len(may) > 0:
		detail += " This is for " + joinWords(may) + "."
	}
	return &fault{status: http.StatusForbidden, title: "Not permitted", detail: detail}
}

// unknown sends a person to the sign-in page, which brings them back, and tells
// everybody else.
func unknown(c echo.Context, who access.Subject) error {
	if c.Get(endedVisitKey) != nil {
		return &fault{status: http.StatusUnauthorized, title: "Link has ended", detail: "The link you read by has expired or was revoked. Ask whoever sent it for a new one."}
	}
	if !wantsPage(c) || c.Request().Method != http.MethodGet {
		return &fault{status: http.StatusUnauthorized, title: "Not signed in", detail: "Sign in first, or your session has ended."}
	}
	path := "/sign-in"
	if who.Pending {
		path = "/sign-in/code"
	}
	return c.Redirect(http.StatusSeeOther, path+nextQuery(c.Request().URL.RequestURI()))
}

// joinWords joins words for a sentence: "a, b and c".
func joinWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// sessionsEvery is how often sockets are held against their sessions, should a
// notice be lost.
const sessionsEvery = 3 * time.Second

// sessionsChanged waits until sessions may have ended; false when ctx has.
func (a *App) sessionsChanged(ctx context.Context) bool {
	timer := time.NewTimer(sessionsEvery)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-a.sessions:
	case <-timer.C:
	}
	return true
}

// watchSessions ends the sockets of sessions that have ended, until ctx ends.
func (a *App) watchSessions(ctx context.Context) {
	for a.sessionsChanged(ctx) {
		owners := a.hub.Owners()
		if len(owners) == 0 {
			continue
		}
		hashes := make([][]byte, len(owners))
		for i, owner := range owners {
			hashes[i] = []byte(owner)
		}
		good, err := a.db.Auth().GoodSessions(ctx, hashes)
		if err != nil {
			if ctx.Err() == nil {
				a.log.Warn("sessions of sockets not checked", "error", err)
			}
			continue
		}
		a.hub.End(func(owner string) bool { return !good[owner] })
	}
}
