package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// document is a page to look things up in.
type document struct {
	t    testing.TB
	root *html.Node
	body string
}

// page asks for a page that must be there.
func (s *site) page(path string) *document {
	s.t.Helper()
	res, body := s.get(path)
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s\n%.2000s", path, res.Status, body)
	}
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return &document{t: s.t, root: root, body: body}
}

// find is the first element that a selector names: a tag, [attribute=value] or
// #id.
func (d *document) find(selector string) *html.Node {
	d.t.Helper()
	match := func(n *html.Node) bool { return n.Data == selector }
	if id, ok := strings.CutPrefix(selector, "#"); ok {
		match = func(n *html.Node) bool { return get(n, "id") == id }
	} else if key, value, ok := strings.Cut(strings.Trim(selector, "[]"), "="); ok {
		match = func(n *html.Node) bool { return get(n, key) == value }
	}
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && match(n) {
			return n
		}
	}
	d.t.Fatalf("no %s on the page", selector)
	return nil
}

func get(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func (d *document) attr(selector, key string) string {
	d.t.Helper()
	return get(d.find(selector), key)
}

func (d *document) text(selector string) string {
	d.t.Helper()
	return textOf(d.find(selector))
}

// textOf joins the text under a node, with one space between words.
func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.Data != "script" && c.Parent.Data != "style" {
			b.WriteString(c.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
