package notify

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"
)

// What users type either is refused or is a plain https address.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"https://hooks.example/x?y=z#w", "http://a", "https://[::1]:1/", "https://a@b", "https://0x7f.1/", "https://127.0.0.1", ""} {
		f.Add(seed)
	}
	c := NewClient(Options{})
	f.Fuzz(func(t *testing.T, text string) {
		u, err := c.parse(text)
		if err != nil {
			return
		}
		if u.Scheme != "https" || u.User != nil || u.Hostname() == "" || u.Fragment != "" {
			t.Errorf("%q was taken for %+v", text, u)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && !isPublic(a) {
			t.Errorf("%q leads to %s", text, a)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "1", "-1", "99999999999999999999", "Mon, 23 Nov 2026 16:06:00 GMT", "soon"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if wait := retryAfter(text, event); wait < 0 || wait > maxAfter {
			t.Errorf("%q asks to wait %s", text, wait)
		}
	})
}

// Whatever an event holds, every channel gets what it can take.
func FuzzNotice(f *testing.F) {
	f.Add("Hashprice low", "below 40\nfor long", "Value", "39.5", "https://dash.example/?a=1&b=2")
	f.Add("a\r\nBcc: b", "<!channel> & <x|y>", "", "\x00", "javascript:x")
	f.Add("\xff", "\u2028", "*", "`", "")
	f.Fuzz(func(t *testing.T, title, text, name, value, link string) {
		n := notice()
		n.Title, n.Text, n.URL, n.Fields = title, text, link, []Field{{name, value}}
		n, failed := n.checked("webhook")
		if failed != nil {
			return
		}
		if strings.ContainsAny(n.heading(), "\r\n\x00") || strings.ContainsAny(letterText(n), "\r\x00") || !utf8.ValidString(letterText(n)) {
			t.Errorf("letter %q, %q", n.heading(), letterText(n))
		}
		body, err := encodeWebhook(n)
		if err != nil || len(body) > webhookBytes || !json.Valid(body) {
			t.Errorf("webhook of %d bytes, %v: %s", len(body), err, body)
		}
		for _, b := range slackMessage(n).Blocks {
			texts := append(append([]slackText{}, b.Fields...), b.Elements...)
			if b.Text != nil {
				texts = append(texts, *b.Text)
			}
			for _, s := range texts {
				marks := strings.ReplaceAll(s.Text, "|Open>", "")
				if s.Text == "" || len([]rune(s.Text)) > slackSection || strings.Count(marks, "<") > 1 || strings.Contains(marks, "<!") {
					t.Errorf("block %+v", s)
				}
			}
		}
	})
}
