package notify

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNoticesThatCannotBeSent(t *testing.T) {
	const id, kind, link = "the ID must be 1 to 100 letters, digits, - and _",
		"the type must be up to five words of letters, digits and _ with points between them",
		"the URL must be an http or https address without blanks, quotes, < > and |"
	tests := []struct {
		name   string
		change func(n *Notice)
		want   string
	}{
		{"good", func(*Notice) {}, ""},
		{"no URL", func(n *Notice) { n.URL = "" }, ""},
		{"no ID", func(n *Notice) { n.ID = "" }, id},
		{"an ID with a point", func(n *Notice) { n.ID = "a.b" }, id},
		{"an ID with a line", func(n *Notice) { n.ID = "a\r\nBcc: x" }, id},
		{"no type", func(n *Notice) { n.Type = "" }, kind},
		{"a type of blanks", func(n *Notice) { n.Type = "alert fired" }, kind},
		{"a type that ends in a point", func(n *Notice) { n.Type = "alert." }, kind},
		{"no time", func(n *Notice) { n.Time = time.Time{} }, "the time is missing"},
		{"no title", func(n *Notice) { n.Title = "\r\n \t" }, "the title is missing"},
		{"a script for a URL", func(n *Notice) { n.URL = "javascript:alert(1)" }, link},
		{"a URL without a host", func(n *Notice) { n.URL = "https:///x" }, link},
		{"a URL with a bar", func(n *Notice) { n.URL = "https://x/|a>" }, link},
		{"a long URL", func(n *Notice) { n.URL = "https://x/" + strings.Repeat("a", 2000) }, link},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := notice()
			tt.change(&n)
			got := ""
			if err := n.Validate(); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.want == "" {
				return
			}
			c := NewClient(Options{})
			want := outcome{kind: Reject}
			want.check(t, c.Slack(t.Context(), "https://hooks.example/", n))
			want.check(t, c.Webhook(t.Context(), "https://hooks.example/", []Secret{secret(t, vectorSecret)}, n))
		})
	}
}

func TestTextsAreCleanedAndCut(t *testing.T) {
	n := notice()
	n.Title = "  a\r\nBcc: b\x00\x1b[31m\u202Ec\u2028d \xff "
	n.Text = "\r\n one \r\ntwo\rthree\u2028four\x07\n\n"
	n.Fields = []Field{{"a\nb", "c\td"}, {" ", "\n"}}
	n, failed := n.checked("email")
	if failed != nil {
		t.Fatal(failed)
	}
	if want := "a Bcc: b [31mc d \uFFFD"; n.Title != want {
		t.Errorf("title is %q, want %q", n.Title, want)
	}
	if want := "one\ntwo\nthree\nfour"; n.Text != want {
		t.Errorf("text is %q, want %q", n.Text, want)
	}
	if diff := cmp.Diff([]Field{{"a b", "c d"}}, n.Fields); diff != "" {
		t.Errorf("fields differ (want -, got +):\n%s", diff)
	}
	for text, want := range map[string]string{"": "", "界界界": "界界界", "界界界界": "界界…", "abcd": "ab…"} {
		if got := cut(text, 3); got != want {
			t.Errorf("%q is cut to %q, want %q", text, got, want)
		}
	}
}
