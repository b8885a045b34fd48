// Package handlers lets people ask. A request goes through one ordered list of
// middleware, one line of the route table, one handler, one or two calls of the
// store, a pure function of econ, and a view. Live topics and figures are
// tables of the same kind as routes: each names the room it belongs to, and
// what is read goes through the pool of the reader's role.
package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/handlers/live"
	"switchyard/handlers/signin"
	"switchyard/static"
	"switchyard/views"
)

// Config is what an App is made of.
type Config struct {
	DB             *db.DB
	Listener       *db.Listener
	Assets         *static.Assets
	World          market.World
	Sealer         *signin.Sealer // encrypts what must be read again
	Ring           *signin.Ring   // seals what opens accounts at pools
	Hooks          Hooks          // how addresses of channels are checked
	Provider       *signin.OIDC   // nil: passwords alone
	Demo           bool           // people sign in as personas, on a loopback address
	PublicURL      *url.URL       // nil: the host of each request
	TrustedProxies []netip.Prefix
	Log            *slog.Logger
	Now            func() time.Time
}

// App answers requests and pushes live events.
type App struct {
	db        *db.DB
	listener  *db.Listener
	assets    *static.Assets
	world     market.World
	demo      bool
	publicURL *url.URL
	log       *slog.Logger
	now       func() time.Time

	echo     *echo.Echo
	hub      *live.Hub
	sockets  *live.Upgrader
	pump     *pump
	metrics  *metrics
	stopping atomic.Bool
	hasher   *signin.Hasher
	sealer   *signin.Sealer
	ring     *signin.Ring
	hooks    Hooks
	reads    *reads
	provider *signin.OIDC  // nil: passwords alone
	sessions chan struct{} // capacity 1: a session has ended somewhere

	cancel context.CancelFunc
	wg     sync.WaitGroup // listener, pump and the watch over sessions
}

// New returns an App that is not yet started.
func New(cfg Config) *App {
	a := &App{
		db: cfg.DB, listener: cfg.Listener, assets: cfg.Assets, world: cfg.World, demo: cfg.Demo, sessions: make(chan struct{}, 1), hasher: signin.NewHasher(), sealer: cfg.Sealer, ring: cfg.Ring, hooks: cfg.Hooks, provider: cfg.Provider,
		reads: newReads(), publicURL: cfg.PublicURL, log: cfg.Log, now: cfg.Now, hub: live.NewHub(),
	}
	a.metrics = newMetrics(a.hub)
	a.sockets = live.NewUpgrader(a.hub, cfg.Log, a.sameOrigin)
	a.pump = newPump(a.hub, cfg.Log, a.metrics, cfg.Now, a.encodeTopic)

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = ipExtractor(cfg.TrustedProxies)
	e.HTTPErrorHandler = a.answerError
	a.echo = e
	a.use(e)
	a.route(e)
	return a
}

// Routes lists every route as "METHOD path", for the tests that hold the table
// against what the router answers.
func (a *App) Routes() []string {
	var list []string
	for _, r := range a.echo.Routes() {
		list = append(list, r.Method+" "+r.Path)
	}
	return list
}

// ServeHTTP answers one request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

// Start begins to listen for changes and to push them. It does not block.
func (a *App) Start(ctx context.Context) {
	ctx, a.cancel = context.WithCancel(ctx)
	a.wg.Go(func() {
		if err := a.listener.Run(ctx, a.notice, a.pump.state); err != nil && ctx.Err() == nil {
			a.log.Error("listener ended", "error", err)
		}
	})
	a.wg.Go(func() { a.pump.run(ctx) })
	a.wg.Go(func() { a.watchSessions(ctx) })
	a.wg.Go(func() { a.writeReads(ctx) })
}

// notice hears what has changed in the database. It never blocks the listener.
func (a *App) notice(n db.Notice) {
	if n.Topic == topicSession {
		select {
		case a.sessions <- struct{}{}:
		default: // the watch is awake already
		}
	}
	a.pump.notice(n)
}

// Drain makes /readyz say no, so that a balancer sends nobody new.
func (a *App) Drain() { a.stopping.Store(true) }

// Stop closes every socket and waits for the listener. It may be called more
// than once, also without Start.
func (a *App) Stop() {
	a.Drain()
	a.hub.Close()
	if a.cancel != nil {
		a.cancel()
	}
	a.wg.Wait()
}

// store is the store as the subject's role sees it.
func (a *App) store(c echo.Context) *db.Store { return a.db.As(subjectOf(c).Role) }

// viewAssets are the addresses a page's head needs.
func (a *App) viewAssets() views.Assets {
	return views.Assets{
		Styles:  []string{a.assets.URL("app.css")},
		Scripts: []string{a.assets.URL("app.js")},
		Fonts:   []string{a.assets.URL("inter-latin.woff2")},
		Icon:    a.assets.URL("icon.svg"),
	}
}
