package poolwire

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// WorkerName is a worker's name without the account and the point before it. A
// worker that has no name but the account's goes by that.
func WorkerName(account, full string) string {
	if n := len(account); n > 0 && len(full) > n+1 && full[n] == '.' && strings.EqualFold(full[:n], account) {
		return full[n+1:]
	}
	return full
}

// Named reads workers that are told as a map by their names, in the order of
// which they come, and the entries it refused.
func Named(rows map[string]json.RawMessage, decode func(full string, row json.RawMessage) (pool.Worker, error)) ([]pool.Worker, []upstream.Refusal) {
	var workers []pool.Worker
	var refused []upstream.Refusal
	for _, full := range slices.Sorted(maps.Keys(rows)) {
		w, err := decode(full, rows[full])
		if err != nil {
			refused = append(refused, upstream.Refuse(err, fmt.Appendf(nil, "%q:%s", full, rows[full])))
			continue
		}
		workers = append(workers, w)
	}
	return Sorted(workers, Together), refused
}

// Together is one worker of two that go by one name: their hashrates added, the
// later share, and the better state. Fractions of shares cannot be added.
func Together(a, b pool.Worker) pool.Worker {
	a.Now, a.Hour, a.Day = plus(a.Now, b.Now), plus(a.Hour, b.Hour), plus(a.Day, b.Day)
	a.Stale, a.Rejected = mining.Unknown[float64](listedTwice), mining.Unknown[float64](listedTwice)
	if b.LastShare.Known && (!a.LastShare.Known || b.LastShare.Value.After(a.LastShare.Value)) {
		a.LastShare = b.LastShare
	}
	if better(b.State) > better(a.State) {
		a.State = b.State
	}
	return a
}

const listedTwice = "the pool lists the name twice"

func plus(a, b mining.Maybe[units.Hashrate]) mining.Maybe[units.Hashrate] {
	switch {
	case !a.Known:
		return a
	case !b.Known:
		return b
	}
	return mining.Of(a.Value + b.Value)
}

func better(s pool.WorkerState) int {
	switch s {
	case pool.Online:
		return 3
	case pool.Low:
		return 2
	case pool.Offline:
		return 1
	default:
		return 0
	}
}

// Missing makes NoAccount of a 404, where the account stands in the address.
func Missing(err error) error {
	var e *upstream.Error
	if !errors.As(err, &e) || !Is404(err) {
		return err
	}
	named := *e
	named.Kind, named.Msg = upstream.NoAccount, "it does not know the account: "+e.Msg
	return &named
}

// Is404 says whether an error is that there is nothing under an address.
func Is404(err error) bool {
	var e *upstream.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}
