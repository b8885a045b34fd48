package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
)

// read takes a letter apart as a mail program does.
func read(t *testing.T, letter string) (mail.Header, string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(letter))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, strings.ReplaceAll(string(body), "\r\n", "\n")
}

func subject(t *testing.T, h mail.Header) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func signIn(o *MailOptions) { o.User, o.Password = "alerts", "canary-password" }

func TestEmailIsDeliveredByEverySecurity(t *testing.T) {
	for _, security := range []Security{StartTLS, ImplicitTLS, NoTLS} {
		t.Run(string(security), func(t *testing.T) {
			o := newOffice(t, security, nil)
			change, user := signIn, "alerts"
			if security == NoTLS {
				change, user = nil, ""
			}
			if err := o.mailer(t, security, change).Send(t.Context(), "ann@example.com", notice()); err != nil {
				t.Fatal(err)
			}
			got := o.got()
			if len(got) != 1 || got[0].user != user || got[0].from != "alerts@dash.example" || got[0].to != "ann@example.com" {
				t.Fatalf("got %+v", got)
			}
			h, body := read(t, got[0].letter)
			headers := map[string]string{"Subject": subject(t, h)}
			for _, name := range []string{"From", "To", "Date", "Message-Id", "Auto-Submitted", "Content-Type"} {
				headers[name] = h.Get(name)
			}
			want := map[string]string{
				"From": `"Switchyard" <alerts@dash.example>`, "To": "<ann@example.com>", "Subject": "Hashprice low",
				"Date": "Mon, 23 Nov 2026 16:05:00 +0000", "Message-Id": "<evt_01JQ8FED@dash.example>",
				"Auto-Submitted": "auto-generated", "Content-Type": "text/plain; charset=UTF-8",
			}
			if diff := cmp.Diff(want, headers); diff != "" {
				t.Errorf("headers differ (want -, got +):\n%s", diff)
			}
			text := "Hashprice low\n\nIt is below 40 USD/PH/day.\nFor 10 minutes.\n\nValue: 39.5\nLimit: 40\n\nhttps://dash.example/alerts/1?a=1&b=2\n\n23 Nov 2026 16:05 UTC\n"
			if diff := cmp.Diff(text, body); diff != "" {
				t.Errorf("body differs (want -, got +):\n%s", diff)
			}
		})
	}
}

func TestNoHeaderCanBeInjected(t *testing.T) {
	o := newOffice(t, NoTLS, nil)
	m := o.mailer(t, NoTLS, nil)
	evil := "x\r\nBcc: eve@example.com\r\n\r\n.\r\nMAIL FROM:<eve@example.com>\r\n"
	n := notice()
	n.Title, n.Text, n.Resolved = evil+"ü", evil+"\n.\n..\nend", true
	n.Fields = []Field{{evil, evil}}
	if err := m.Send(t.Context(), "ann@example.com", n); err != nil {
		t.Fatal(err)
	}
	got := o.got()
	if len(got) != 1 {
		t.Fatalf("%d letters, want 1: %+v", len(got), got)
	}
	h, body := read(t, got[0].letter)
	for name := range h {
		switch name {
		case "From", "To", "Subject", "Date", "Message-Id", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "Mime-Version":
		default:
			t.Errorf("the letter has a header %s: %q", name, h.Get(name))
		}
	}
	if want := "Resolved: x Bcc: eve@example.com . MAIL FROM:<eve@example.com> ü"; subject(t, h) != want {
		t.Errorf("subject is %q, want %q", subject(t, h), want)
	}
	if want := "\n.\n..\nend\n"; !strings.Contains(body, want) {
		t.Errorf("body is %q, want %q in it", body, want)
	}
	for _, to := range []string{
		"", "ann", "ann@", "@example.com", "ann@example.com, eve@example.com", "Ann <ann@example.com>", "<ann@example.com>",
		"ann@example.com\r\nBcc: eve@example.com", "\"ann\r\nRCPT TO:<eve@example.com>\"@example.com", "\"a b\"@example.com",
		"ann@example.com> SIZE=1", "ann@exam ple.com", "ann@[127.0.0.1]", "änn@example.com", strings.Repeat("a", 65) + "@example.com",
	} {
		outcome{kind: Disable, msg: "email: the e-mail address must be one like name@example.com"}.check(t, m.Send(t.Context(), to, notice()))
	}
	for _, id := range []string{"a>\r\nBcc: eve@example.com", "a b", "a.b"} {
		n := notice()
		n.ID = id
		outcome{kind: Reject}.check(t, m.Send(t.Context(), "ann@example.com", n))
	}
	if len(o.got()) != 1 {
		t.Errorf("%d letters, want 1", len(o.got()))
	}
}

