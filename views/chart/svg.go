package chart

import (
	"html"
	"math"
	"strconv"
	"strings"
)

// stretch is the width of the nested drawing's own coordinates.
const stretch = 1000

// num prints a coordinate with at most one decimal.
func num(v float64) string {
	r := math.Round(v*10) / 10
	if r == 0 {
		r = 0 // no minus zero
	}
	return strconv.FormatFloat(r, 'f', -1, 64)
}

// pct prints a fraction of the width with at most two decimals.
func pct(f float64) string {
	r := math.Round(f*10000) / 100
	if r == 0 {
		r = 0
	}
	return strconv.FormatFloat(r, 'f', -1, 64) + "%"
}

// pathData collects the d attribute of a path.
type pathData struct{ b strings.Builder }

func (p *pathData) move(x, y float64) { p.b.WriteString("M" + num(x) + " " + num(y)) }
func (p *pathData) line(x, y float64) { p.b.WriteString("L" + num(x) + " " + num(y)) }
func (p *pathData) String() string    { return p.b.String() }

// drawing writes elements. Horizontal positions are fractions of the width,
// vertical ones pixels.
type drawing struct {
	b      strings.Builder
	height float64
}

func (d *drawing) hline(class string, y float64) {
	d.line(class, 0, y, 1, y)
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	d.b.WriteString(`<line class="` + class + `" x1="` + pct(x1) + `" y1="` + num(y1) + `" x2="` + pct(x2) + `" y2="` + num(y2) + `"/>`)
}

func (d *drawing) rect(class string, x, y, w, h float64) {
	d.b.WriteString(`<rect class="` + class + `" x="` + pct(x) + `" y="` + num(y) + `" width="` + pct(max(0, w)) + `" height="` + num(max(0, h)) + `"/>`)
}

func (d *drawing) dot(class string, x, y, r float64) {
	d.b.WriteString(`<circle class="` + class + `" cx="` + pct(x) + `" cy="` + num(y) + `" r="` + num(r) + `"/>`)
}

// text writes a label; dx moves it by pixels from its position.
func (d *drawing) text(class, anchor string, x, dx, y float64, s string) {
	d.b.WriteString(`<text class="` + class + `" x="` + pct(x) + `" y="` + num(y) + `"`)
	if dx != 0 {
		d.b.WriteString(` dx="` + num(dx) + `"`)
	}
	if anchor != "" && anchor != "start" {
		d.b.WriteString(` text-anchor="` + anchor + `"`)
	}
	d.b.WriteString(">" + html.EscapeString(s) + "</text>")
}

// paths writes lines that stretch sideways with the figure.
func (d *drawing) paths(classAndData ...[2]string) {
	d.b.WriteString(`<svg width="100%" height="` + num(d.height) + `" viewBox="0 0 ` + strconv.Itoa(stretch) + ` ` + num(d.height) + `" preserveAspectRatio="none" overflow="visible">`)
	for _, p := range classAndData {
		if p[1] != "" {
			d.b.WriteString(`<path class="` + p[0] + `" vector-effect="non-scaling-stroke" d="` + p[1] + `"/>`)
		}
	}
	d.b.WriteString(`</svg>`)
}

// tag is a filled label in the right margin at height y.
func (d *drawing) tag(unit string, y float64, s string) {
	d.b.WriteString(`<svg x="100%" width="70" height="` + num(d.height) + `" overflow="visible"><rect class="fl ` + unit + `" x="8" y="` + num(y-9) + `" width="62" height="18"/><text class="tag on-` + unit + `" x="66" y="` + num(y+4) + `" text-anchor="end">` + html.EscapeString(s) + `</text></svg>`)
}

func (d *drawing) group(class string, body func()) {
	d.b.WriteString(`<g class="` + class + `">`)
	body()
	d.b.WriteString(`</g>`)
}

// finish wraps the drawing. Pad names the margins that labels hang into: any
// of "fx-l" and "fx-r".
func (d *drawing) finish(id, title, pad string) string { return d.finishWith(id, title, pad, "") }

// finishWith is finish with attributes of the wrapper for the script.
func (d *drawing) finishWith(id, title, pad, attributes string) string {
	class := strings.TrimSpace("fx " + pad)
	return `<div class="` + class + `"` + attributes + `><svg width="100%" height="` + num(d.height) + `" overflow="visible" role="img" aria-labelledby="` + html.EscapeString(id) + `"><title id="` + html.EscapeString(id) + `">` + html.EscapeString(title) + `</title>` + d.b.String() + `</svg></div>`
}
