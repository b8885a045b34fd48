package chart

import (
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
)

var update = flag.Bool("update", false, "write the golden files anew")

var day0 = time.Date(2026, 3, 9, 14, 30, 0, 0, time.UTC)

// line is n points over span, rising and falling by rule.
func line(n int, span time.Duration, start, rise float64) []market.Point {
	list := make([]market.Point, n)
	for i := range list {
		f := float64(i) / float64(max(1, n-1))
		list[i] = market.Point{T: day0.Add(time.Duration(f * float64(span))), V: start + rise*math.Sin(f*7)}
	}
	return list
}

func whole(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }

func cents(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

func twoPanels(stale bool, points []market.Point) Panels {
	return Panels{
		ID: "p", Title: "Two <panels>", From: day0, To: day0.Add(24 * time.Hour), Step: time.Hour, Stale: stale,
		Series: []Series{
			{Label: "Hashprice", Class: "m", Points: points, Tick: cents, Value: cents},
			{Label: "BTC, $", Class: "n", Points: line(25, 24*time.Hour, 87000, 900), Tick: whole, Value: whole},
		},
		Events: []Event{{day0.Add(2 * time.Hour), "Early"}, {day0.Add(14 * time.Hour), "Later"}, {day0.Add(15 * time.Hour), "Close"}, {day0.Add(-time.Hour), "Outside"}},
	}
}

func history(points []market.Point) History {
	return History{
		ID: "h", Title: "History", From: day0, To: day0.AddDate(2, 0, 0), Step: 24 * time.Hour,
		Series: Series{Label: "Hashprice", Class: "m", Points: points, Tick: whole, Value: cents},
		Events: []Event{{day0.AddDate(0, 1, 0), "Halving"}, {day0.AddDate(0, 4, 0), "Peak"}, {day0.AddDate(1, 8, 0), "Late"}},
	}
}

// drawings are one of each kind, by the name of the golden file.
func drawings() map[string]string {
	hole := append(line(9, 8*time.Hour, 39, 0.4), line(4, 3*time.Hour, 38, 0.1)...)
	for i := 9; i < len(hole); i++ {
		hole[i].T = hole[i].T.Add(20 * time.Hour)
	}
	return map[string]string{
		"panels":       twoPanels(false, line(25, 24*time.Hour, 38.6, 0.7)).Draw(),
		"panels-stale": twoPanels(true, line(15, 14*time.Hour, 38.6, 0.7)).Draw(),
		"panels-hole":  twoPanels(false, hole).Draw(),
		"panels-empty": twoPanels(false, nil).Draw(),
		"history":      history(line(200, 700*24*time.Hour, 60, 25)).Draw(),
		"epoch":        Epoch{ID: "e", Title: "Epoch", Done: 1057, Total: 2016, Label: "1,057 of 2,016 blocks", Start: "4 Mar", End: "17 Mar"}.Draw(),
		"band":         Band{ID: "b", Title: "Band", Low: -0.048, Point: -0.021, High: 0.007, Zero: true, Class: "n", Tick: func(v float64) string { return whole(v*100) + "%" }, Label: "−2.1%"}.Draw(),
		"merit":        sampleMerit().Draw(),
		"interval":     Interval(949, 1010, 1300),
		"spark":        Sparkline(line(30, 30*24*time.Hour, 10, 3), "m"),
	}
}

func TestDrawingsMatchGoldenFiles(t *testing.T) {
	for name, got := range drawings() {
		path := filepath.Join("testdata", name+".svg.html")
		got = strings.ReplaceAll(got, "><", ">\n<") + "\n"
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s differs, -want +got:\n%s", name, diff)
		}
	}
}

var (
	percents = regexp.MustCompile(` (?:x|x1|x2|cx|width)="([^"]*)%"`)
	pixels   = regexp.MustCompile(` (?:y|y1|y2|cy)="([^"%]*)"`)
	paths    = regexp.MustCompile(`<path class="ln [^"]*" vector-effect="non-scaling-stroke" d="([^"]*)"`)
	heights  = regexp.MustCompile(`^<div[^>]*><svg width="100%" height="([0-9.]+)"`)
)

// checkFrame fails if a coordinate is not finite or lies outside the frame.
func checkFrame(t *testing.T, name, svg string) {
	t.Helper()
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Fatalf("%s has a coordinate that is not finite", name)
	}
	m := heights.FindStringSubmatch(svg)
	if m == nil {
		t.Fatalf("%s has no height", name)
	}
	height := mustFloat(t, m[1])
	for _, m := range percents.FindAllStringSubmatch(svg, -1) {
		if v := mustFloat(t, m[1]); v < 0 || v > 100 {
			t.Errorf("%s: %v%% is outside the frame", name, v)
		}
	}
	for _, m := range pixels.FindAllStringSubmatch(svg, -1) {
		if v := mustFloat(t, m[1]); v < -10 || v > height {
			t.Errorf("%s: %v px is outside the height of %v", name, v, height)
		}
	}
	for _, m := range paths.FindAllStringSubmatch(svg, -1) {
		for _, p := range pairs(t, m[1]) {
			if p[0] < 0 || p[0] > stretch || p[1] < 0 || p[1] > height {
				t.Errorf("%s: point %v is outside the frame", name, p)
			}
		}
	}
}

func mustFloat(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatalf("%q is not a number: %v", s, err)
	}
	return v
}

