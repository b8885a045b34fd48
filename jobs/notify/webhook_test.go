package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	vectorSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
	otherSecret  = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU="
)

func secret(t *testing.T, text string) Secret {
	t.Helper()
	s, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSignPassesTheTestVectorOfTheDocument(t *testing.T) {
	body := []byte(`{"type":"fed.decision","timestamp":"2026-09-16T18:00:05Z","data":{"upper":"4.00"}}`)
	got := Sign("msg_01JQ8FEDTEST", time.Unix(1789581605, 0), body, secret(t, vectorSecret))
	if want := "v1,xSvbJX1lvFCLEN6UDbyDj31mccWZ2N2g3lomulGPFBI="; got != want {
		t.Errorf("signature is %s, want %s", got, want)
	}
}

func TestParseSecret(t *testing.T) {
	of := func(n int) string { return secretPrefix + base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for text, want := range map[string]string{
		vectorSecret: "", of(24): "", of(64): "",
		"":              "a secret begins with whsec_",
		"MDEyMzQ1Njc4":  "a secret begins with whsec_",
		"whsec_CANARY!": "the secret is not base64",
		of(23):          "the secret must have 24 to 64 bytes, not 23",
		of(65):          "the secret must have 24 to 64 bytes, not 65",
	} {
		got := ""
		if _, err := ParseSecret(text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestNewSecretCanBeRead(t *testing.T) {
	text, err := NewSecret(strings.NewReader(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	secret(t, text)
	if _, err := NewSecret(strings.NewReader("short")); err == nil {
		t.Error("a secret was made without enough chance")
	}
}

// verify is a receiver's check, written from the document and apart from Sign.
func verify(t *testing.T, c call, secrets ...string) {
	t.Helper()
	h := c.header
	entries := strings.Split(h.Get("webhook-signature"), " ")
	if len(entries) != len(secrets) {
		t.Fatalf("%d signatures, want %d", len(entries), len(secrets))
	}
	for i, s := range secrets {
		k, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "whsec_"))
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, k)
		mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "."))
		mac.Write(c.body)
		version, sig, _ := strings.Cut(entries[i], ",")
		got, err := base64.StdEncoding.DecodeString(sig)
		if err != nil || version != "v1" || !hmac.Equal(got, mac.Sum(nil)) {
			t.Errorf("signature %d is %q, which is not the body's", i, entries[i])
		}
	}
}

func TestWebhookIsSignedAndTheSameOnRetries(t *testing.T) {
	tries := 0
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		if tries++; tries == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	clock := newClock()
	c := r.client(clock)
	secrets := []Secret{secret(t, vectorSecret), secret(t, otherSecret)}
	outcome{kind: Retry, status: 500, msg: "webhook: HTTP 500 Internal Server Error"}.check(t, c.Webhook(t.Context(), r.URL+"/hook?x=1", secrets, notice()))
	clock.pass(5 * time.Second)
	outcome{}.check(t, c.Webhook(t.Context(), r.URL+"/hook?x=1", secrets, notice()))
	calls := r.got()
	if len(calls) != 2 {
		t.Fatalf("%d requests, want 2", len(calls))
	}
	for i, got := range calls {
		verify(t, got, vectorSecret, otherSecret)
		at := strconv.FormatInt(event.Unix()+int64(5*i), 10)
		if got.method != http.MethodPost || got.path != "/hook?x=1" || got.header.Get("webhook-id") != "evt_01JQ8FED" || got.header.Get("webhook-timestamp") != at {
			t.Errorf("request %d is %s %s with %v, want time %s", i, got.method, got.path, got.header, at)
		}
		if got.header.Get("Content-Type") != "application/json" || got.header.Get("User-Agent") != "switchyard" {
			t.Errorf("request %d has the headers %v", i, got.header)
		}
	}
	want := `{"type":"alert.fired","timestamp":"2026-11-23T16:05:00Z","data":{"title":"Hashprice low","text":"It is below 40 USD/PH/day.\nFor 10 minutes.",` +
		`"url":"https://dash.example/alerts/1?a=1&b=2","fields":[{"name":"Value","value":"39.5"},{"name":"Limit","value":"40"}],"resolved":false}}`
	if diff := cmp.Diff([]string{want, want}, []string{string(calls[0].body), string(calls[1].body)}); diff != "" {
		t.Errorf("bodies differ (want -, got +):\n%s", diff)
	}
}

func TestWebhookAnswers(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   outcome
	}{
		{"200", says(200, "thanks"), outcome{}},
		{"202", says(202, ""), outcome{}},
		{"204", says(204, ""), outcome{}},
		{"200 that breaks off after its status", cutOff(200), outcome{}},
		{"301", says(301, ""), outcome{kind: Retry, status: 301, msg: "webhook: HTTP 301 Moved Permanently: redirects are not followed"}},
		{"304", says(304, ""), outcome{kind: Retry, status: 304}},
		{"400", says(400, "bad"), outcome{kind: Retry, status: 400, msg: "webhook: HTTP 400 Bad Request"}},
		{"401", says(401, ""), outcome{kind: Retry, status: 401}},
		{"404", says(404, ""), outcome{kind: Retry, status: 404}},
		{"410", asks(410, "", "60"), outcome{kind: Disable, status: 410, msg: "webhook: HTTP 410 Gone"}},
		{"429 in seconds", asks(429, "", "120"), outcome{kind: Retry, status: 429, after: 2 * time.Minute}},
		{"429 at a time", asks(429, "", event.Add(90*time.Second).Format(http.TimeFormat)), outcome{kind: Retry, status: 429, after: 90 * time.Second}},
		{"429 for ever", asks(429, "", "99999999999999999999"), outcome{kind: Retry, status: 429, after: 24 * time.Hour}},
		{"429 in the past", asks(429, "", "-5"), outcome{kind: Retry, status: 429}},
		{"429 with nonsense", asks(429, "", "soon"), outcome{kind: Retry, status: 429}},
		{"500", says(500, ""), outcome{kind: Retry, status: 500}},
		{"502", asks(502, "", "7"), outcome{kind: Retry, status: 502, after: 7 * time.Second}},
		{"503", says(503, ""), outcome{kind: Retry, status: 503}},
		{"504", says(504, ""), outcome{kind: Retry, status: 504}},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, outcome{kind: Retry, msg: "webhook: the answer broke off"}},
		{"a header without end", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", answerBytes+5000))
		},
			outcome{kind: Retry, msg: "webhook: no connection, or it was lost"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReceiver(t, tt.answer)
			err := r.client(newClock()).Webhook(t.Context(), r.URL, []Secret{secret(t, vectorSecret)}, notice())
			tt.want.check(t, err)
			if len(r.got()) != 1 {
				t.Errorf("%d requests, want 1", len(r.got()))
			}
		})
	}
}

