package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func TestSlackAnswers(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   outcome
	}{
		{"ok", says(200, "ok"), outcome{}},
		{"ok and a newline", says(200, "ok\n"), outcome{}},
		{"200 without ok", says(200, "<html>Sign in</html>"), outcome{kind: Retry, status: 200, msg: "slack: HTTP 200 OK, but the answer is not ok"}},
		{"200 and nothing", says(200, ""), outcome{kind: Retry, status: 200}},
		{"200 with a word", says(200, "no_service"), outcome{kind: Disable, status: 200, msg: "slack: HTTP 200 OK: no_service"}},
		{"202", says(202, "ok"), outcome{kind: Retry, status: 202}},
		{"302", says(302, ""), outcome{kind: Retry, status: 302}},
		{"400 invalid_payload", says(400, "invalid_payload"), outcome{kind: Reject, status: 400, msg: "slack: HTTP 400 Bad Request: invalid_payload"}},
		{"400 no_text", says(400, "no_text"), outcome{kind: Reject, status: 400}},
		{"400 too_many_attachments", says(400, "too_many_attachments"), outcome{kind: Reject, status: 400}},
		{"400 user_not_found", says(400, "user_not_found"), outcome{kind: Reject, status: 400}},
		{"400 in other words", says(400, "who knows"), outcome{kind: Reject, status: 400, msg: "slack: HTTP 400 Bad Request"}},
		{"401", says(401, ""), outcome{kind: Disable, status: 401}},
		{"403 action_prohibited", says(403, "action_prohibited"), outcome{kind: Disable, status: 403}},
		{"403 posting_to_general_channel_denied", says(403, "posting_to_general_channel_denied"), outcome{kind: Disable, status: 403}},
		{"403 invalid_token", says(403, "invalid_token"), outcome{kind: Disable, status: 403}},
		{"403 that breaks off", cutOff(403), outcome{kind: Disable, status: 403}},
		{"404 channel_not_found", says(404, "channel_not_found"), outcome{kind: Disable, status: 404}},
		{"404 no_service", says(404, "no_service"), outcome{kind: Disable, status: 404}},
		{"404 no_team", says(404, "no_team"), outcome{kind: Disable, status: 404}},
		{"408", says(408, ""), outcome{kind: Retry, status: 408}},
		{"410 channel_is_archived", says(410, "channel_is_archived"), outcome{kind: Disable, status: 410, msg: "slack: HTTP 410 Gone: channel_is_archived"}},
		{"413", says(413, ""), outcome{kind: Reject, status: 413}},
		{"429 in text", asks(429, "rate_limited", "30"), outcome{kind: Retry, status: 429, after: 30 * time.Second}},
		{"429 in JSON", asks(429, `{"ok":false,"error":"rate_limited"}`, "30"), outcome{kind: Retry, status: 429, after: 30 * time.Second}},
		{"500 rollup_error", says(500, "rollup_error"), outcome{kind: Retry, status: 500, msg: "slack: HTTP 500 Internal Server Error: rollup_error"}},
		{"500 with a word of farewell", says(500, "no_service"), outcome{kind: Retry, status: 500}},
		{"503", says(503, "no"), outcome{kind: Retry, status: 503}},
		{"an ok that breaks off", cutOff(200), outcome{kind: Retry, msg: "slack: the answer broke off"}},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, outcome{kind: Retry, msg: "slack: the answer broke off"}},
		{"an answer without end", says(200, "ok"+strings.Repeat(" ", answerBytes)+"not"), outcome{}},
		{"a page without end", says(200, strings.Repeat("x", 1<<20)), outcome{kind: Retry, status: 200}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReceiver(t, tt.answer)
			tt.want.check(t, r.client(newClock()).Slack(t.Context(), r.URL+"/services/T/B/x", notice()))
			if len(r.got()) != 1 {
				t.Errorf("%d requests, want 1", len(r.got()))
			}
		})
	}
}

func TestSlackMessage(t *testing.T) {
	r := newReceiver(t, says(200, "ok"))
	n := notice()
	n.Resolved = true
	n.Text = "a < b & <!channel>"
	n.Fields = append(n.Fields, Field{"", "alone"}, Field{"\n", "\t"})
	outcome{}.check(t, r.client(newClock()).Slack(t.Context(), r.URL, n))
	want := `{"text":"Resolved: Hashprice low","blocks":[` +
		`{"type":"header","text":{"type":"plain_text","text":"Resolved: Hashprice low"}},` +
		`{"type":"section","text":{"type":"mrkdwn","text":"a &lt; b &amp; &lt;!channel&gt;\n<https://dash.example/alerts/1?a=1&amp;b=2|Open>"}},` +
		`{"type":"section","fields":[{"type":"mrkdwn","text":"*Value*\n39.5"},{"type":"mrkdwn","text":"*Limit*\n40"},{"type":"mrkdwn","text":"alone"}]},` +
		`{"type":"context","elements":[{"type":"mrkdwn","text":"23 Nov 2026 16:05 UTC"}]}]}`
	got := r.got()[0]
	if diff := cmp.Diff(want, string(got.body)); diff != "" {
		t.Errorf("message differs (want -, got +):\n%s", diff)
	}
	if got.header.Get("Content-Type") != "application/json" {
		t.Errorf("content type is %q", got.header.Get("Content-Type"))
	}
}

