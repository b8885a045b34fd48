package chart

import (
	"html"
	"math"
	"strconv"
	"unicode/utf8"

	"switchyard/views/format"
)

// MeritStep is one step of the merit order: some megawatts at one cost.
type MeritStep struct {
	Name, Place, Note string  // e.g. "S21 Pro", "Hallam", "15.0 J/TH"
	MW                float64 // its width; steps without are left out
	Cost              float64 // its height, $ per PH/s per day; +Inf: never pays
}

// Merit draws the steps by rising cost with the hashprice across them. The
// script moves the line and recolours the steps with each new hashprice.
type Merit struct {
	ID, Title string
	Steps     []MeritStep
	Hashprice float64 // $ per PH/s per day
	Near      float64 // fraction under which a step counts as close to the line
}

// Frame of the drawing, in pixels.
const (
	meritHeight = 340.0
	meritTop    = 30.0
	meritBase   = 300.0
)

// Shares of the width below which a label does not fit.
const (
	meritFlat    = 0.10  // three lines across
	meritUpright = 0.018 // one line upwards
	meritNarrow  = 0.05  // one line upwards on a phone
	meritValue   = 0.035 // the cost
)

// State is how a step stands at a hashprice: "on", "near" the line, or "under"
// water. The script judges by the same rule.
func (s MeritStep) State(hashprice, near float64) string {
	switch {
	case !(s.Cost < hashprice):
		return "under"
	case s.Cost > hashprice*(1-near):
		return "near"
	}
	return "on"
}

// UnderWater sums the megawatts of the steps that cost more than they earn.
func (m Merit) UnderWater() float64 {
	sum := 0.0
	for _, s := range m.Steps {
		if s.State(m.Hashprice, m.Near) == "under" {
			sum += max(0, s.MW)
		}
	}
	return sum
}

// UnderWaterText names the megawatts that cost more than they earn.
func UnderWaterText(mw float64) string { return format.Fixed(mw, 0) + " MW under water" }

// Draw returns the drawing; empty without a step that has a width.
func (m Merit) Draw() string {
	total, highest := 0.0, m.Hashprice
	for _, s := range m.Steps {
		if s.MW > 0 {
			total += s.MW
			if !math.IsInf(s.Cost, 0) {
				highest = max(highest, s.Cost)
			}
		}
	}
	ticks := NiceTicks(0, highest*1.06, 7)
	if total == 0 || len(ticks) < 2 {
		return ""
	}
	d := &drawing{height: meritHeight}
	top := ticks[len(ticks)-1]
	y := Linear(0, top, meritBase, meritTop)
	for _, t := range ticks {
		class := "gr"
		if t == 0 {
			class = "ax"
		}
		d.hline(class, y(t))
		d.text("tk", "end", 0, -8, y(t)+4, format.Plain(t))
	}
	at := 0.0
	for _, s := range m.Steps {
		if s.MW > 0 {
			m.step(d, s, at/total, s.MW/total, y(min(top, max(0, s.Cost))))
			at += s.MW
		}
	}
	m.line(d, y(m.Hashprice))
	d.b.WriteString(`<text class="bd b" x="100%" y="16" text-anchor="end" data-merit-under="">` + under(m.UnderWater()) + `</text>`)
	for i, t := range NiceTicks(0, total, 8) {
		if t > total {
			break
		}
		mark := func() {
			d.line("ax", t/total, meritBase, t/total, meritBase+4)
			d.text("tk", anchorAt(t/total, 0.02), t/total, 0, meritBase+16, format.Plain(t))
		}
		if i%2 == 1 {
			d.group("c-wide", mark)
			continue
		}
		mark()
	}
	d.text("tk", "end", 1, 0, meritBase+34, "MW, cheapest first")
	return d.finishWith(m.ID+"-title", m.Title, "fx-l", ` data-merit="`+plainNumbers(top, meritTop, meritBase, m.Near)+`"`)
}

func under(mw float64) string {
	if mw == 0 {
		return ""
	}
	return html.EscapeString(UnderWaterText(mw))
}

// plainNumbers joins numbers for the script.
func plainNumbers(list ...float64) string {
	text := ""
	for i, v := range list {
		if i > 0 {
			text += " "
		}
		text += strconv.FormatFloat(v, 'g', -1, 64)
	}
	return text
}

