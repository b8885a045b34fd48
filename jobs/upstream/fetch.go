package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Options configure a client of one party. Zero values mean the defaults.
type Options struct {
	Name      string // of the party, set by its package
	BaseURL   string
	WSURL     string
	Rate      rate.Limit    // requests a second
	Burst     int           // requests that may go at once
	Timeout   time.Duration // of one try
	MaxBytes  int64         // of one answer
	Retries   int           // tries after the first; negative: none
	UserAgent string
	Log       *slog.Logger
	Client    *http.Client
	Now       func() time.Time
	Sleep     func(context.Context, time.Duration) error // waits; tests replace it
}

// Defaults fills in what is not set, from a party's own and then the common
// ones.
func (o Options) Defaults(party Options) Options {
	pick := func(values ...string) string {
		for _, v := range values {
			if v != "" {
				return v
			}
		}
		return ""
	}
	o.Name = party.Name
	o.BaseURL = strings.TrimRight(pick(o.BaseURL, party.BaseURL), "/")
	o.WSURL = pick(o.WSURL, party.WSURL)
	o.UserAgent = pick(o.UserAgent, "switchyard")
	if o.Rate == 0 {
		o.Rate, o.Burst = party.Rate, party.Burst
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 16 << 20
	}
	if o.Retries == 0 {
		o.Retries = 2
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Client == nil {
		o.Client = &http.Client{CheckRedirect: sameHost}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return o
}

// sameHost follows a redirect only within the host that was asked.
func sameHost(r *http.Request, via []*http.Request) error {
	if len(via) > 3 || r.URL.Host != via[0].URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Fetcher asks one party.
type Fetcher struct {
	o       Options
	limiter *rate.Limiter
}

// NewFetcher returns a fetcher with options that Defaults has filled in.
func NewFetcher(o Options) *Fetcher {
	return &Fetcher{o: o, limiter: rate.NewLimiter(o.Rate, max(o.Burst, 1))}
}

// Waits between tries.
const (
	firstWait = 500 * time.Millisecond
	maxWait   = 30 * time.Second
)

// Get asks for a path and returns the body of a 200. It tries again after a
// broken connection, a time-out, 429 and 5xx, as long as the party asks for or
// else with jittered back-off. Where JSON is expected, HTML is Malformed.
func (f *Fetcher) Get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	wait := firstWait
	for try := 0; ; try++ {
		body, err := f.once(ctx, path, query)
		if err == nil {
			return body, nil
		}
		var e *Error
		if ctx.Err() != nil || !errors.As(err, &e) || !e.transient() || try >= f.o.Retries || e.RetryAfter > maxWait {
			return nil, err
		}
		pause := max(e.RetryAfter, wait/2+rand.N(wait/2+1))
		f.o.Log.Debug("asking again", "party", f.o.Name, "path", path, "wait_ms", pause.Milliseconds(), "error", err)
		if serr := f.o.Sleep(ctx, pause); serr != nil {
			return nil, err
		}
		wait = min(2*wait, maxWait)
	}
}

func (f *Fetcher) once(ctx context.Context, path string, query url.Values) ([]byte, error) {
	if err := f.limiter.Wait(ctx); err != nil {
		return nil, fmt.Errorf("%s: wait for the rate limit: %w", f.o.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, f.o.Timeout)
	defer cancel()
	address := f.o.BaseURL + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, Errorf(f.o.Name, Refused, "the address is not valid")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", f.o.UserAgent)
	res, err := f.o.Client.Do(req)
	if err != nil {
		return nil, f.broken(err)
	}
	defer res.Body.Close() //nolint:errcheck // read to its end or given up
	body, err := io.ReadAll(io.LimitReader(res.Body, f.o.MaxBytes+1))
	if err != nil {
		return nil, f.broken(err)
	}
	if int64(len(body)) > f.o.MaxBytes {
		return nil, Errorf(f.o.Name, TooLarge, "the answer is larger than %d bytes", f.o.MaxBytes)
	}
	if res.StatusCode != http.StatusOK {
		return nil, f.status(res, body)
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return nil, Errorf(f.o.Name, Malformed, "the answer is a web page instead of data")
	}
	return body, nil
}

// broken is the error of a connection that gave no whole answer.
func (f *Fetcher) broken(err error) *Error {
	var netErr net.Error
	if errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &netErr) && netErr.Timeout()) {
		return &Error{Party: f.o.Name, Kind: Timeout, Msg: fmt.Sprintf("no answer within %s", f.o.Timeout), Err: err}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{Party: f.o.Name, Kind: Unreachable, Msg: "the answer broke off", Err: err}
	}
	return &Error{Party: f.o.Name, Kind: Unreachable, Msg: "no connection", Err: err}
}

func (f *Fetcher) status(res *http.Response, body []byte) *Error {
	e := Errorf(f.o.Name, Status, "HTTP %d%s", res.StatusCode, said(res, body))
	e.Status, e.RetryAfter = res.StatusCode, f.retryAfter(res.Header.Get("Retry-After"))
	if res.StatusCode == http.StatusTooManyRequests {
		e.Kind = RateLimited
	}
	return e
}

// said is the beginning of a short plain answer, for people; pages are left
// out.
func said(res *http.Response, body []byte) string {
	text := strings.TrimSpace(string(body))
	if text == "" || len(text) > 200 || strings.HasPrefix(text, "<") || strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return ""
	}
	return ": " + text
}

// retryAfter reads the header's two forms; nonsense is none.
func (f *Fetcher) retryAfter(text string) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < 1<<20 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(text); err == nil {
		return max(0, t.Sub(f.o.Now()))
	}
	return 0
}
