package notify

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// slackEvery is the least time between two messages to one hook.
const slackEvery = time.Second

// slackWords are the words that hooks answer with, and what to do about each.
// A word that is not among them is judged by the status and not repeated.
var slackWords = map[string]Kind{
	"invalid_payload":                   Reject,
	"invalid_blocks":                    Reject,
	"no_text":                           Reject,
	"too_many_attachments":              Reject,
	"user_not_found":                    Reject,
	"action_prohibited":                 Disable,
	"posting_to_general_channel_denied": Disable,
	"invalid_token":                     Disable,
	"channel_not_found":                 Disable,
	"no_service":                        Disable,
	"no_team":                           Disable,
	"channel_is_archived":               Disable,
	"rate_limited":                      Retry,
	"rollup_error":                      Retry,
}

// Slack posts a notice to an incoming webhook, at most one a second to each. It
// is well if the answer is 200 with the body ok. It fails with *Error: the hook
// is disabled if it is forbidden, gone or without a channel; a message that
// Slack cannot read is rejected; throttling, trouble at Slack and what nobody
// expects there may be tried again.
func (c *Client) Slack(ctx context.Context, hook string, n Notice) error {
	const channel = "slack"
	n, failed := n.checked(channel)
	if failed != nil {
		return failed
	}
	body, err := encode(slackMessage(n))
	if err != nil {
		return errorf(channel, Reject, "the notice cannot be written as JSON")
	}
	a, failed := c.send(ctx, message{
		channel: channel, method: http.MethodPost, address: hook, body: body, every: slackEvery, read: true,
	})
	if failed != nil && a.status != 0 && a.status != http.StatusOK { // the status says more than that the words are lost
		a.body, failed = nil, nil
	}
	if failed != nil {
		return failed
	}
	return result(slackAnswer(channel, a))
}

// slackAnswer judges an answer by its word, or else by its status. Trouble at
// Slack is trouble, whatever the word.
func slackAnswer(channel string, a answer) *Error {
	word := strings.TrimSpace(string(a.body))
	if a.status == http.StatusOK && word == "ok" {
		return nil
	}
	kind, told := slackWords[word]
	if !told || a.status >= http.StatusInternalServerError {
		kind = slackStatus(a.status)
	}
	e := refused(channel, kind, a)
	switch {
	case told:
		e.Msg += ": " + word
	case a.status == http.StatusOK:
		e.Msg += ", but the answer is not ok"
	}
	return e
}

// slackStatus is what to do about a status. 200 comes here without its ok: some
// box on the way answered in Slack's place.
func slackStatus(status int) Kind {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound, status == http.StatusGone:
		return Disable
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		return Retry
	case status >= 400 && status <= 499:
		return Reject
	default:
		return Retry
	}
}
