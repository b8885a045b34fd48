package f2pool

import (
	"errors"
	"strings"

	"switchyard/jobs/upstream"
)

// The codes of its errors that a source shows.
const (
	badParams = 5001
	noRight   = 5010
)

// errCurrency is the cause of an error about the name of the coin.
var errCurrency = errors.New("the pool does not know the name of the coin")

// refusal is the Error of an answer that has a code.
func refusal(o upstream.Options, code float64, said string) *upstream.Error {
	words := strings.ToLower(said)
	switch {
	case code == noRight:
		return o.Saying(upstream.Denied, "it does not accept the secret", said)
	case code == badParams && strings.Contains(words, "currency"):
		e := o.Saying(upstream.Refused, "it refused the call", said)
		e.Err = errCurrency
		return e
	case noSuchUser(words):
		return o.Saying(upstream.NoAccount, "it does not know the account", said)
	}
	return o.Saying(upstream.Refused, "it refused the call", said)
}

// noSuchUser says whether words in lower case are about a user there is not.
func noSuchUser(words string) bool {
	if strings.Contains(words, "mining_user_name") {
		return true
	}
	if !strings.Contains(words, "user") && !strings.Contains(words, "account") {
		return false
	}
	for _, no := range []string{"not exist", "not found", "no such", "unknown"} {
		if strings.Contains(words, no) {
			return true
		}
	}
	return false
}

// strange says whether an error is about the name of the coin.
func strange(err error) bool { return errors.Is(err, errCurrency) }
