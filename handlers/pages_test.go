package handlers_test

import (
	"encoding/csv"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/ops"
)

func TestAnEmptyDatabaseSaysWhatIsMissingAndShowsNoNumber(t *testing.T) {
	s := open(t, nil)
	for _, path := range []string{"/", "/mining", "/admin/sources"} {
		p := s.page(path)
		if text := p.text("main"); regexp.MustCompile(`\$\d`).MatchString(text) {
			t.Errorf("%s shows a price that nobody stored: %.300s", path, text)
		}
	}
	if text := s.page("/mining").text("main"); !contains(text, "cannot be computed yet") || !contains(text, "first candles") {
		t.Errorf("the mining page does not say what it waits for: %.300s", text)
	}
}

// M5 on the page: the two examples of the specification, point and band.
func TestM5OnThePageAtTwoPointsOfAnEpoch(t *testing.T) {
	for _, c := range []struct {
		name        string
		n           int64
		e, w        time.Duration
		point, band string
	}{
		{"n=50", 50, 28_000 * time.Second, 0, "+1.4%", "−10.0% to +14.6%"},
		{"n=1000", 1000, 590_000 * time.Second, 400 * time.Second, "+1.5%", "−2.1% to +5.2%"},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
			s := open(t, func() time.Time { return first.Add(c.e + c.w) })
			s.epoch(2016*400, first, c.n, c.e)
			p := s.page("/mining")
			if got := p.text("[data-text=net.next]") + "%"; !contains(got, strings.TrimSuffix(c.point, "%")) {
				t.Errorf("point: got %q, want %q", got, c.point)
			}
			if got := p.text("[data-text=net.next.band]"); got != c.band {
				t.Errorf("band: got %q, want %q", got, c.band)
			}
			_, csv := s.get("/data/adjustment.csv")
			want := map[string]string{"n=50": "0.0141303", "n=1000": "0.0152694"}[c.name]
			if !contains(csv, want) {
				t.Errorf("the file has no %s:\n%s", want, csv)
			}
		})
	}
}

func TestWithoutScriptTheChartIsTheAPIsPoints(t *testing.T) {
	s := open(t, nil)
	now := time.Now().UTC().Truncate(time.Minute)
	var bars []market.Bar
	for i := 1440; i > 0; i-- {
		v := 38 + float64(i%97)/50
		bars = append(bars, market.Bar{T: now.Add(-time.Duration(i) * time.Minute), N: 1, Sum: v, Min: v, Max: v, First: v, Last: v})
	}
	if _, err := s.db.Jobs().InsertBars(t.Context(), "market.hashprice_usd_per_ph_day", market.LevelMinute, bars); err != nil {
		t.Fatal(err)
	}
	p := s.page("/mining")
	m := regexp.MustCompile(`<path[^>]*class="[^"]*\bln\b[^"]*\bm\b[^"]*"[^>]*d="([^"]+)"|<path[^>]*d="([^"]+)"[^>]*class="[^"]*\bln\b[^"]*\bm\b`).FindStringSubmatch(p.body)
	if m == nil {
		t.Fatal("no line of hashprice in the page")
	}
	if n := len(regexp.MustCompile(`[ML]`).FindAllString(m[1]+m[2], -1)); n < 100 {
		t.Errorf("the line has %d points, want at least 100", n)
	}
}

func TestFiguresAreTheSameRowsAsPageCSVAndXLSX(t *testing.T) {
	s := open(t, nil)
	evil := ops.Refused{Room: "market", Source: "=cmd|' /C calc'!A1", At: time.Now(), Check: "@check", Body: "<script>alert(1)</script>"}
	if err := s.db.Jobs().Quarantine(t.Context(), []ops.Refused{evil}); err != nil {
		t.Fatal(err)
	}
	res, body := s.get("/data/quarantine.csv")
	if ct := res.Header.Get("Content-Type"); !strings.HasPrefix(ct, "text/csv") {
		t.Errorf("got %q", ct)
	}
	r := csv.NewReader(strings.NewReader(body))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("got %v, %v", rows, err)
	}
	if rows[1][1] != "'=cmd|' /C calc'!A1" || rows[1][2] != "'@check" {
		t.Errorf("a spreadsheet would run this: %q", rows[1])
	}
	_, body = s.get("/data/quarantine.xlsx")
	x, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if v, err := x.GetCellValue("Data", "B3"); err != nil || v != "'=cmd|' /C calc'!A1" {
		t.Errorf("got %q, %v", v, err)
	}
	if f, err := x.GetCellFormula("Data", "B3"); err != nil || f != "" {
		t.Errorf("a formula in the sheet: %q, %v", f, err)
	}
	page := s.page("/data/quarantine")
	if contains(page.body, "<script>alert") {
		t.Error("a refused row is written into the page as markup")
	}
	for _, id := range []string{"market", "prices", "hashprice", "network", "adjustment", "halving", "btc-venues", "sources", "jobs"} {
		for _, ext := range []string{"", ".csv", ".xlsx"} {
			if res, body := s.get("/data/" + id + ext); res.StatusCode != http.StatusOK {
				t.Errorf("/data/%s%s: %s %.200s", id, ext, res.Status, body)
			}
		}
	}
	for _, path := range []string{"/data/nothing", "/data/prices.exe", "/data/prices?range=9y"} {
		if res, _ := s.get(path); res.StatusCode < 400 {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

func TestAskingForARunLeavesARequestAndBadNamesDoNot(t *testing.T) {
	s := open(t, nil)
	s.as(access.Admin)
	jobs := s.db.Jobs()
	if err := jobs.DeclareJobs(t.Context(), []ops.Job{{Name: "core.rollup", Room: "core", Title: "Roll up", Schedule: "every minute"}}); err != nil {
		t.Fatal(err)
	}
	same := []string{"Sec-Fetch-Site", "same-origin"}
	if res, _ := s.do(http.MethodPost, "/admin/jobs/core.rollup/run", ""); res.StatusCode != http.StatusForbidden {
		t.Errorf("a write of unknown origin: %s", res.Status)
	}
	if res, _ := s.do(http.MethodPost, "/admin/jobs/nothing/run", "", same...); res.StatusCode != http.StatusNotFound {
		t.Errorf("a job that is not there: %s", res.Status)
	}
	res, _ := s.do(http.MethodPost, "/admin/jobs/core.rollup/run", "", same...)
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("got %s", res.Status)
	}
	if text := s.page(res.Header.Get("Location")).text("main"); !contains(text, "asked for") {
		t.Errorf("the page does not say so: %.200s", text)
	}
	list, err := jobs.TakeRequests(t.Context())
	if err != nil || len(list) != 1 || list[0].Target != "core.rollup" || list[0].Action != "run" {
		t.Errorf("got %+v, %v", list, err)
	}
}