func TestEmailRefusals(t *testing.T) {
	no := func(code int, enhanced ...int) *smtp.SMTPError {
		e := &smtp.SMTPError{Code: code, Message: "canary ann@example.com", EnhancedCode: smtp.NoEnhancedCode}
		if len(enhanced) == 3 {
			e.EnhancedCode = smtp.EnhancedCode(enhanced)
		}
		return e
	}
	tests := []struct {
		name             string
		mail, rcpt, data *smtp.SMTPError
		want             outcome
	}{
		{"sender later", no(451, 4, 3, 0), nil, nil, outcome{kind: Retry, status: 451, msg: "email: the mail server asks to try again later: SMTP 451 4.3.0"}},
		{"sender never", no(550, 5, 7, 1), nil, nil, outcome{kind: Retry, status: 550, msg: "email: the mail server does not accept the sender: SMTP 550 5.7.1"}},
		{"grey list", nil, no(450, 4, 7, 1), nil, outcome{kind: Retry, status: 450}},
		{"no such mailbox", nil, no(550, 5, 1, 1), nil, outcome{kind: Disable, status: 550, msg: "email: there is no such mailbox: SMTP 550 5.1.1"}},
		{"mailbox switched off", nil, no(550, 5, 2, 1), nil, outcome{kind: Disable, status: 550}},
		{"no such mailbox, in a number", nil, no(550), nil, outcome{kind: Disable, status: 550, msg: "email: there is no such mailbox: SMTP 550"}},
		{"mailbox full for good", nil, no(552, 5, 2, 2), nil, outcome{kind: Reject, status: 552}},
		{"policy", nil, no(550, 5, 7, 1), nil, outcome{kind: Reject, status: 550, msg: "email: the mail server refuses the message: SMTP 550 5.7.1"}},
		{"relay denied", nil, no(554), nil, outcome{kind: Reject, status: 554}},
		{"letter later", nil, nil, no(452, 4, 3, 1), outcome{kind: Retry, status: 452}},
		{"letter never", nil, nil, no(554, 5, 6, 0), outcome{kind: Reject, status: 554, msg: "email: the mail server refuses the message: SMTP 554 5.6.0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t, NoTLS, func(o *office, _ *smtp.Server) {
				for to, from := range map[*error]*smtp.SMTPError{&o.mail: tt.mail, &o.rcpt: tt.rcpt, &o.data: tt.data} {
					if from != nil {
						*to = from
					}
				}
			})
			tt.want.check(t, o.mailer(t, NoTLS, nil).Send(t.Context(), "ann@example.com", notice()))
			if len(o.got()) != 0 {
				t.Error("the letter was delivered")
			}
		})
	}
}

func TestEmailIsNotSentWithoutItsSecurity(t *testing.T) {
	plain := newOffice(t, NoTLS, nil)
	outcome{kind: Retry, msg: "email: the mail server does not offer STARTTLS, so nothing was sent"}.check(t,
		plain.mailer(t, StartTLS, signIn).Send(t.Context(), "ann@example.com", notice()))
	outcome{kind: Retry, msg: "email: the other side does not speak TLS"}.check(t,
		plain.mailer(t, ImplicitTLS, signIn).Send(t.Context(), "ann@example.com", notice()))
	for _, security := range []Security{StartTLS, ImplicitTLS} {
		o := newOffice(t, security, nil)
		strange := func(o *MailOptions) { signIn(o); o.RootCAs = nil }
		outcome{kind: Retry, msg: "email: the TLS certificate is not accepted"}.check(t, o.mailer(t, security, strange).Send(t.Context(), "ann@example.com", notice()))
		wrong := func(o *MailOptions) { signIn(o); o.Password = "canary" }
		outcome{kind: Retry, status: 535, msg: "email: the mail server turned us away: SMTP 535"}.check(t, o.mailer(t, security, wrong).Send(t.Context(), "ann@example.com", notice()))
		if len(o.got()) != 0 {
			t.Errorf("%s: a letter was delivered", security)
		}
	}
	if len(plain.got()) != 0 {
		t.Error("a letter was delivered")
	}
}

