package simulate

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"switchyard/econ/market"
)

func answer(w http.ResponseWriter, v any) { answerStatus(w, http.StatusOK, v) }

func answerStatus(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	write(w, string(body))
}

// dollars prints a price as venues do in strings.
func dollars(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// candles are a venue's candles of a width that begin in [from, to], at most
// limit of them counted from the beginning, up to and with the one that is not
// finished yet.
func (p *party) candles(width time.Duration, from, to time.Time, limit int) []market.Candle {
	now := p.world.Now()
	start := from.UTC().Truncate(width)
	if start.Before(from) {
		start = start.Add(width)
	}
	if begin := p.world.Begin(); start.Before(begin) {
		start = begin
	}
	var list []market.Candle
	for t := start; !t.After(to) && !t.After(now) && len(list) < limit; t = t.Add(width) {
		list = append(list, p.world.VenueCandle(p.name, width, t))
	}
	return list
}

func unix(text string, fallback time.Time) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fallback
	}
	return time.Unix(n, 0).UTC()
}
