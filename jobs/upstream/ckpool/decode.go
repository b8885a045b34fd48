package ckpool

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const (
	notSaid = "the pool did not say"
	solo    = "a block pays the address itself: nothing is owed"
)

// figures are those that ckpool tells of an address and of a worker.
type figures struct {
	*poolwire.Object
	err error // of a hashrate
}

// suffix is the factor of the letter behind a number of ckpool.
func suffix(letter byte) float64 {
	switch letter {
	case 'k', 'K':
		return 1e3
	case 'M':
		return 1e6
	case 'G':
		return 1e9
	case 'T':
		return 1e12
	case 'P':
		return 1e15
	case 'E':
		return 1e18
	}
	return 0
}

// parseRate reads a hashrate as ckpool writes it, "1.23P" for 1.23e15 H/s.
func parseRate(text string) (mining.Maybe[units.Hashrate], error) {
	digits, factor := text, 1.0
	if n := len(text); n > 0 && suffix(text[n-1]) > 0 {
		digits, factor = text[:n-1], suffix(text[n-1])
	}
	var number upstream.Number
	if err := number.UnmarshalJSON([]byte(digits)); err != nil || !number.Known {
		return mining.Unknown[units.Hashrate]("not sensible"), fmt.Errorf("%.20q is not a hashrate", text)
	}
	return poolwire.Hashrate(number, factor)
}

// rate is a hashrate; unknown if it is missing.
func (f *figures) rate(key string) mining.Maybe[units.Hashrate] {
	text := f.Text(key)
	if !f.Has(key) || f.Err() != nil {
		return mining.Unknown[units.Hashrate](notSaid)
	}
	h, err := parseRate(text)
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("%s: %w", key, err)
	}
	return h
}

// mistake is the first thing that is not as documented, or nil.
func (f *figures) mistake() error {
	if f.Err() != nil {
		return f.Err()
	}
	return f.err
}

func decodeStanding(o upstream.Options, body []byte, at time.Time) (pool.Standing, error) {
	f := figures{Object: poolwire.ReadObject(body)}
	f.Need("hashrate5m", "workers")
	s := pool.Standing{
		At:     at,
		Now:    f.rate("hashrate5m"),
		Hour:   f.rate("hashrate1hr"),
		Day:    f.rate("hashrate1d"),
		Active: f.Count("workers"),
	}
	if err := f.mistake(); err != nil {
		return pool.Standing{}, o.Saying(upstream.Malformed, "how the address stands is not as documented", err.Error())
	}
	s.Inactive.Why = "the pool counts the workers that are connected only"
	s.Unpaid.Why = solo
	s.Stale.Why, s.Rejected.Why = notSaid, notSaid
	return s, nil
}

func decodeWorkers(o upstream.Options, body []byte, address string, now time.Time) ([]pool.Worker, []upstream.Refusal, error) {
	answer := poolwire.ReadObject(body)
	answer.Need("worker", "workers")
	rows, counted := answer.List("worker"), answer.Count("workers")
	if err := answer.As(o, "the list of workers"); err != nil {
		return nil, nil, err
	}
	workers, refused := poolwire.Rows(rows, func(row *poolwire.Object) (pool.Worker, bool, error) { return decodeWorker(row, address, now) })
	if err := poolwire.Whole(name, counted.Value, len(workers), len(refused)); err != nil {
		return nil, nil, err
	}
	return poolwire.Sorted(workers, poolwire.Together), refused, nil
}

// decodeWorker reads a worker, "address.name". One that does not hash is off:
// the pool says "0" of it.
func decodeWorker(row *poolwire.Object, address string, now time.Time) (pool.Worker, bool, error) {
	f := figures{Object: row}
	id := f.Text("workername")
	w := pool.Worker{
		ID:        id,
		Name:      poolwire.WorkerName(address, id),
		State:     pool.Online,
		Now:       f.rate("hashrate5m"),
		Hour:      f.rate("hashrate1hr"),
		Day:       f.rate("hashrate1d"),
		LastShare: f.Unix("lastshare", now),
	}
	w.Stale.Why, w.Rejected.Why = notSaid, notSaid
	switch {
	case f.mistake() != nil:
		return pool.Worker{}, false, f.mistake()
	case id == "":
		return pool.Worker{}, false, errors.New("the worker has no name")
	case !w.Now.Known:
		return pool.Worker{}, false, errors.New("the worker has no hashrate")
	case w.Now.Value == 0:
		w.State = pool.Offline
	}
	return w, true, nil
}

// decodeStatus reads the pool's own file: one object on each line, one of which
// holds the hashrates.
func decodeStatus(o upstream.Options, body []byte) (units.Hashrate, error) {
	var found mining.Maybe[units.Hashrate]
	for line := range strings.Lines(string(body)) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		f := figures{Object: poolwire.ReadObject([]byte(line))}
		if h := f.rate("hashrate1hr"); h.Known {
			found = h
		}
		if err := f.mistake(); err != nil {
			return 0, o.Saying(upstream.Malformed, "the pool's status is not as documented", err.Error())
		}
	}
	if !found.Known {
		return 0, upstream.Errorf(name, upstream.Malformed, "the pool's status holds no hashrate")
	}
	return found.Value, nil
}
