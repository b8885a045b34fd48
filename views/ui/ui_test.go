package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"switchyard/econ/market"
	"switchyard/views/format"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFreshnessSaysItsStateInWords(t *testing.T) {
	at := time.Date(2026, 3, 10, 14, 32, 8, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		fresh Fresh
		want  string
	}{
		{"live", Fresh{Freshness: market.Freshness{State: market.Live, At: at}}, "Live, 14:32:08 UTC"},
		{"judged again, so no label", Fresh{Freshness: market.Freshness{State: market.Live, At: at}, Topic: "market.block", Label: "Block 940,512"}, "Live, 14:32:08 UTC"},
		{"aged", Fresh{Freshness: market.Freshness{State: market.Aged, At: at, Age: 2 * time.Minute}}, "2\u00a0min ago"},
		{"read now", Fresh{Freshness: market.Freshness{State: market.Aged, At: at}, Label: "Read 14:32:08 UTC"}, "Read 14:32:08 UTC"},
		{"late", Fresh{Freshness: market.Freshness{State: market.Late, At: at, Age: 3 * time.Minute}}, "Late, 3\u00a0min"},
		{"stale", Fresh{Freshness: market.Freshness{State: market.Stale, At: at, Age: 47 * time.Minute}}, "Stale, 47\u00a0min"},
		{"off", Fresh{Freshness: market.Freshness{State: market.Off}}, "No answer yet"},
		{"zero", Fresh{}, "No answer yet"},
		{"off with words", Fresh{Label: "Not shown"}, "Not shown"},
	} {
		if got := freshText(tt.fresh); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFreshnessCanBeJudgedAgainInTheBrowser(t *testing.T) {
	f := Fresh{Freshness: market.Freshness{State: market.Live, At: time.UnixMilli(1795410000123)}, Topic: "market.btc_usd", Cadence: 1500 * time.Millisecond}
	got := render(t, FreshMark(f))
	for _, want := range []string{`class="fresh live"`, `data-fresh-topic="market.btc_usd"`, `data-cadence="1.5"`, `data-at="2026-11-23T05:00:00.123Z"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
}

func TestAChangeHasAWordBesideItsArrow(t *testing.T) {
	got := render(t, Delta(Change{ID: "btc.chg", Dir: Down, Text: "1.2%", Judge: Bad}))
	for _, want := range []string{`class="dl bad"`, `data-dir="down"`, `data-dir-of="btc.chg"`, `data-text="btc.chg.dir">down<`, `data-text="btc.chg">1.2%<`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	if got := render(t, Delta(Change{Why: "no price 30 days ago"})); !strings.Contains(got, "–") || !strings.Contains(got, "no price 30 days ago") || strings.Contains(got, "data-dir") {
		t.Errorf("a missing change is drawn as %s", got)
	}
}

func TestAValueKeepsItsUnitOnTheLine(t *testing.T) {
	for unit, want := range map[string]string{"%": `>%<`, "/PH/d": `>/PH/d<`, "EH/s": ">\u00a0EH/s<"} {
		if got := render(t, Val(format.Value{Text: "7", Unit: unit}, "")); !strings.Contains(got, want) || strings.Contains(got, "> <") {
			t.Errorf("unit %q: got %s", unit, got)
		}
	}
}

func TestAFieldWithAnErrorSaysSo(t *testing.T) {
	got := render(t, Field(Control{ID: "f", Name: "price", Label: "Price per GPU-hour, $", Value: "29.5", Hint: "up to 6.00", Error: "Above the $6.00 limit. Did you mean 2.95?", Mode: "decimal"}))
	for _, want := range []string{`for="f"`, `aria-invalid="true"`, `aria-describedby="f-say"`, `id="f-say"`, "Did you mean 2.95?", `inputmode="decimal"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	if strings.Contains(got, "up to 6.00") {
		t.Error("the hint stands beside the error that replaces it")
	}
	if got := render(t, Field(Control{ID: "f", Name: "price", Label: "Price"})); strings.Contains(got, "aria-") {
		t.Errorf("a field without hint and error refers to one: %s", got)
	}
}

func TestAFigureThatCannotBeShownKeepsItsPlace(t *testing.T) {
	for _, tt := range []struct {
		kind ProblemKind
		want []string
	}{
		{Loading, []string{`class="wait"`, "Waiting for the first values"}},
		{Empty, []string{`class="state"`, "No contracts end", "Show more"}},
		{Broken, []string{`aria-label="Failed"`, "No contracts end"}},
		{NoPermission, []string{`class="state"`, "No contracts end"}},
	} {
		p := Problem{Kind: tt.kind, Title: "No contracts end", Href: "/x", Action: "Show more"}
		got := render(t, Figure(Frame{ID: "f", Title: "Contracts", Chart: "prices"}, Facts{Source: "register", Problem: &p}))
		for _, want := range append(tt.want, "<h2", "Source: register") {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s lacks %s", tt.kind, got, want)
			}
		}
		if strings.Contains(got, "data-chart") {
			t.Errorf("%s: the script would mount a chart on nothing", tt.kind)
		}
	}
}

func TestAHeadlineFigureIsNeverBare(t *testing.T) {
	got := render(t, KPIs([]KPI{
		{Label: "Hashrate", Value: format.Value{Text: "9.99", Unit: "EH/s"}, Context: "97.4% of expected", Unit: Mining},
		{Label: "Workers", Why: "no pool has answered"},
	}))
	for _, want := range []string{`class="kpi m"`, "9.99", "97.4% of expected", "no pool has answered", "–"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
}

func TestProgressOfUnknownLengthHasNoValue(t *testing.T) {
	if got := render(t, Progress("Blocks", 5, 0)); strings.Contains(got, "value=") {
		t.Errorf("got %s", got)
	}
	if got := render(t, Progress("Blocks", 12, 10)); !strings.Contains(got, `value="10" max="10"`) {
		t.Errorf("more than all is done: %s", got)
	}
}

func TestSkeletonIsHiddenFromReaders(t *testing.T) {
	got := render(t, Skeleton(3))
	if strings.Count(got, "<div>") != 3 || !strings.Contains(got, `aria-hidden="true"`) {
		t.Errorf("got %s", got)
	}
}

func TestSortedColumnSaysItsDirection(t *testing.T) {
	got := render(t, SortHead("Source", "/x?sort=name", "ascending", "r"))
	if !strings.Contains(got, `aria-sort="ascending"`) || !strings.Contains(got, `href="/x?sort=name"`) {
		t.Errorf("got %s", got)
	}
	if got := render(t, SortHead("Source", "/x", "", "")); strings.Contains(got, "aria-sort") {
		t.Errorf("an unsorted column says that it is sorted: %s", got)
	}
}
