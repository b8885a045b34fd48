package cgminer

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"switchyard/econ/mining"
)

// When a machine is dead for long.
const (
	// patience is how many cycles a machine may fail in a row and still be
	// asked in each.
	patience = 5
	// longestRest is how long at most a dead machine is left alone.
	longestRest = 15 * time.Minute
	firstRest   = 2 * time.Minute
)

// Poller asks a fleet, cycle after cycle, and remembers who is dead. Its
// methods may be called from several goroutines; one cycle runs at a time.
type Poller struct {
	o Options

	cycle sync.Mutex // held while a cycle runs: no machine is ever asked twice at once

	mu       sync.Mutex // guards machines and what they hold
	machines map[int64]*memory
}

// memory is what is known of a machine from former cycles.
type memory struct {
	failures   int       // in a row
	rest       time.Time // not to be asked before
	identified bool      // model and firmware have been asked for
	model      string
	firmware   string
}

// NewPoller returns a Poller that remembers nothing yet.
func NewPoller(o Options) *Poller {
	return &Poller{o: o.withDefaults(), machines: make(map[int64]*memory)}
}

// Poll asks every target once, at most Options.Concurrency of them at a time,
// and returns a reading of each in the order of the targets. It ends when all
// have answered or failed, or soon after ctx does: whoever had no turn by then
// is FaultUnasked. Machines that failed in the last cycle come last, and those
// dead for long only now and then, so that they do not hold up the others.
// Nothing it started runs on when it returns.
func (p *Poller) Poll(ctx context.Context, targets []mining.Target) []mining.Reading {
	p.cycle.Lock()
	defer p.cycle.Unlock()
	readings := make([]mining.Reading, len(targets))
	turns := p.order(targets, readings)
	next := make(chan int) // unbuffered: a turn is given when it is taken
	var workers sync.WaitGroup
	for range min(p.o.Concurrency, len(turns)) {
		workers.Go(func() {
			for i := range next {
				readings[i] = p.read(ctx, targets[i])
			}
		})
	}
	for n, i := range turns {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		for _, i := range turns[n:] {
			readings[i] = unread(targets[i], p.o.Now(), mining.FaultUnasked, "the cycle ended before its turn")
		}
		break
	}
	close(next)
	workers.Wait()
	p.forget(targets)
	return readings
}

// order lists the targets to ask, those in good order first, and fills in the
// readings of those that are left alone.
func (p *Poller) order(targets []mining.Target, readings []mining.Reading) []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	turns, failed := make([]int, 0, len(targets)), []int(nil)
	seen := make(map[netip.Addr]bool, len(targets))
	for i, target := range targets {
		m := p.machines[target.UnitID]
		switch {
		case seen[target.Address]:
			readings[i] = unread(target, now, mining.FaultUnasked, "another machine of the register has its address")
		case m == nil || m.failures == 0:
			turns = append(turns, i)
		case m.rest.After(now):
			readings[i] = unread(target, now, mining.FaultWaiting, "it is dead for long and asked again later")
		default:
			failed = append(failed, i)
		}
		seen[target.Address] = true
	}
	return append(turns, failed...)
}

func unread(target mining.Target, at time.Time, fault mining.Fault, why string) mining.Reading {
	return mining.Reading{Target: target, At: at.UTC(), Fault: fault, Why: why}
}

// read asks one machine and remembers how that went.
func (p *Poller) read(ctx context.Context, target mining.Target) mining.Reading {
	p.mu.Lock()
	m := p.machines[target.UnitID]
	if m == nil {
		m = &memory{}
		p.machines[target.UnitID] = m
	}
	// A machine that came back may be another one in the same place.
	known := m.identified && m.failures == 0
	p.mu.Unlock()

	r := p.o.Read(ctx, target, !known)
	if r.Fault != "" && ctx.Err() != nil {
		return unread(target, r.At, mining.FaultUnasked, "the cycle ended before it answered")
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Fault != "" {
		m.failures++
		if m.failures >= patience {
			m.rest = p.o.Now().Add(min(firstRest<<min(m.failures-patience, 10), longestRest))
		}
		return r
	}
	m.failures = 0
	if known {
		r.Model, r.Firmware = firstText(r.Model, m.model), firstText(r.Firmware, m.firmware)
	}
	m.identified, m.model, m.firmware = true, r.Model, r.Firmware
	return r
}

// forget drops what is remembered of machines that are no longer targets.
func (p *Poller) forget(targets []mining.Target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.machines) == 0 {
		return
	}
	still := make(map[int64]bool, len(targets))
	for _, target := range targets {
		still[target.UnitID] = true
	}
	for id := range p.machines {
		if !still[id] {
			delete(p.machines, id)
		}
	}
}