func TestWebhookIsNotSentUnsigned(t *testing.T) {
	c := NewClient(Options{})
	outcome{kind: Reject, msg: "webhook: the endpoint has no secret to sign with"}.check(t, c.Webhook(t.Context(), "https://hooks.example/", nil, notice()))
	outcome{kind: Reject, msg: "webhook: a secret of the endpoint was never read"}.check(t, c.Webhook(t.Context(), "https://hooks.example/", []Secret{{}}, notice()))
}

func TestWebhookBodyStaysWithinTheAdvisedSize(t *testing.T) {
	n := notice()
	n.Title, n.Text = strings.Repeat("界", 500), strings.Repeat("界", 9000)
	n.Fields = nil
	for range 30 {
		n.Fields = append(n.Fields, Field{strings.Repeat("名", 200), strings.Repeat("\"", 900)})
	}
	n, failed := n.checked("webhook")
	if failed != nil {
		t.Fatal(failed)
	}
	body, err := encodeWebhook(n)
	if err != nil || len(body) > webhookBytes || !json.Valid(body) {
		t.Errorf("%d bytes, valid %t, error %v", len(body), json.Valid(body), err)
	}
	n.Title, n.Text = line(strings.Repeat("😀", 500), maxTitle), lines(strings.Repeat("😀", 5000), maxText)
	n.URL = "https://x/" + strings.Repeat("&", maxURL-10)
	if body, err = encodeWebhook(n); err != nil || len(body) > webhookBytes {
		t.Errorf("%d bytes, error %v", len(body), err)
	}
}