func TestSlackMessageKeepsTheLimits(t *testing.T) {
	size := func(s string) int { return len(utf16.Encode([]rune(s))) }
	for _, letter := range []string{"x", "&", "界", "😀"} {
		n := notice()
		n.Title, n.Text, n.URL = strings.Repeat(letter, 900), strings.Repeat(letter, 9000), "https://dash.example/?"+strings.Repeat("&", 1900)
		n.Fields = nil
		for range 25 {
			n.Fields = append(n.Fields, Field{strings.Repeat(letter, 900), strings.Repeat(letter, 9000)})
		}
		n, failed := n.checked("slack")
		if failed != nil {
			t.Fatal(failed)
		}
		p := slackMessage(n)
		if body, err := json.Marshal(p); err != nil || len(p.Blocks) > 50 {
			t.Errorf("%s: %d blocks, error %v, %s", letter, len(p.Blocks), err, body)
		}
		for _, b := range p.Blocks {
			limit := slackSection
			if b.Type == "header" {
				limit = slackHeader
			}
			if b.Text != nil && (size(b.Text.Text) > limit || b.Text.Text == "") {
				t.Errorf("%s: a %s has %d characters, more than %d", letter, b.Type, size(b.Text.Text), limit)
			}
			if len(b.Fields) > slackFields {
				t.Errorf("%s: a section has %d fields", letter, len(b.Fields))
			}
			for _, f := range b.Fields {
				if size(f.Text) > slackField || f.Text == "" {
					t.Errorf("%s: a field has %d characters", letter, size(f.Text))
				}
			}
		}
	}
}

func TestSlackSendsOneMessageASecondToAHook(t *testing.T) {
	r := newReceiver(t, says(200, "ok"))
	clock := newClock()
	c := r.client(clock)
	for range 3 {
		outcome{}.check(t, c.Slack(t.Context(), r.URL+"/one", notice()))
	}
	outcome{}.check(t, c.Slack(t.Context(), r.URL+"/two", notice())) // another hook waits for nobody
	clock.pass(400 * time.Millisecond)
	outcome{}.check(t, c.Slack(t.Context(), r.URL+"/one", notice()))
	clock.pass(time.Hour) // a long rest saves up one message, not many
	outcome{}.check(t, c.Slack(t.Context(), r.URL+"/one", notice()))
	outcome{}.check(t, c.Slack(t.Context(), r.URL+"/one", notice()))
	want := []time.Duration{time.Second, time.Second, 600 * time.Millisecond, time.Second}
	if diff := cmp.Diff(want, clock.waits); diff != "" {
		t.Errorf("waits differ (want -, got +):\n%s", diff)
	}
	if len(r.got()) != 7 {
		t.Errorf("%d requests, want 7", len(r.got()))
	}
}

func TestAWaitThatIsTooLongIsLeftToTheCaller(t *testing.T) {
	r := newReceiver(t, says(200, "ok"))
	clock := newClock()
	c := r.client(clock)
	frozen := c.o.Now
	c.o.Pause = func(context.Context, time.Duration) error { return nil } // others wait at the same time
	for range 11 {
		outcome{}.check(t, c.Slack(t.Context(), r.URL, notice()))
	}
	tooMany := outcome{kind: Retry, after: 11 * time.Second, msg: "slack: too many messages wait for the same receiver"}
	tooMany.check(t, c.Slack(t.Context(), r.URL, notice()))
	tooMany.check(t, c.Slack(t.Context(), r.URL, notice())) // the one before gave its turn back
	if len(r.got()) != 11 || !frozen().Equal(event) {
		t.Errorf("%d requests at %s, want 11 at %s", len(r.got()), frozen(), event)
	}
}

func TestAReceiverThatAskedForPeaceIsLeftAlone(t *testing.T) {
	r := newReceiver(t, asks(429, "rate_limited", "30"))
	clock := newClock()
	c := r.client(clock)
	outcome{kind: Retry, status: 429, after: 30 * time.Second}.check(t, c.Slack(t.Context(), r.URL, notice()))
	clock.pass(10 * time.Second)
	outcome{kind: Retry, after: 20 * time.Second, msg: "slack: the receiver asked to be sent nothing for another 20s"}.check(t, c.Slack(t.Context(), r.URL, notice()))
	clock.pass(20 * time.Second)
	outcome{kind: Retry, status: 429, after: 30 * time.Second}.check(t, c.Slack(t.Context(), r.URL, notice()))
	if len(r.got()) != 2 {
		t.Errorf("%d requests, want 2", len(r.got()))
	}
}
