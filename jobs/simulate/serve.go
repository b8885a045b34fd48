package simulate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"switchyard/econ/mining/pool"
)

// Servers speak for a world, one for each party.
type Servers struct {
	parties map[string]*party
	done    chan struct{} // closed by Close
	once    sync.Once
}

// party is one outside party: an HTTP server on a port of its own.
type party struct {
	name    string
	world   *World
	faults  faults
	sockets *sockets
	server  *http.Server
	addr    string
	wsPath  string
	done    <-chan struct{}
	served  chan struct{} // closed when the server has ended
	// accounts are those that a pool has; of the chain's explorer all of them,
	// for it shows what pools paid.
	accounts []*PoolAccount
	pace     pace
	nonces   nonces
}

// routesOf are all parties. Pools have the names that econ gives them.
func routesOf() map[string]func(*party, *http.ServeMux) {
	return map[string]func(*party, *http.ServeMux){
		"mempool": mempoolRoutes, "coinbase": coinbaseRoutes, "kraken": krakenRoutes, "bitstamp": bitstampRoutes, "ercot": ercotRoutes,
		string(pool.Luxor): luxorRoutes, string(pool.Foundry): foundryRoutes, string(pool.Braiins): braiinsRoutes, string(pool.Ocean): oceanRoutes,
		string(pool.CKPool): ckpoolRoutes, string(pool.F2Pool): f2poolRoutes, string(pool.ViaBTC): viabtcRoutes, string(pool.Antpool): antpoolRoutes,
	}
}

// Serve starts a server for each party on a free port of the loopback
// interface. Each pool has the accounts that name it.
func Serve(world *World, log *slog.Logger, accounts ...*PoolAccount) (*Servers, error) {
	s := &Servers{parties: make(map[string]*party), done: make(chan struct{})}
	for name, routes := range routesOf() {
		p := &party{name: name, world: world, sockets: newSockets(), done: s.done, served: make(chan struct{})}
		for _, a := range accounts {
			if name == string(a.Party) || name == "mempool" {
				p.accounts = append(p.accounts, a)
			}
		}
		mux := http.NewServeMux()
		routes(p, mux)
		if err := p.listen(p.pace.wrap(world, mux), log); err != nil {
			return nil, errors.Join(fmt.Errorf("serve the simulated %s: %w", name, err), s.Close())
		}
		s.parties[name] = p
	}
	return s, nil
}

func (p *party) listen(mux http.Handler, log *slog.Logger) error {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.addr = l.Addr().String()
	p.server = &http.Server{
		Handler: p.faults.wrap(mux, p.done), ReadHeaderTimeout: 5 * time.Second,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(p.served)
		if err := p.server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			log.Error("a simulated party ended", "party", p.name, "error", err)
		}
	}()
	return nil
}

// URL is the base address of a party's REST interface.
func (s *Servers) URL(name string) string { return "http://" + s.parties[name].addr }

// PoolURL is the address under which a pool documents its paths: for some below
// the root of their host.
func (s *Servers) PoolURL(party pool.Party) string {
	prefix := map[pool.Party]string{pool.Luxor: "/api/v2", pool.Ocean: "/v1"}
	return s.URL(string(party)) + prefix[party]
}

// WSURL is the address of a party's websocket.
func (s *Servers) WSURL(name string) string {
	return "ws://" + s.parties[name].addr + s.parties[name].wsPath
}

// Inject makes a party misbehave from now on; Refuse also cuts its streams.
func (s *Servers) Inject(name string, f Fault) {
	p := s.parties[name]
	p.faults.inject(f)
	if f.Kind == Refuse {
		p.sockets.closeAll()
	}
}

// Clear ends a party's misbehaviour.
func (s *Servers) Clear(name string) { s.parties[name].faults.inject(Fault{}) }

// Pace makes a party answer a call that comes sooner than spacing after the one
// before with an empty 200, as Braiins does with clients that ask too often.
func (s *Servers) Pace(name string, spacing time.Duration) { s.parties[name].pace.set(spacing) }

// Close ends every server and stream and waits for them. It may be called more
// than once.
func (s *Servers) Close() error {
	s.once.Do(func() { close(s.done) })
	var errs []error
	for _, p := range s.parties {
		if p.server == nil {
			continue
		}
		errs = append(errs, p.server.Close())
		<-p.served
		p.sockets.end()
	}
	return errors.Join(errs...)
}

// everySecond calls speak at the beginning of each second of the world with
// that second, until speak returns false, the client leaves or the server ends.
// Seconds that were missed are not made up for: a stream tells the present.
func (p *party) everySecond(st *stream, speak func(time.Time) bool) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	last := time.Time{}
	for {
		select {
		case <-p.done:
			return
		case <-st.gone:
			return
		case <-timer.C:
		}
		now := p.world.Now()
		if second := now.Truncate(time.Second); !second.Equal(last) {
			last = second
			if !speak(second) {
				return
			}
		}
		timer.Reset(now.Truncate(time.Second).Add(time.Second + 5*time.Millisecond).Sub(now))
	}
}

func (p *party) socket(path string, mux *http.ServeMux, speak func(*stream)) {
	p.wsPath = path
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		p.sockets.serve(w, r, &p.faults, speak)
	})
}
