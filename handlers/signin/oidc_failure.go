package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/oauth2"
)

// Reason says what kind of failure a sign-in met, for the status of the page.
type Reason int

// The reasons.
const (
	Stale       Reason = iota + 1 // too late, another browser, or used before: begin anew
	Refused                       // the person or the provider said no
	Unavailable                   // the provider does not answer, or not as it must
	Untrusted                     // what the provider sent is not believed
)

// Failure is a sign-in with the provider that did not succeed. Error is for the
// log: the cause stands in it, in one short line and without any secret.
type Failure struct {
	Reason   Reason
	Sentence string // for people
	Cause    error  // for the log alone
}

func (f *Failure) Error() string { return f.Sentence + ": " + f.Cause.Error() }

func (f *Failure) Unwrap() error { return f.Cause }

func stale(cause error) *Failure {
	return &Failure{Stale, "This sign-in took too long, was used before or began in another browser. Please begin again.", cause}
}

func refused(word string) *Failure {
	return &Failure{Refused, "The sign-in provider did not let you in. Please begin again, or ask an administrator.",
		fmt.Errorf("the provider's error is %s", code(word))}
}

func unavailable(cause error) *Failure {
	return &Failure{Unavailable, "The sign-in provider does not answer. Please try again in a moment.", cause}
}

func untrusted(cause error) *Failure {
	return &Failure{Untrusted, "The answer of the sign-in provider could not be verified. Please begin again, or ask an administrator.", cause}
}

// notExchanged says why the provider gave no token for the code. The answer
// itself is left out: providers repeat there what they were sent, the code and
// the client's secret too.
func notExchanged(err error) *Failure {
	var answer *oauth2.RetrieveError
	var broken *url.Error
	switch {
	case errors.As(err, &answer):
		status := 0
		if answer.Response != nil {
			status = answer.Response.StatusCode
		}
		cause := fmt.Errorf("exchange the code: the provider answered %d with the error %s", status, code(answer.ErrorCode))
		switch {
		case answer.ErrorCode == "invalid_grant":
			return stale(cause)
		case status >= http.StatusInternalServerError:
			return unavailable(cause)
		default:
			return untrusted(cause)
		}
	case errors.As(err, &broken), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return unavailable(fmt.Errorf("exchange the code: %w", brief(err)))
	default:
		return untrusted(fmt.Errorf("exchange the code: %w", brief(err)))
	}
}

// code returns an error code of OAuth 2.0 (RFC 6749, 4.1.2.1) if the text may
// be one.
func code(text string) string {
	const longest = 40
	if text == "" || len(text) > longest || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "(not a code)"
	}
	return text
}

// brief keeps of a library's error what a log can bear, since some repeat the
// whole of a foreign answer: one line of printable characters. Of its chain
// only an ended context is left.
func brief(err error) error {
	const longest = 200
	var line strings.Builder
	n := 0
	for _, r := range err.Error() {
		if n++; n > longest {
			line.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		line.WriteRune(r)
	}
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return fmt.Errorf("%s: %w", line.String(), end)
		}
	}
	return errors.New(line.String())
}