func TestMailServersThatMisbehave(t *testing.T) {
	const hello, ok = "220 mail.test\r\n", "250 yes\r\n"
	closed := script(t, false)
	tests := []struct {
		name string
		o    *office
		want outcome
	}{
		{"silent", script(t, true), outcome{kind: Retry, msg: "email: no answer within 100ms"}},
		{"silent after the greeting", script(t, true, hello), outcome{kind: Retry, msg: "email: no answer within 100ms"}},
		{"silent after the letter", script(t, true, hello, ok, ok, ok, "354 go\r\n"), outcome{kind: Retry, msg: "email: no answer within 100ms"}},
		{"gone", closed, outcome{kind: Retry, msg: "email: the answer broke off"}},
		{"gone after the greeting", script(t, false, hello), outcome{kind: Retry, msg: "email: the answer broke off"}},
		{"gone after the sender", script(t, false, hello, ok, ok), outcome{kind: Retry, msg: "email: no connection, or it was lost"}},
		{"closed for today", script(t, false, "421 4.3.2 canary\r\n"), outcome{kind: Retry, status: 421, msg: "email: the mail server turned us away: SMTP 421"}},
		{"closed for good", script(t, false, "554 canary\r\n"), outcome{kind: Retry, status: 554}},
		{"not a mail server", script(t, false, "HTTP/1.1 400 canary\r\n"), outcome{kind: Retry, msg: "email: no connection, or it was lost"}},
		{"without end", script(t, false, "220-"+strings.Repeat("x", 2*answerBytes)), outcome{kind: Retry, msg: "email: no connection, or it was lost"}},
		{"no sign-in", script(t, false, hello, "250-mail.test\r\n250 STARTTLS\r\n", "502 no\r\n"), outcome{kind: Retry, status: 502}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			security := NoTLS
			if tt.name == "no sign-in" {
				security = StartTLS
			}
			m := tt.o.mailer(t, security, func(o *MailOptions) {
				if tt.want.msg == "email: no answer within 100ms" {
					o.Timeout = 100 * time.Millisecond
				}
			})
			tt.want.check(t, m.Send(t.Context(), "ann@example.com", notice()))
		})
	}
}

func TestALetterThatWasTakenIsDeliveredWhateverFollows(t *testing.T) {
	o := script(t, false, "220 mail.test\r\n", "250 yes\r\n", "250 yes\r\n", "250 yes\r\n", "354 go\r\n", "250 taken\r\n")
	if err := o.mailer(t, NoTLS, nil).Send(t.Context(), "ann@example.com", notice()); err != nil {
		t.Errorf("the server took the letter and left, and the error is %v", err)
	}
}

func TestEmailEndsWithTheCaller(t *testing.T) {
	stop := errors.New("we close")
	ctx, cancel := context.WithCancelCause(t.Context())
	o := newOffice(t, NoTLS, nil)
	m := o.mailer(t, NoTLS, nil)
	cancel(stop)
	err := m.Send(ctx, "ann@example.com", notice())
	outcome{kind: Retry, msg: "email: the attempt was cut short"}.check(t, err)
	if !errors.Is(err, stop) {
		t.Errorf("error is %v, want %v as its cause", err, stop)
	}
}

func TestNewMailerRefusesSettingsThatCannotBe(t *testing.T) {
	good := MailOptions{Host: "mail.example", Port: 587, Security: StartTLS, User: "u", Password: "canary", From: "a@example.com"}
	tests := map[string]func(o *MailOptions){
		"":                                      func(*MailOptions) {},
		"the sender must be an address":         func(o *MailOptions) { o.From = "nobody" },
		"an address like name@example.com":      func(o *MailOptions) { o.From = "\"a\r\nBcc: b\" <a@example.com>" },
		"the name of the mail server is miss":   func(o *MailOptions) { o.Host = " " },
		"the port 0 of the mail server":         func(o *MailOptions) { o.Port = 0 },
		"must be starttls, tls or none":         func(o *MailOptions) { o.Security = "ssl" },
		"a password is not sent to a mail serv": func(o *MailOptions) { o.Security = NoTLS },
	}
	for want, change := range tests {
		o := good
		change(&o)
		m, err := NewMailer(o)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if (want == "") != (err == nil) || !strings.Contains(got, want) {
			t.Errorf("error is %q, want %q in it", got, want)
		}
		if text := fmt.Sprintf("%v %+v %#v %s", m, m, m, got); strings.Contains(text, "canary") {
			t.Errorf("%s shows the password", text)
		}
	}
}
