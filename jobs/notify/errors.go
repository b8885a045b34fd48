package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Kind says what to do about a notice that was not delivered.
type Kind string

// The kinds of Error.
const (
	Retry   Kind = "retry"   // try again later
	Disable Kind = "disable" // stop sending to this destination and tell its owner
	Reject  Kind = "reject"  // never try this notice again; the destination may be good
)

// ErrBlocked is the cause of an Error if the destination is not a public
// address.
var ErrBlocked = errors.New("not a public address")

// Error is a failure to deliver. Its text is for people; it holds no address,
// no key and no words of the receiver.
type Error struct {
	Channel string // email, slack, webhook or heartbeat
	Kind    Kind
	Status  int           // of HTTP or SMTP, zero if there was no answer
	After   time.Duration // with Retry: not before, as the receiver asked; zero: Backoff alone decides
	Msg     string        // what happened, to follow the channel
	Err     error         // ErrBlocked or the cause of the caller's context, else nil
}

// Error is the channel and what happened.
func (e *Error) Error() string { return e.Channel + ": " + e.Msg }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

func errorf(channel string, kind Kind, format string, args ...any) *Error {
	return &Error{Channel: channel, Kind: kind, Msg: fmt.Sprintf(format, args...)}
}

// result hands an *Error on as an error, and nil as nil.
func result(e *Error) error {
	if e == nil {
		return nil
	}
	return e
}

// ended is the error of a try that the caller's context cut short.
func ended(ctx context.Context, channel string) *Error {
	return &Error{Channel: channel, Kind: Retry, Msg: "the attempt was cut short", Err: context.Cause(ctx)}
}

// broken is the error of a try that gave no whole answer within timeout. The
// texts of the network's own errors hold addresses, so none of them is kept.
func broken(ctx context.Context, channel string, timeout time.Duration, err error) *Error {
	var name *net.DNSError
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	switch {
	case ctx.Err() != nil:
		return ended(ctx, channel)
	case errors.Is(err, ErrBlocked):
		return &Error{Channel: channel, Kind: Reject, Msg: "the address leads into a network that is not public", Err: ErrBlocked}
	case timedOut(err):
		return errorf(channel, Retry, "no answer within %s", timeout)
	case errors.As(err, &name):
		return errorf(channel, Retry, "the name of the host is not known")
	case errors.As(err, &certificate):
		return errorf(channel, Retry, "the TLS certificate is not accepted")
	case errors.As(err, &record):
		return errorf(channel, Retry, "the other side does not speak TLS")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errorf(channel, Retry, "the answer broke off")
	default:
		return errorf(channel, Retry, "no connection, or it was lost")
	}
}

func timedOut(err error) bool {
	var netErr net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &netErr) && netErr.Timeout())
}