// pairs reads the points of a path of moves and lines.
func pairs(t *testing.T, d string) [][2]float64 {
	t.Helper()
	var list [][2]float64
	for _, part := range strings.FieldsFunc(d, func(r rune) bool { return r == 'M' || r == 'L' }) {
		x, y, ok := strings.Cut(part, " ")
		if !ok {
			t.Fatalf("%q is not a point", part)
		}
		list = append(list, [2]float64{mustFloat(t, x), mustFloat(t, y)})
	}
	return list
}

func TestDrawingsStayInsideTheirFrame(t *testing.T) {
	for name, svg := range drawings() {
		if name != "spark" && name != "interval" {
			checkFrame(t, name, svg)
		}
	}
}

func TestAnyPointsStayInsideTheFrameAndAllAreKept(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		n := 100 + rng.IntN(400)
		points := make([]market.Point, n)
		scale := math.Pow(10, rng.Float64()*12-3)
		for i := range points {
			points[i] = market.Point{T: day0.Add(time.Duration(i) * 24 * time.Hour / time.Duration(n)), V: scale * (0.2 + rng.Float64())}
		}
		p := twoPanels(round%2 == 0, points)
		p.Step = 0
		svg := p.Draw()
		checkFrame(t, "panels", svg)
		m := paths.FindStringSubmatch(svg)
		if got := len(pairs(t, m[1])); got < n {
			t.Fatalf("round %d: got %d points of %d", round, got, n)
		}
		h := history(points)
		h.To, h.Events = day0.Add(24*time.Hour), nil
		checkFrame(t, "history", h.Draw())
	}
}

func TestAHoleIsNeverBridged(t *testing.T) {
	points := line(24, 23*time.Hour, 10, 1)
	points = append(points[:8:8], points[14:]...)
	svg := twoPanels(false, points).Draw()
	d := paths.FindStringSubmatch(svg)[1]
	if got := strings.Count(d, "M"); got != 2 {
		t.Errorf("got %d segments, want 2: %s", got, d)
	}
}

func TestValuesThatAreNotFiniteAreLeftOut(t *testing.T) {
	points := line(24, 24*time.Hour, 10, 1)
	points[5].V, points[6].V = math.NaN(), math.Inf(1)
	checkFrame(t, "panels", twoPanels(false, points).Draw())
	if got := Sparkline(points, "m"); strings.Contains(got, "NaN") {
		t.Errorf("sparkline has a value that is not finite: %s", got)
	}
}

func TestAStaleLineStopsAtItsLastPoint(t *testing.T) {
	svg := twoPanels(true, line(15, 14*time.Hour, 38.6, 0.7)).Draw()
	for _, want := range []string{`class="hatch-n"`, `class="ho m"`, "last 10 Mar 04:30"} {
		if !strings.Contains(svg, want) && !strings.Contains(svg, strings.Replace(want, "10 Mar ", "", 1)) {
			t.Errorf("stale drawing lacks %s", want)
		}
	}
	if strings.Contains(svg, `class="tag on-m"`) {
		t.Error("a stale value stands in the tag of the present one")
	}
}

func TestTitlesAreEscaped(t *testing.T) {
	if svg := twoPanels(false, nil).Draw(); !strings.Contains(svg, "Two &lt;panels&gt;") {
		t.Error("title is not escaped")
	}
}

func TestNothingToDrawIsEmpty(t *testing.T) {
	for name, got := range map[string]string{
		"panels without span":   Panels{From: day0, To: day0, Series: []Series{{}}}.Draw(),
		"panels without lines":  Panels{From: day0, To: day0.Add(time.Hour)}.Draw(),
		"history of zeros":      history([]market.Point{{T: day0.AddDate(0, 1, 0), V: 0}}).Draw(),
		"history of nothing":    history(nil).Draw(),
		"epoch of nothing":      Epoch{}.Draw(),
		"band out of order":     Band{Low: 2, Point: 1, High: 3}.Draw(),
		"band not finite":       Band{Low: math.NaN(), Point: 1, High: 3}.Draw(),
		"interval out of order": Interval(2, 1, 3),
		"interval of zero":      Interval(0, 0, 0),
		"spark of one":          Sparkline(line(1, 0, 1, 0), "m"),
		"spark of none":         Sparkline(nil, "m"),
	} {
		if got != "" {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// What is not known is hatched, not a bar of no height; zero is neither.
func TestColumnsHatchWhatIsNotKnown(t *testing.T) {
	from := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	v, zero := 12.0, 0.0
	c := Columns{ID: "x", Title: "Lost", From: from, To: from.Add(4 * time.Hour), Width: time.Hour, Class: "m", Label: "$", Tick: func(float64) string { return "t" }, List: []Column{
		{T: from, V: &v}, {T: from.Add(time.Hour)}, {T: from.Add(2 * time.Hour), V: &zero}, {T: from.Add(3 * time.Hour), V: &v, Part: true},
	}}
	svg := c.Draw()
	if bars, hatched := strings.Count(svg, `class="fl m"`), strings.Count(svg, `class="hatch-n"`); bars != 3 || hatched != 2 {
		t.Errorf("%d bars and %d hatched: %s", bars, hatched, svg)
	}
	c.List = nil
	if c.Draw() != "" {
		t.Error("nothing has a drawing")
	}
}

func TestBulletCutsWhatIsBeyondItsScale(t *testing.T) {
	if svg := Bullet(2, 1, 1.06, "m"); !strings.Contains(svg, `width="96" height="6"`) || !strings.Contains(svg, `x1="90.6"`) {
		t.Errorf("got %s", svg)
	}
	if svg := Bullet(math.NaN(), 1, 1.06, "m"); svg != "" {
		t.Errorf("no number: %s", svg)
	}
}
