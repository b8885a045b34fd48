package viabtc

import (
	"errors"

	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// The codes of its errors that have a kind of their own. Others, such as 2 for
// an argument and 5001 for the coin, are told in the pool's words.
const (
	badKey       = 12001
	badSignature = 12002
	badTime      = 12003
	badAddress   = 12004
)

// open reads the envelope of an answer, and the error that may be in it.
func open(o upstream.Options, body []byte) (*poolwire.Object, error) {
	answer := poolwire.ReadObject(body)
	answer.Need("code")
	code := answer.Number("code")
	said := answer.Text("message")
	if code.Known && code.V == 0 {
		answer.Need("data")
	}
	if err := answer.As(o, "the answer"); err != nil {
		return nil, err
	}
	switch {
	case !code.Known:
		return nil, upstream.Errorf(name, upstream.Malformed, "the answer has no code")
	case code.V != 0:
		return nil, refusal(o, code.V, said)
	}
	return answer, nil
}

func refusal(o upstream.Options, code float64, said string) *upstream.Error {
	switch code {
	case badKey:
		return o.Saying(upstream.Denied, "it does not accept the key", said)
	case badSignature:
		return o.Saying(upstream.Denied, "it does not accept the signature", said)
	case badTime:
		return o.Saying(upstream.Clock, "it does not accept the time of the call", said)
	case badAddress:
		return o.Saying(upstream.Blocked, "it takes no calls from this address", said)
	}
	return o.Saying(upstream.Refused, "it refused the call", said)
}

// denied says whether an error is that of a key or a signature.
func denied(err error) bool {
	var e *upstream.Error
	return errors.As(err, &e) && e.Kind == upstream.Denied
}
