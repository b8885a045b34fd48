package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	answerBytes = 64 << 10 // how much of an answer is read, and of its header
	userAgent   = "switchyard"
)

// Options configure a Client. Zero values send to public https addresses only.
type Options struct {
	AllowHTTP    bool           // http beside https: for tests and on-premises use
	AllowPrivate bool           // any network: for tests and on-premises use
	RootCAs      *x509.CertPool // who may sign the receivers' certificates; nil: those of the system
	Timeout      time.Duration  // of one try; zero: 20 s
	Now          func() time.Time
	// Pause waits for d or until ctx ends, whose cause it returns. Zero: a timer.
	Pause func(ctx context.Context, d time.Duration) error
}

// Client sends to addresses that users gave. One serves all destinations and
// may be used by many goroutines.
type Client struct {
	o         Options
	transport *http.Transport
	allowed   func(netip.Addr) bool // whether an address may be connected to

	mu      sync.Mutex // guards buckets and what they hold
	buckets map[key]*bucket
}

// NewClient returns a client. It keeps no connections: every try makes its own,
// so that every try is checked anew.
func NewClient(o Options) *Client {
	o.Timeout = cmp.Or(o.Timeout, 20*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause == nil {
		o.Pause = pause
	}
	c := &Client{o: o, allowed: isPublic, buckets: make(map[key]*bucket)}
	if o.AllowPrivate {
		c.allowed = func(netip.Addr) bool { return true }
	}
	dialer := &net.Dialer{Timeout: o.Timeout, Control: c.control}
	c.transport = &http.Transport{
		Proxy:                  nil, // a proxy would resolve names where nothing is checked
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: answerBytes,
	}
	return c
}

// pause waits for d, or returns the cause of ctx as soon as that ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// message is one request.
type message struct {
	channel string
	method  string
	address string
	header  http.Header   // beside the common ones
	body    []byte        // nil: none
	every   time.Duration // at most one message in it goes to the address; zero: no limit
	read    bool          // whether the body of the answer matters
}

// answer is what a receiver said.
type answer struct {
	status int
	after  time.Duration // what it asked for with Retry-After, capped
	body   []byte        // if it was to be read, up to answerBytes
}

// send makes one try: it checks the address, waits for the destination's turn
// and sends. The error tells of a try without a whole answer.
func (c *Client) send(ctx context.Context, m message) (answer, *Error) {
	u, err := c.parse(m.address)
	if err != nil {
		e := errorf(m.channel, Reject, "%s", err)
		if errors.Is(err, ErrBlocked) {
			e.Err = ErrBlocked
		}
		return answer{}, e
	}
	if failed := c.turn(ctx, m); failed != nil {
		return answer{}, failed
	}
	limited, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, m.method, u.String(), bytes.NewReader(m.body))
	if err != nil { // it would hold the address
		return answer{}, errorf(m.channel, Reject, "the address is not valid")
	}
	for name, values := range m.header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", userAgent)
	if m.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	// Without a client on top nothing follows a redirect or keeps a cookie.
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return answer{}, broken(ctx, m.channel, c.o.Timeout, err)
	}
	defer res.Body.Close() //nolint:errcheck // it was only read
	// A receiver that gives up because we did may still say 200 on the way out.
	if limited.Err() != nil {
		return answer{}, broken(ctx, m.channel, c.o.Timeout, limited.Err())
	}
	a := answer{status: res.StatusCode, after: retryAfter(res.Header.Get("Retry-After"), c.o.Now())}
	if throttles(a.status) {
		c.hold(m, a.after)
	}
	if m.read {
		if a.body, err = io.ReadAll(io.LimitReader(res.Body, answerBytes)); err == nil {
			err = limited.Err()
		}
		if err != nil {
			return a, broken(ctx, m.channel, c.o.Timeout, err)
		}
	}
	return a, nil
}

// throttles says whether a status asks for less.
func throttles(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// refused is the error of a status.
func refused(channel string, kind Kind, a answer) *Error {
	e := errorf(channel, kind, "HTTP %d %s", a.status, http.StatusText(a.status))
	e.Status = a.status
	if kind == Retry {
		e.After = a.after
	}
	return e
}
