package upstream

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/time/rate"
)

// drainBytes is how much of an unread answer is read so that its connection
// can be used again; beyond it a new connection is cheaper.
const drainBytes = 64 << 10

// Fetcher asks one party over HTTP. It may be used by many goroutines.
type Fetcher struct {
	o       Options
	client  *http.Client
	limiter *rate.Limiter

	mu    sync.Mutex // guards until
	until time.Time  // the party asked not to be asked before
}

// NewFetcher returns a fetcher with options that Defaults has filled in.
func NewFetcher(o Options) *Fetcher {
	return &Fetcher{o: o, client: o.httpClient(), limiter: rate.NewLimiter(o.Rate, o.Burst)}
}

// Request is one call, made anew for each try: a nonce or a time that is signed
// must not be sent twice.
type Request struct {
	Method string // zero: GET
	Path   string
	Query  string      // encoded, without the question mark
	Header http.Header // beside Accept and User-Agent
	Accept string      // zero: application/json
	Body   []byte
}

// Get asks for a path and returns the body of a 200. A broken connection, a
// timeout, 429 and 5xx are tried again after a wait: as long as the party asks
// for, or else a jittered back-off. It fails with *Error, or with the cause of
// ctx if that ended.
func (f *Fetcher) Get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	return f.get(ctx, "text/plain, application/json", path, query)
}

// GetJSON is Get for a path that answers JSON: a web page in its place is
// refused as Malformed, with its status.
func (f *Fetcher) GetJSON(ctx context.Context, path string, query url.Values) ([]byte, error) {
	return f.get(ctx, "application/json", path, query)
}

// GetFile is Get for a path that answers with a file, of whatever type.
func (f *Fetcher) GetFile(ctx context.Context, path string, query url.Values) ([]byte, error) {
	return f.get(ctx, "*/*", path, query)
}

func (f *Fetcher) get(ctx context.Context, accept, path string, query url.Values) ([]byte, error) {
	return f.Send(ctx, func() Request { return Request{Path: path, Query: query.Encode(), Accept: accept} })
}

// Send is Get for a call that has headers or a body of its own; request makes
// it, again for each try.
func (f *Fetcher) Send(ctx context.Context, request func() Request) ([]byte, error) {
	for try := 0; ; try++ {
		body, path, err := f.try(ctx, request)
		if err == nil {
			return body, nil
		}
		var failed *Error
		if !errors.As(err, &failed) || !failed.passing || failed.RetryAfter > maxWait || try >= f.o.Retries {
			return nil, err
		}
		wait := max(failed.RetryAfter, backoff(try, f.o.Rand()))
		f.o.Log.Debug("asking again", "upstream", f.o.Name, "path", path, "wait_ms", wait.Milliseconds(), "error", err)
		if ended := pause(ctx, wait); ended != nil {
			return nil, fmt.Errorf("%w: %w", ended, err)
		}
	}
}

// try asks once, when the party and the rate limit allow it. It also returns the
// path that was asked for.
func (f *Fetcher) try(ctx context.Context, request func() Request) ([]byte, string, error) {
	if err := f.admit(ctx); err != nil {
		return nil, "", err
	}
	limited, cancel := context.WithTimeout(ctx, f.o.Timeout)
	defer cancel()
	asked := request() // after the wait, so that its time is the present
	body, err := f.ask(ctx, limited, asked)
	return body, asked.Path, err
}

// ask sends a request; ctx is the caller's, limited ends with the try.
func (f *Fetcher) ask(ctx, limited context.Context, asked Request) ([]byte, error) {
	req, err := f.request(limited, asked)
	if err != nil {
		return nil, err
	}
	res, err := f.client.Do(req) //nolint:bodyclose // discard closes it
	if err != nil {
		return nil, f.broken(ctx, err)
	}
	defer discard(res.Body)
	body, err := io.ReadAll(io.LimitReader(res.Body, f.o.MaxBytes+1))
	switch {
	case res.StatusCode != http.StatusOK: // what it says matters more than whether all of it came
		return nil, f.refused(res, body)
	case err != nil:
		return nil, f.broken(ctx, err)
	case int64(len(body)) > f.o.MaxBytes:
		return nil, Errorf(f.o.Name, TooLarge, "the answer is larger than %d bytes", f.o.MaxBytes)
	case isPage(res, body):
		return nil, &Error{Name: f.o.Name, Kind: Malformed, Status: res.StatusCode, Msg: "the answer is a web page where data was asked for"}
	}
	return body, nil
}

func (f *Fetcher) request(ctx context.Context, asked Request) (*http.Request, error) {
	address := f.o.BaseURL + asked.Path
	if asked.Query != "" {
		address += "?" + asked.Query
	}
	req, err := http.NewRequestWithContext(ctx, cmp.Or(asked.Method, http.MethodGet), address, bytes.NewReader(asked.Body))
	if err != nil { // the error of the library repeats the address, which may hold a key
		return nil, Errorf(f.o.Name, Refused, "the address is not valid")
	}
	for name, values := range asked.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", cmp.Or(asked.Accept, "application/json"))
	req.Header.Set("User-Agent", f.o.UserAgent)
	return req, nil
}

// discard lets the connection of an answer be used again.
func discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, drainBytes) //nolint:errcheck // nobody needs the rest
	_ = body.Close()                              //nolint:errcheck // it was only read
}

// isPage says whether an answer is HTML, whatever it calls itself: neither
// JSON nor a number begins with an angle bracket.
func isPage(res *http.Response, body []byte) bool {
	return strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

// broken is the error of a connection that gave no whole answer.
func (f *Fetcher) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: no answer yet: %w", f.o.Name, context.Cause(ctx))
	}
	e := &Error{Name: f.o.Name, Kind: Refused, Msg: "no connection", Err: err, passing: true}
	switch {
	case timedOut(err):
		e.Kind, e.Msg = Timeout, fmt.Sprintf("no answer within %s", f.o.Timeout)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Msg = "the answer broke off"
	}
	return e
}

// refused is the error of a status other than 200. If the party asks to wait,
// nobody asks it again until then.
func (f *Fetcher) refused(res *http.Response, body []byte) *Error {
	e := statusError(f.o, res)
	if text := said(res, body); text != "" {
		e.Msg += ": " + f.o.withoutSecrets(text)
	}
	if e.RetryAfter > 0 {
		f.hold(e.RetryAfter)
	}
	return e
}

// statusError reads the status and the Retry-After of an answer.
func statusError(o Options, res *http.Response) *Error {
	e := Errorf(o.Name, Status, "HTTP %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	e.Status = res.StatusCode
	e.RetryAfter = retryAfter(res.Header.Get("Retry-After"), o.Now())
	e.passing = res.StatusCode >= http.StatusInternalServerError
	switch res.StatusCode {
	case http.StatusTooManyRequests:
		e.Kind, e.passing = RateLimited, true
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Kind = Denied
	}
	return e
}

// said is a short plain answer, for people; pages and long texts are left out.
func said(res *http.Response, body []byte) string {
	if len(body) > 200 || isPage(res, body) {
		return ""
	}
	return strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(string(body), "")))
}

// printable is a character as it may stand in a log line.
func printable(r rune) rune {
	if !unicode.IsPrint(r) {
		return ' '
	}
	return r
}

// Close lets go of idle connections. The fetcher can still be used.
func (f *Fetcher) Close() { f.client.CloseIdleConnections() }
