package notify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// post is a letter a mail server got.
type post struct{ user, from, to, letter string }

// office is a real mail server that keeps its letters and says no when told to.
type office struct {
	port  int
	roots *x509.CertPool

	mail, rcpt, data error // what it answers; nil: yes

	mu    sync.Mutex // guards posts
	posts []post
}

// newOffice opens a mail server with a certificate for 127.0.0.1.
func newOffice(t *testing.T, security Security, change func(o *office, s *smtp.Server)) *office {
	t.Helper()
	certified := httptest.NewTLSServer(nil) // for its certificate alone
	certified.Close()
	o := &office{roots: x509.NewCertPool()}
	o.roots.AddCert(certified.Certificate())
	config := &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{office: o}, nil }))
	s.Domain, s.ErrorLog, s.MaxMessageBytes = "mail.test", log.New(io.Discard, "", 0), 1<<20
	if security == StartTLS {
		s.TLSConfig = config
	}
	if change != nil {
		change(o, s)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.port = listener.Addr().(*net.TCPAddr).Port
	if security == ImplicitTLS {
		listener = tls.NewListener(listener, config)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(listener); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		_ = s.Close()
		_ = listener.Close() // which the server may not have seen yet
		<-done
	})
	return o
}

// mailer is one that sends by this office.
func (o *office) mailer(t *testing.T, security Security, change func(m *MailOptions)) *Mailer {
	t.Helper()
	options := MailOptions{
		Host: "127.0.0.1", Port: o.port, Security: security, From: "Switchyard <alerts@dash.example>",
		RootCAs: o.roots, Now: newClock().Now,
	}
	if change != nil {
		change(&options)
	}
	m, err := NewMailer(options)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (o *office) got() []post {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.posts
}

// visit is one connection.
type visit struct {
	office *office
	post   post
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "alerts" || password != "canary-password" {
			return smtp.ErrAuthFailed
		}
		v.post.user = user
		return nil
	}), nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.post.from = from
	return v.office.mail
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.post.to = to
	return v.office.rcpt
}

func (v *visit) Data(r io.Reader) error {
	letter, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if v.office.data != nil {
		return v.office.data
	}
	v.post.letter = string(letter)
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	v.office.posts = append(v.office.posts, v.post)
	return nil
}

func (v *visit) Reset() {}

func (v *visit) Logout() error { return nil }

// script is a server that says one line for each line it hears, the greeting
// first, and then breaks off, or keeps silent if it is to hang.
func script(t *testing.T, hang bool, answers ...string) *office {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return // it was closed unvisited
		}
		defer conn.Close()
		buf := make([]byte, 4096)
		for _, a := range answers {
			if _, err := conn.Write([]byte(a)); err != nil {
				return
			}
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
		if hang {
			_, _ = io.Copy(io.Discard, conn)
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return &office{port: listener.Addr().(*net.TCPAddr).Port}
}
