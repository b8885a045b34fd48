package views

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// rendered is a page as a browser reads it.
type rendered struct {
	text string
	root *html.Node
}

// render draws a component and parses it.
func render(t *testing.T, c templ.Component) rendered {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return rendered{b.String(), root}
}

// all lists the elements for which keep holds, in document order.
func (r rendered) all(keep func(*html.Node) bool) []*html.Node {
	var list []*html.Node
	for n := range r.root.Descendants() {
		if n.Type == html.ElementNode && keep(n) {
			list = append(list, n)
		}
	}
	return list
}

// tags lists the elements of the names.
func (r rendered) tags(names ...string) []*html.Node {
	return r.all(func(n *html.Node) bool {
		for _, name := range names {
			if n.Data == name {
				return true
			}
		}
		return false
	})
}

// byAttr lists the elements with an attribute of the value.
func (r rendered) byAttr(key, value string) []*html.Node {
	return r.all(func(n *html.Node) bool { v, ok := attr(n, key); return ok && v == value })
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func hasClass(n *html.Node, class string) bool {
	v, _ := attr(n, "class")
	for _, c := range strings.Fields(v) {
		if c == class {
			return true
		}
	}
	return false
}

// textOf is the text of an element with spaces joined.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func within(n *html.Node, names ...string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		for _, name := range names {
			if p.Type == html.ElementNode && p.Data == name {
				return true
			}
		}
	}
	return false
}

// breaches lists every rule of the house that the page breaks: what the
// content policy forbids, and what people who cannot see the page depend on.
func (r rendered) breaches() []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	ids := map[string]bool{}
	for _, n := range r.all(func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			switch {
			case a.Key == "style":
				add("<%s> has a style attribute", n.Data)
			case strings.HasPrefix(a.Key, "on"):
				add("<%s> has the handler %s", n.Data, a.Key)
			case a.Key == "id" && ids[a.Val]:
				add("id %q is used twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case (a.Key == "fill" || a.Key == "stroke") && a.Val != "none":
				add("<%s> has the colour %s=%q, not a class", n.Data, a.Key, a.Val)
			}
		}
	}
	r.checkReferences(ids, add)
	r.checkScripts(add)
	r.checkHeadings(add)
	r.checkTables(add)
	r.checkNames(add)
	if strings.Contains(r.text, "NaN") || strings.Contains(r.text, "+Inf") || strings.Contains(r.text, "%!") {
		add("a number was printed that is none")
	}
	return list
}

// checkReferences wants every id referred to, and the page's anchors, present.
func (r rendered) checkReferences(ids map[string]bool, add func(string, ...any)) {
	for _, n := range r.all(func(*html.Node) bool { return true }) {
		for _, key := range [...]string{"aria-labelledby", "aria-describedby", "for", "popovertarget"} {
			if v, ok := attr(n, key); ok && !ids[v] {
				add("<%s> refers to the missing id %q", n.Data, v)
			}
		}
		if href, _ := attr(n, "href"); strings.HasPrefix(href, "#") && !ids[href[1:]] {
			add("the link %q leads nowhere", href)
		}
	}
}

func (r rendered) checkScripts(add func(string, ...any)) {
	for _, n := range r.tags("script") {
		kind, _ := attr(n, "type")
		_, external := attr(n, "src")
		if n.FirstChild != nil && kind != "application/json" {
			add("an inline script of type %q", kind)
		}
		if n.FirstChild == nil && !external {
			add("an empty script")
		}
		if kind == "application/json" && !json.Valid([]byte(n.FirstChild.Data)) {
			add("a data block is not JSON")
		}
	}
	if len(r.tags("style")) > 0 {
		add("a style element")
	}
}

// checkHeadings wants one h1, no level skipped, and nothing before the h1 but
// the key help after it.
func (r rendered) checkHeadings(add func(string, ...any)) {
	if n := len(r.tags("h1")); n != 1 {
		add("%d h1", n)
	}
	level := 0
	for _, h := range r.tags("h1", "h2", "h3", "h4") {
		l := int(h.Data[1] - '0')
		if l > level+1 {
			add("<%s> %q after a heading of level %d", h.Data, textOf(h), level)
		}
		if textOf(h) == "" {
			add("an empty <%s>", h.Data)
		}
		level = l
	}
}

func (r rendered) checkTables(add func(string, ...any)) {
	for _, t := range r.tags("table") {
		if t.FirstChild == nil || !hasCaption(t) {
			add("a table without caption")
		}
	}
	for _, th := range r.tags("th") {
		if scope, _ := attr(th, "scope"); scope != "col" && scope != "row" {
			add("a head %q without scope", textOf(th))
		}
		if textOf(th) == "" {
			add("a head without text")
		}
	}
}

func hasCaption(table *html.Node) bool {
	for n := range table.ChildNodes() {
		if n.Data == "caption" {
			return textOf(n) != ""
		}
	}
	return false
}

// checkNames wants a name on everything that can be used or read.
func (r rendered) checkNames(add func(string, ...any)) {
	for _, n := range r.tags("a", "button", "summary") {
		if name, _ := attr(n, "aria-label"); textOf(n) == "" && name == "" {
			add("a <%s> without a name", n.Data)
		}
	}
	for _, n := range r.tags("input", "select", "textarea") {
		id, _ := attr(n, "id")
		if len(r.byAttr("for", id)) != 1 {
			add("the field %q has no label", id)
		}
	}
	for _, n := range r.tags("nav", "progress", "ul") {
		_, label := attr(n, "aria-label")
		if n.Data != "ul" && !label {
			add("a <%s> without a name", n.Data)
		}
	}
	for _, n := range r.tags("svg") {
		_, hidden := attr(n, "aria-hidden")
		_, label := attr(n, "aria-label")
		_, by := attr(n, "aria-labelledby")
		if !hidden && !label && !by && !within(n, "svg") {
			add("a drawing that is neither named nor hidden")
		}
	}
	for _, n := range r.tags("figure") {
		caption := ""
		for c := range n.ChildNodes() {
			if c.Data == "figcaption" {
				caption = textOf(c)
			}
		}
		if !strings.Contains(caption, "Source:") {
			add("a figure without source: %q", textOf(n))
		}
	}
	for _, n := range r.byAttr("role", "region") {
		if v, _ := attr(n, "tabindex"); v != "0" {
			add("a scroller that the keyboard cannot reach")
		}
	}
}
