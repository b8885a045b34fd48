package notify

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// email is the channel of a Mailer.
const email = "email"

// Security is how the connection to a mail server is kept private.
type Security string

// The kinds of security.
const (
	StartTLS    Security = "starttls" // usually port 587; nothing is sent if the server does not offer it
	ImplicitTLS Security = "tls"      // usually port 465
	NoTLS       Security = "none"     // usually port 25, within one's own network
)

// MailOptions configure a Mailer. The server is the administrator's choice, so
// it may be in any network.
type MailOptions struct {
	Host     string
	Port     int
	Security Security
	User     string // empty: no sign-in
	Password string
	From     string // an address, perhaps with a name before it
	Hello    string // the name given to the server; empty: the domain of From
	RootCAs  *x509.CertPool
	Timeout  time.Duration // of one try; zero: 20 s
	Now      func() time.Time
}

// Mailer sends notices by e-mail. It may be used by many goroutines.
type Mailer struct {
	o        MailOptions
	password func() string // apart from the options, so that printing a Mailer does not show it
	from     mail.Address
	domain   string
}

// mailAddress is an address as a channel takes it: nothing in it needs quotes.
var mailAddress = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

// CheckMail says why text cannot be an e-mail address to send to, as a sentence
// for the person who typed it, or nil.
func CheckMail(text string) error {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || len(text) > 254 || !mailAddress.MatchString(text) {
		return errors.New("the e-mail address must be one like name@example.com")
	}
	return nil
}

// NewMailer returns a mailer, or says which option cannot be right.
func NewMailer(o MailOptions) (*Mailer, error) {
	from, err := mail.ParseAddress(o.From)
	if err != nil || CheckMail(from.Address) != nil {
		return nil, errors.New("e-mail: the sender must be an address like name@example.com")
	}
	switch {
	case o.Host == "" || strings.ContainsFunc(o.Host, func(r rune) bool { return r <= ' ' }):
		return nil, errors.New("e-mail: the name of the mail server is missing")
	case o.Port < 1 || o.Port > 65535:
		return nil, fmt.Errorf("e-mail: the port %d of the mail server does not exist", o.Port)
	case o.Security != StartTLS && o.Security != ImplicitTLS && o.Security != NoTLS:
		return nil, fmt.Errorf("e-mail: the security of the mail server must be %s, %s or %s", StartTLS, ImplicitTLS, NoTLS)
	case o.User != "" && o.Security == NoTLS:
		return nil, errors.New("e-mail: a password is not sent to a mail server without TLS")
	}
	o.Timeout = cmp.Or(o.Timeout, 20*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Mailer{from: *from, domain: from.Address[strings.LastIndexByte(from.Address, '@')+1:]}
	m.from.Name = line(m.from.Name, maxName)
	o.Hello = cmp.Or(o.Hello, m.domain)
	password := o.Password
	o.Password = ""
	m.o, m.password = o, func() string { return password }
	return m, nil
}

// Send sends a notice to one address. It fails with *Error: the address is
// disabled if the server says that there is none such, the notice is rejected
// if the server refuses it for good, and all that a working server or another
// setting would mend may be tried again. Every try has the same Message-ID.
func (m *Mailer) Send(ctx context.Context, to string, n Notice) error {
	n, failed := n.checked(email)
	if failed != nil {
		return failed
	}
	if err := CheckMail(to); err != nil {
		return errorf(email, Disable, "%s", err)
	}
	return result(m.deliver(ctx, m.letter(to, n)))
}
