package notify

import (
	"context"
	"net/http"
)

// Heartbeat asks for an address, for a watchdog that raises the alarm when it
// is not asked any more. Any 2xx is well; 410 disables it; everything else, a
// redirect too, may be tried again. It fails with *Error.
func (c *Client) Heartbeat(ctx context.Context, address string) error {
	const channel = "heartbeat"
	a, failed := c.send(ctx, message{channel: channel, method: http.MethodGet, address: address})
	if failed != nil {
		return failed
	}
	return result(byStatus(channel, a))
}

// byStatus judges an answer as Standard Webhooks does: 2xx is well, 410 says
// goodbye, all the rest is tried again by the schedule.
func byStatus(channel string, a answer) *Error {
	switch {
	case a.status >= 200 && a.status <= 299:
		return nil
	case a.status == http.StatusGone:
		return refused(channel, Disable, a)
	case a.status >= 300 && a.status <= 399:
		e := refused(channel, Retry, a)
		e.Msg += ": redirects are not followed"
		return e
	default:
		return refused(channel, Retry, a)
	}
}
