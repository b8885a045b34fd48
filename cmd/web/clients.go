package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"golang.org/x/time/rate"

	"switchyard/econ/ops"
	"switchyard/handlers"
	"switchyard/handlers/signin"
	"switchyard/jobs"
	"switchyard/jobs/notify"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/bitstamp"
	"switchyard/jobs/upstream/cgminer"
	"switchyard/jobs/upstream/coinbase"
	"switchyard/jobs/upstream/ercot"
	"switchyard/jobs/upstream/kraken"
	"switchyard/jobs/upstream/mempool"
)

// seals are what encrypts what must be read again: under the server's secret, and
// under keys of the configuration that can be replaced.
type seals struct {
	sealer *signin.Sealer
	ring   *signin.Ring
}

func newSeals(cfg Config, secret []byte) (seals, error) {
	sealer, err := signin.NewSealer(secret)
	if err != nil {
		return seals{}, err
	}
	ring, err := signin.NewRing(secret, cfg.SealKeys...)
	return seals{sealer, ring}, err
}

// runnerConfig joins a client for each upstream to the jobs.
func runnerConfig(cfg Config, s *store, endpoints map[string]Endpoint, miners cgminer.Options, seals seals, log *slog.Logger, out io.Writer) (jobs.Config, error) {
	options := optionsOf(cfg, endpoints, log)
	delivery := jobs.Delivery{
		Notify: notifier(cfg), Mail: cfg.Mail,
		Open: func(key, sealed string) ([]byte, error) { return seals.sealer.Open(signin.ForHook, key, sealed) },
	}
	if cfg.PublicURL != nil {
		delivery.Link = strings.TrimSuffix(cfg.PublicURL.String(), "/")
	}
	texas, err := ercot.New(options("ercot"))
	if err != nil {
		return jobs.Config{}, fmt.Errorf("make a client of the power market: %w", err)
	}
	return jobs.Config{
		DB: s.db, World: s.world.World, Log: log, OnProgress: newProgress(out).report, Delivery: delivery,
		Mempool: mempool.New(options("mempool")), Ercot: texas, Miners: miners, Pools: poolsOf(options, seals.ring),
		Venues: []jobs.Venue{
			coinbase.New(options("coinbase")), kraken.New(options("kraken")), bitstamp.New(options("bitstamp")),
		},
	}, nil
}

// optionsOf are the options of the client of an upstream. The simulator in this
// process needs no rate limit.
func optionsOf(cfg Config, endpoints map[string]Endpoint, log *slog.Logger) func(name string) upstream.Options {
	return func(name string) upstream.Options {
		o := upstream.Options{BaseURL: endpoints[name].URL, WSURL: endpoints[name].WSURL, Log: log}
		if cfg.Demo {
			o.Rate, o.Burst = rate.Inf, 1
		}
		return o
	}
}

// notifier sends to the addresses that channels have.
func notifier(cfg Config) *notify.Client {
	return notify.NewClient(notify.Options{AllowHTTP: cfg.HooksPrivate, AllowPrivate: cfg.HooksPrivate})
}

// hooks is what the pages need to know of it.
func hooks(cfg Config) handlers.Hooks {
	return handlers.Hooks{Check: notifier(cfg).Check, Secret: func() (string, error) { return notify.NewSecret(rand.Reader) }, Mail: cfg.Mail != nil}
}

// progress tells the person at the terminal how the first fill goes: a line
// for each piece of work at its quarters.
type progress struct {
	out  io.Writer
	mu   sync.Mutex       // guards told and out
	told map[string]int64 // quarter last told of each piece
}

func newProgress(out io.Writer) *progress { return &progress{out: out, told: make(map[string]int64)} }

func (p *progress) report(r ops.Progress) {
	if r.Total <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	quarter := 4 * r.Done / r.Total
	last, seen := p.told[r.Name]
	if seen && quarter <= last || !seen && quarter == 4 {
		return // nothing new, or nothing was missing
	}
	p.told[r.Name] = quarter
	fmt.Fprintf(p.out, "  %3d%%  %s, %d of %d %s\n", 100*r.Done/r.Total, r.Title, r.Done, r.Total, r.Unit) //nolint:errcheck // the page shows it too
}
