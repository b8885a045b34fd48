package notify

import (
	"fmt"
	netmail "net/mail"
	"strings"

	mail "github.com/wneessen/go-mail"
)

// letter writes a notice as plain text. All that comes from the notice was
// cleaned: no header can end within it.
func (m *Mailer) letter(to string, n Notice) *mail.Msg {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	from := m.from
	msg.FromMailAddress(&from)
	msg.ToMailAddress(&netmail.Address{Address: to})
	msg.Subject(n.heading())
	msg.SetDateWithValue(m.o.Now().UTC())
	msg.SetMessageIDWithValue(n.ID + "@" + m.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // no holiday replies
	msg.SetBodyString(mail.TypeTextPlain, letterText(n))
	return msg
}

// letterText is the body: title, text, facts, link and time, with blank lines
// between them.
func letterText(n Notice) string {
	parts := []string{n.heading()}
	if n.Text != "" {
		parts = append(parts, n.Text)
	}
	facts := make([]string, 0, len(n.Fields))
	for _, f := range n.Fields {
		facts = append(facts, strings.TrimPrefix(fmt.Sprintf("%s: %s", f.Name, f.Value), ": "))
	}
	if len(facts) > 0 {
		parts = append(parts, strings.Join(facts, "\n"))
	}
	if n.URL != "" {
		parts = append(parts, n.URL)
	}
	return strings.Join(append(parts, n.stamp()), "\n\n") + "\n"
}
