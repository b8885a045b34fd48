package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"switchyard/db"
)

// fault is an error that says what the person asking may be told.
type fault struct {
	status int
	title  string // a short noun phrase
	detail string // a sentence for people
	cause  error  // for the log alone
}

func (f *fault) Error() string {
	if f.cause != nil {
		return f.detail + ": " + f.cause.Error()
	}
	return f.detail
}

func (f *fault) Unwrap() error { return f.cause }

// badInput is a request that cannot be understood; detail names the field,
// the rule and, where it helps, an example.
func badInput(detail string) error {
	return &fault{status: http.StatusBadRequest, title: "Not understood", detail: detail}
}

func notFound(detail string) error {
	return &fault{status: http.StatusNotFound, title: "Not found", detail: detail}
}

// statuses is the one table from the errors of the layers below to HTTP.
var statuses = []struct {
	err    error
	status int
	title  string
	detail string
}{
	{db.ErrNotFound, http.StatusNotFound, "Not found", "There is nothing at this address."},
	{db.ErrUnavailable, http.StatusServiceUnavailable, "The database does not answer", "Nothing can be read or written until it does. The page is worth another try in a few seconds."},
	{context.DeadlineExceeded, http.StatusGatewayTimeout, "Too slow", "The answer took longer than a page may. The page is worth another try."},
	{context.Canceled, statusClientGone, "Given up", "The browser went away before the answer was ready."},
}

// statusClientGone is logged for a request whose browser left; nobody reads it.
const statusClientGone = 499

// asFault turns any error into what people may read.
func asFault(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return &fault{status: s.status, title: s.title, detail: s.detail, cause: err}
		}
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		switch he.Code {
		case http.StatusNotFound:
			return &fault{status: he.Code, title: "Not found", detail: "There is no page at this address.", cause: err}
		case http.StatusMethodNotAllowed:
			return &fault{status: he.Code, title: "Not allowed", detail: "This address does not take that kind of request.", cause: err}
		case http.StatusRequestEntityTooLarge:
			return &fault{status: he.Code, title: "Too large", detail: "The request is larger than this address takes.", cause: err}
		case http.StatusForbidden:
			return &fault{status: he.Code, title: "Refused", detail: "This request did not come from one of the dashboard's own pages.", cause: err}
		default:
			return &fault{status: he.Code, title: http.StatusText(he.Code), detail: http.StatusText(he.Code) + ".", cause: err}
		}
	}
	return &fault{status: http.StatusInternalServerError, title: "Something broke here", detail: "The cause is in the server's log under the number below.", cause: err}
}

// problem is an RFC 9457 document.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance,omitempty"` // the request's number in the log
}

func writeProblem(c echo.Context, f *fault, requestID string) error {
	body, err := json.Marshal(problem{
		Type: "about:blank", Title: f.title, Status: f.status, Detail: f.detail, Instance: requestID,
	})
	if err != nil {
		return err
	}
	return c.Blob(f.status, "application/problem+json", body)
}
