package notify

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Notice is something to tell. Whatever the event that caused it holds, the
// texts are cleaned of control characters and cut to what a channel takes.
type Notice struct {
	ID       string    // unique for the event and the same for every try: letters, digits, - and _
	Type     string    // words with points between them, e.g. alert.fired
	Time     time.Time // of the event
	Title    string    // one line
	Text     string    // may have several lines
	URL      string    // a page to look at, http or https; may be empty
	Fields   []Field   // facts, in order
	Resolved bool      // tells the end of what another notice began
}

// Field is a fact beside the text.
type Field struct{ Name, Value string }

// The lengths that are kept, in characters.
const (
	maxTitle  = 200
	maxText   = 4000
	maxFields = 20
	maxName   = 100
	maxValue  = 500
	maxURL    = 2000 // bytes
)

var (
	noticeID   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
	noticeType = regexp.MustCompile(`^[A-Za-z0-9_]{1,50}(\.[A-Za-z0-9_]{1,50}){0,4}$`)
)

// Validate says why a notice cannot be sent at all, or nil.
func (n Notice) Validate() error {
	switch {
	case !noticeID.MatchString(n.ID):
		return errors.New("the ID must be 1 to 100 letters, digits, - and _")
	case !noticeType.MatchString(n.Type):
		return errors.New("the type must be up to five words of letters, digits and _ with points between them")
	case n.Time.IsZero():
		return errors.New("the time is missing")
	case line(n.Title, maxTitle) == "":
		return errors.New("the title is missing")
	case n.URL != "" && !isLink(n.URL):
		return errors.New("the URL must be an http or https address without blanks, quotes, < > and |")
	}
	return nil
}

// isLink says whether text can stand as a link in every channel.
func isLink(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		len(text) <= maxURL && utf8.ValidString(text) &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) || strings.ContainsRune(" <>|\"'`\\", r) })
}

// checked is a notice with clean texts of the lengths that are kept. It fails
// as Validate does, with an Error that is never tried again.
func (n Notice) checked(channel string) (Notice, *Error) {
	if err := n.Validate(); err != nil {
		return n, errorf(channel, Reject, "the notice is not valid: %s", err)
	}
	n.Time = n.Time.UTC()
	n.Title, n.Text = line(n.Title, maxTitle), lines(n.Text, maxText)
	var fields []Field
	for _, f := range n.Fields[:min(len(n.Fields), maxFields)] {
		f = Field{line(f.Name, maxName), line(f.Value, maxValue)}
		if f.Name != "" || f.Value != "" {
			fields = append(fields, f)
		}
	}
	n.Fields = fields
	return n, nil
}

// heading is the title, marked if it tells an end.
func (n Notice) heading() string {
	if n.Resolved {
		return "Resolved: " + n.Title
	}
	return n.Title
}

// stamp is the time of the event: "23 Nov 2026 16:05 UTC".
func (n Notice) stamp() string { return n.Time.UTC().Format("2 Jan 2006 15:04") + " UTC" }

// line makes text one clean line of at most limit characters.
func line(text string, limit int) string {
	return cut(strings.Join(strings.Fields(strings.Map(clean, strings.ToValidUTF8(text, "\uFFFD"))), " "), limit)
}

// lines cleans text line by line and keeps at most limit characters.
func lines(text string, limit int) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	all := strings.Split(text, "\n")
	for i, l := range all {
		all[i] = strings.TrimRight(strings.Map(clean, l), " ")
	}
	return cut(strings.TrimSpace(strings.Join(all, "\n")), limit)
}

// clean makes a blank of what ends a line or controls a terminal, and drops
// what turns the direction of writing.
func clean(r rune) rune {
	switch {
	case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
		return -1
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return ' '
	default:
		return r
	}
}

// cut keeps at most limit characters, the last of which is … if some are lost.
func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	n := 0
	for i := range text {
		if n == limit-1 {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