// step draws one step that begins at a fraction of the width.
func (m Merit) step(d *drawing, s MeritStep, x, w, y float64) {
	cost := ""
	if !math.IsInf(s.Cost, 0) {
		cost = strconv.FormatFloat(s.Cost, 'g', -1, 64)
	}
	d.b.WriteString(`<g class="step ` + s.State(m.Hashprice, m.Near) + `" data-cost="` + cost + `" data-mw="` + strconv.FormatFloat(s.MW, 'g', -1, 64) + `">`)
	d.b.WriteString(`<title>` + html.EscapeString(s.words()) + `</title>`)
	d.rect("area", x, y, w, meritBase-y)
	d.rect("hatch", x, y, w, meritBase-y)
	d.rect("edge", x, y, w, meritBase-y)
	d.line("top", x, y, x+w, y)
	d.line("gap", x+w, y, x+w, meritBase)
	wide, narrow := s.fitting(meritBase-y), s.fitting(meritBase-y)
	flat := w >= meritFlat && meritBase-y >= 60
	if w < meritUpright || flat {
		wide = [2]string{}
	}
	if w < meritNarrow {
		narrow = [2]string{}
	}
	if w >= meritValue && cost != "" && (flat || wide[0] == "") {
		value := y + 14
		if meritBase-y < 60 {
			value = y - 6
		}
		d.group("c-wide", func() { d.text("val b", "middle", x+w/2, 0, value, format.Fixed(s.Cost, 1)) })
	}
	if flat {
		d.group("c-wide", func() {
			d.text("b", "middle", x+w/2, 0, meritBase-38, s.Name)
			d.text("", "middle", x+w/2, 0, meritBase-24, s.Place)
			d.text("tk", "middle", x+w/2, 0, meritBase-10, s.Note)
		})
	}
	if wide[0] != "" {
		d.group("c-wide", func() { d.upright(x+w/2, meritBase-8, wide[0], wide[1]) })
	}
	if narrow[0] != "" {
		d.group("c-narrow", func() { d.upright(x+w/2, meritBase-8, narrow[0], narrow[1]) })
	}
	d.b.WriteString(`</g>`)
}

// letter is about how wide a letter of a label is, in pixels.
const letter = 6.1

// fitting is what of name and place fits upright into a step of a height: both,
// the name alone, or nothing.
func (s MeritStep) fitting(height float64) [2]string {
	name, place := float64(utf8.RuneCountInString(s.Name))*letter, float64(utf8.RuneCountInString(s.Place)+1)*letter
	switch room := height - 14; {
	case name+place <= room:
		return [2]string{s.Name, s.Place}
	case name <= room:
		return [2]string{s.Name, ""}
	}
	return [2]string{}
}

// words tell a step to those who point at it.
func (s MeritStep) words() string {
	cost := "earns nothing at any hashprice"
	if !math.IsInf(s.Cost, 0) {
		cost = "costs $" + format.Fixed(s.Cost, 2) + " per PH/s a day"
	}
	return s.Name + ", " + s.Place + ", " + format.Fixed(s.MW, 1) + " MW, " + cost
}

// upright writes a label that reads from below.
func (d *drawing) upright(x, y float64, name, place string) {
	d.b.WriteString(`<svg x="` + pct(x) + `" overflow="visible"><text transform="translate(4 ` + num(y) + `) rotate(-90)"><tspan class="b">` +
		html.EscapeString(name) + `</tspan> ` + html.EscapeString(place) + `</text></svg>`)
}

// line is the hashprice, across all steps.
func (m Merit) line(d *drawing, y float64) {
	d.b.WriteString(`<g data-merit-line="` + num(y) + `">`)
	d.hline("tg", y)
	d.b.WriteString(`<text class="b halo" x="0%" dx="4" y="` + num(y-6) + `">Hashprice <tspan data-merit-price="">$` + format.Fixed(m.Hashprice, 2) + `</tspan></text>`)
	d.b.WriteString(`<text class="halo c-wide" x="0%" dx="118" y="` + num(y-6) + `">what a PH/s earns in a day</text></g>`)
}
