package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	mail "github.com/wneessen/go-mail"
)

// afterOurs is how much later than our own the library's timeout comes, so that
// ours tells what happened.
const afterOurs = 5 * time.Second

// connection is one connection to the mail server.
type connection struct {
	raw  net.Conn    // below TLS; nil until it stands
	stop func() bool // ends the watch over the context
}

// deliver makes one connection and sends one letter.
func (m *Mailer) deliver(ctx context.Context, letter *mail.Msg) *Error {
	limited, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	var c connection
	defer func() {
		if c.raw != nil {
			c.stop()
			_ = c.raw.Close() //nolint:errcheck // nothing follows
		}
	}()
	dial := func(_ context.Context, network, address string) (net.Conn, error) {
		return m.dial(limited, &c, network, address)
	}
	client, err := mail.NewClient(m.o.Host, append(m.settings(), mail.WithDialContextFunc(dial))...)
	if err != nil {
		return errorf(email, Retry, "the settings of the mail server cannot be used")
	}
	session, err := client.DialToSMTPClientWithContext(limited)
	if err != nil {
		return m.failure(ctx, limited, err)
	}
	err = client.SendWithSMTPClient(session, letter)
	if !letter.IsDelivered() {
		return m.failure(ctx, limited, err)
	}
	_ = client.CloseWithSMTPClient(session) //nolint:errcheck // a courtesy; the letter is with the server
	return nil
}

// dial opens the connection, and the TLS around it if that comes first. The
// library watches the context only while it connects; here its end closes the
// connection whenever it comes.
func (m *Mailer) dial(ctx context.Context, c *connection, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.raw = conn
	c.stop = context.AfterFunc(ctx, func() { _ = conn.Close() }) //nolint:errcheck // whoever waits for it is told
	limited := &capped{Conn: conn, left: answerBytes}
	if m.o.Security != ImplicitTLS {
		return limited, nil
	}
	wrapped := tls.Client(limited, m.tls())
	return wrapped, wrapped.HandshakeContext(ctx)
}

func (m *Mailer) tls() *tls.Config {
	return &tls.Config{ServerName: m.o.Host, MinVersion: tls.VersionTLS12, RootCAs: m.o.RootCAs}
}

// settings are the options as the library takes them.
func (m *Mailer) settings() []mail.Option {
	all := []mail.Option{
		mail.WithPort(m.o.Port), mail.WithTimeout(m.o.Timeout + afterOurs), mail.WithHELO(m.o.Hello),
		mail.WithTLSConfig(m.tls()), mail.WithoutNoop(), mail.WithoutRset(),
	}
	switch m.o.Security {
	case StartTLS:
		all = append(all, mail.WithTLSPolicy(mail.TLSMandatory))
	case ImplicitTLS:
		all = append(all, mail.WithSSL())
	case NoTLS:
		all = append(all, mail.WithTLSPolicy(mail.NoTLS))
	}
	if m.o.User != "" {
		all = append(all, mail.WithUsername(m.o.User), mail.WithPassword(m.password()), mail.WithOpportunisticSMTPAuth(
			mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	return all
}

// failure says what a try that delivered nothing means. What the server wrote
// is left out: it may repeat addresses and more.
func (m *Mailer) failure(ctx, limited context.Context, err error) *Error {
	var refusal *mail.SendError
	var answer *textproto.Error
	switch {
	case ctx.Err() != nil:
		return ended(ctx, email)
	case limited.Err() != nil:
		return errorf(email, Retry, "no answer within %s", m.o.Timeout)
	case errors.As(err, &refusal) && refusal.ErrorCode() != 0:
		return smtpRefusal(refusal)
	case errors.As(err, &answer): // while greeting, starting TLS or signing in: other settings would mend it
		return smtpError(Retry, answer.Code, "", "the mail server turned us away")
	case err != nil && strings.Contains(err.Error(), "does not support STARTTLS"):
		return errorf(email, Retry, "the mail server does not offer STARTTLS, so nothing was sent")
	case err != nil && strings.Contains(err.Error(), "SMTP AUTH"):
		return errorf(email, Retry, "the mail server does not offer a way to sign in that is known here")
	default:
		return broken(ctx, email, m.o.Timeout, err)
	}
}

// smtpRefusal judges the server's no to one letter. A sender it refuses is a
// matter of settings; a recipient it does not know is one of the address.
func smtpRefusal(refusal *mail.SendError) *Error {
	code, enhanced := refusal.ErrorCode(), refusal.EnhancedStatusCode()
	switch {
	case code < 500:
		return smtpError(Retry, code, enhanced, "the mail server asks to try again later")
	case refusal.Reason == mail.ErrSMTPMailFrom:
		return smtpError(Retry, code, enhanced, "the mail server does not accept the sender")
	case refusal.Reason == mail.ErrSMTPRcptTo && noMailbox(code, enhanced):
		return smtpError(Disable, code, enhanced, "there is no such mailbox")
	default:
		return smtpError(Reject, code, enhanced, "the mail server refuses the message")
	}
}

// noMailbox says whether a refused recipient does not exist, as against one that
// does not want this letter.
//
// Source: RFC 5321 section 4.2.3 and RFC 3463 sections 3.2 and 3.3.
func noMailbox(code int, enhanced string) bool {
	if enhanced != "" {
		return strings.HasPrefix(enhanced, "5.1.") || enhanced == "5.2.1"
	}
	return code == 550 || code == 551 || code == 553
}

func smtpError(kind Kind, code int, enhanced, what string) *Error {
	e := errorf(email, kind, "%s: %s", what, strings.TrimSpace(fmt.Sprintf("SMTP %d %s", code, enhanced)))
	e.Status = code
	return e
}

// capped is a connection that ends after so many bytes were read.
type capped struct {
	net.Conn
	left int
}

// Read reads, and fails once the cap is reached.
func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("the mail server says too much")
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
