package notify

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// jitter is how much longer a wait may become by chance, as a fraction, so that
// many notices that failed together do not come back together.
const jitter = 0.2

// maxAfter bounds what a receiver may ask for: the longest wait of the schedule.
const maxAfter = 24 * time.Hour

// schedule is when the attempts of a notice are made, each after the one
// before: the schedule of Standard Webhooks.
var schedule = [...]time.Duration{
	0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute,
	2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Backoff is how long to wait before an attempt, counted from zero, after the
// one before: the schedule and up to a fifth more, by chance in [0, 1) from
// random. It is false once no attempt is left: then disable the destination and
// tell its owner by another way.
func Backoff(attempt int, random func() float64) (time.Duration, bool) {
	if attempt < 0 || attempt >= len(schedule) {
		return 0, false
	}
	wait := schedule[attempt]
	return wait + time.Duration(jitter*random()*float64(wait)), true
}

// retryAfter reads both forms of the header, capped; nonsense is nothing.
func retryAfter(text string, now time.Time) time.Duration {
	var wait time.Duration
	if n, err := strconv.ParseInt(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		wait = time.Duration(max(0, min(n, int64(maxAfter/time.Second)))) * time.Second
	} else if t, err := http.ParseTime(text); err == nil {
		wait = t.Sub(now)
	}
	return min(max(wait, 0), maxAfter)
}
