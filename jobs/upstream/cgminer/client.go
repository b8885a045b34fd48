package cgminer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"

	"switchyard/econ/mining"
	"switchyard/jobs/upstream"
)

// Port is where miners answer.
const Port = 4028

// Defaults of Options.
const (
	DefaultTimeout     = 5 * time.Second
	DefaultConcurrency = 256
	maxAnswer          = 256 << 10 // bytes; the longest answer on record has 18 kB
)

// Options say how and whom to ask. The zero value asks nobody.
type Options struct {
	// Networks are those that may be asked. A machine at another address is
	// refused before a connection is made.
	Networks    []netip.Prefix
	Timeout     time.Duration    // for all questions to one machine; DefaultTimeout if zero
	Concurrency int              // machines asked at once; DefaultConcurrency if zero
	Port        int              // Port if zero
	Now         func() time.Time // time.Now if nil
	// Dial makes a connection; net.Dialer's if nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	if o.Port == 0 {
		o.Port = Port
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return o
}

// allowed says whether an address may be asked. A v4 address in v6 clothes is
// judged as what it is.
func (o Options) allowed(addr netip.Addr) bool {
	addr = addr.Unmap()
	for _, network := range o.Networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// errForbidden is a machine outside the networks that may be asked.
var errForbidden = errors.New("its address is outside the networks that may be asked")

// Ask sends one command over a connection of its own and returns the answer
// without the NUL at its end. It fails with an *upstream.Error, or with
// FaultForbidden's error before any connection is made.
func (o Options) Ask(ctx context.Context, addr netip.Addr, command Command) ([]byte, error) {
	o = o.withDefaults()
	if !o.allowed(addr) {
		return nil, errForbidden
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	return o.ask(ctx, addr, command)
}

// ask is Ask once address and time have been looked after.
func (o Options) ask(ctx context.Context, addr netip.Addr, command Command) ([]byte, error) {
	conn, err := o.Dial(ctx, "tcp", net.JoinHostPort(addr.Unmap().String(), strconv.Itoa(o.Port)))
	if err != nil {
		return nil, connection(err)
	}
	defer conn.Close() //nolint:errcheck // the answer is there or it is not
	// The end of ctx, for whatever reason, ends reading and writing.
	stop := context.AfterFunc(ctx, func() {
		_ = conn.SetDeadline(time.Unix(1, 0)) //nolint:errcheck // the connection is closed below
	})
	defer stop()
	if _, err := conn.Write(command.request()); err != nil {
		return nil, connection(err)
	}
	return readAnswer(conn)
}

// readAnswer reads to a NUL or to the end of the connection, in as many pieces
// as it comes.
func readAnswer(from io.Reader) ([]byte, error) {
	answer := make([]byte, 0, 4<<10)
	for {
		if len(answer) == cap(answer) {
			answer = append(answer, 0)[:len(answer)]
		}
		n, err := from.Read(answer[len(answer):cap(answer)])
		fresh := answer[len(answer) : len(answer)+n]
		answer = answer[:len(answer)+n]
		if i := bytes.IndexByte(fresh, 0); i >= 0 {
			return answer[:len(answer)-n+i], nil
		}
		switch {
		case len(answer) > maxAnswer:
			return nil, upstream.Errorf(name, upstream.TooLarge, "its answer has more than %d bytes", maxAnswer)
		case errors.Is(err, io.EOF) && len(answer) > 0:
			return answer, nil
		case errors.Is(err, io.EOF):
			return nil, &upstream.Error{Name: name, Kind: upstream.Refused, Msg: "it closed the connection without an answer", Err: errBroken}
		case err != nil:
			return nil, connection(err)
		}
	}
}

// errBroken marks a connection that came about and broke off.
var errBroken = errors.New("broken off")

// connection turns what the network says into an Error.
func connection(err error) *upstream.Error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, syscall.ETIMEDOUT):
		return &upstream.Error{Name: name, Kind: upstream.Timeout, Msg: "no whole answer in time", Err: err}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.ErrClosedPipe):
		return &upstream.Error{Name: name, Kind: upstream.Refused, Msg: "the connection broke off", Err: errors.Join(errBroken, err)}
	default:
		return &upstream.Error{Name: name, Kind: upstream.Refused, Msg: "no connection", Err: err}
	}
}

// FaultOf is the fault an error stands for; empty for none.
func FaultOf(err error) mining.Fault {
	var e *upstream.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errForbidden):
		return mining.FaultForbidden
	case errors.Is(err, errBroken):
		return mining.FaultBroken
	case !errors.As(err, &e):
		return mining.FaultRefused
	}
	switch e.Kind {
	case upstream.Timeout:
		return mining.FaultTimeout
	case upstream.TooLarge:
		return mining.FaultTooLarge
	case upstream.Malformed:
		return mining.FaultGarbled
	default:
		if e.Err == nil {
			return mining.FaultDenied // it said no in its own words
		}
		return mining.FaultRefused
	}
}
