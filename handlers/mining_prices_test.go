package handlers_test

import (
	"bytes"
	"fmt"
	"math"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"switchyard/db"
	"switchyard/econ/access"
)

const westPoint = "ERCOT HB_WEST"

// sendPrices sends a file of power prices with what is said beside it.
func (s *site) sendPrices(point, zone, name, body string) (*http.Response, string) {
	s.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for field, value := range map[string]string{"point": point, "product": "real-time", "zone": zone} {
		if err := w.WriteField(field, value); err != nil {
			s.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := part.Write([]byte(body)); err != nil {
		s.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.do(http.MethodPost, "/mining/power/prices", buf.String(), "Content-Type", w.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

// bringPrices sends a file that is sound and returns what the page says of it.
func (s *site) bringPrices(point, zone, name, body string) string {
	s.t.Helper()
	res, page := s.sendPrices(point, zone, name, body)
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/mining/power/prices?") {
		s.t.Fatalf("%s: %s %s", name, res.Status, between(page, "<main", "</main>"))
	}
	_, page = s.get(to)
	return between(page, `role="status">`, "</p>")
}

// hours is a file of n prices by the hour from first on.
func hours(first time.Time, n int) []string {
	lines := []string{"time_utc,price_usd_per_mwh"}
	for i := range n {
		lines = append(lines, fmt.Sprintf("%s,%d.%02d", first.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), i%90-20, i%100))
	}
	return lines
}

// spans are what is stored, as the store tells it.
func (s *site) spans() []db.PowerSpan {
	s.t.Helper()
	list, err := s.db.As(access.Mining).PowerSpans(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

func TestAFileOfPricesIsImportedOnce(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	s.post("/mining/sites", siteValues("North", "74.5")...)
	s.post("/mining/sites", siteValues("South", "20")...)
	s.post("/mining/power", contractValues("1", "index", "0", "", "", "")...)
	far := contractValues("2", "index", "0", "", "", "")
	far[1] = "PJM WESTERN_HUB"
	s.post("/mining/power", far...)
	if main := s.page("/mining/power/prices").text("main"); !contains(main, "No price of power is stored yet. Of 2 points that contracts follow no price is known.") || strings.Count(main, "no price known") != 2 {
		t.Errorf("before the first file: %s", main)
	}

	first := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	lines := hours(first, 8_760)
	file := strings.Join(lines, "\n")
	if got := s.bringPrices(westPoint, "UTC", "hours.csv", file); got != "8,760 prices added, 0 corrected." {
		t.Errorf("the file: %q", got)
	}
	if got := s.bringPrices(westPoint, "UTC", "again.csv", file); got != "Nothing has changed: 8,760 prices of the file are stored as they are." {
		t.Errorf("the file again: %q", got)
	}
	lines[12] = lines[12][:21] + "-250.125"
	if got := s.bringPrices(westPoint, "UTC", "corrected.csv", strings.Join(append(lines, "2023-01-01T00:00:00Z,7"), "\n")); got != "1 price added, 1 corrected." {
		t.Errorf("a correction: %q", got)
	}
	want := []db.PowerSpan{{Point: westPoint, Product: "real-time", First: first, Last: first.Add(8_761 * time.Hour), Rows: 8_761, Source: "file corrected.csv"}}
	if diff := cmp.Diff(want, s.spans()); diff != "" {
		t.Error(diff)
	}
	got, err := s.db.As(access.Mining).PowerHours(t.Context(), westPoint, first.Add(11*time.Hour), first.Add(12*time.Hour))
	if err != nil || len(got) != 1 || got[0].RealTime.USDPerMWh != -250.125 || got[0].RealTime.Known != time.Hour {
		t.Errorf("a negative price that was corrected: %+v, %v", got, err)
	}
	main := s.page("/mining/power/prices").text("main")
	for _, want := range []string{"Prices of 1 point are stored. Of 1 point that contracts follow no price is known.", "PJM WESTERN_HUB", "no price known", "8,761", "file corrected.csv"} {
		if !contains(main, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	_, csv := s.get("/data/power-prices.csv")
	if !contains(csv, "PJM WESTERN_HUB,,,,,,follows it\r\nERCOT HB_WEST,real-time,2022-01-01T00:00:00Z,2023-01-01T01:00:00Z,8761,file corrected.csv,follows it") {
		t.Errorf("file: %s", csv)
	}
	log, err := s.db.As(access.Admin).Audit(t.Context(), db.AuditFilter{Action: "import power prices", Limit: 10})
	if err != nil || len(log) != 2 {
		t.Errorf("audit: %+v, %v; a file that changes nothing is no write", log, err)
	}
	s.as(access.Executive)
	if _, page := s.get("/mining/power/prices"); contains(page, "multipart/form-data") || !contains(page, "8,761") {
		t.Error("an executive reads and does not import")
	}
}

func TestThreeBadCellsOfTenThousandAreNamedAndNothingIsStored(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	lines := hours(time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), 10_000)
	lines[17], lines[5_000], lines[10_000] = "17/1/2022 16:00,3", lines[5_000][:21]+"$12.50", lines[9_999]
	res, page := s.sendPrices(westPoint, "America/Chicago", "bad <b>.csv", strings.Join(lines, "\n"))
	if res.StatusCode != http.StatusUnprocessableEntity || !contains(page, "3 cells of bad &lt;b&gt;.csv cannot be imported") {
		t.Errorf("%s", res.Status)
	}
	for _, want := range []string{
		"A time is needed, for example 2026-03-10 14:00", "2022-01-17 16:00", "&#34;$12.50&#34; is not a number", "Row 10000 has this time too.",
		`value="America/Chicago"`, `value="ERCOT HB_WEST"`, "has 3 cells that cannot be imported.",
	} {
		if !contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if list := s.spans(); len(list) != 0 {
		t.Errorf("something is stored: %+v", list)
	}
}

func TestWhatIsNoFileOfPricesIsRefusedBesideItsField(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	sound := strings.Join(hours(time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), 3), "\n")
	for _, c := range []struct{ point, zone, body, says string }{
		{westPoint, "UTC", "", "The file is empty."},
		{westPoint, "UTC", "x\n", "No line names the columns. The first should be: time_utc, price_usd_per_mwh."},
		{westPoint, "UTC", "when,price\n2026-03-10,1\n", "This column is missing. It may be called time_utc"},
		{westPoint, "UTC", "time,price\n\"x", "Line 2 of the file is damaged"},
		{westPoint, "Mars/Olympus", sound, "not a name of the time zone database"},
		{"HB_WEST", "UTC", sound, "is not a market and a point of it"},
		{"", "UTC", sound, "This is needed: the file has no column of that name."},
	} {
		res, page := s.sendPrices(c.point, c.zone, "x.csv", c.body)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(page, c.says) || !contains(page, `value="`+c.zone+`"`) {
			t.Errorf("%q: %s", c.says, res.Status)
		}
	}
	if res, page := s.post("/mining/power/prices", "point", westPoint, "product", "tomorrow", "zone", "UTC"); res.StatusCode != http.StatusUnprocessableEntity || !contains(page, "Choose a file.") || !contains(page, "Choose one of the list.") {
		t.Errorf("no file: %s", res.Status)
	}
	if res, _ := s.sendPrices(westPoint, "UTC", "large.csv", strings.Repeat("x", 9<<20)); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("nine megabytes: %s", res.Status)
	}
	for _, query := range []string{"read=x", "read=1", "read=1&added=-1&corrected=0&repeated=0", "read=1&added=400001&corrected=0&repeated=0"} {
		if res, _ := s.get("/mining/power/prices?" + query); res.StatusCode != http.StatusBadRequest {
			t.Errorf("?%s: %s", query, res.Status)
		}
	}
	if list := s.spans(); len(list) != 0 {
		t.Errorf("something is stored: %+v", list)
	}
}

// The days of 23 and 25 hours in Chicago: each hour is stored at its moment.
func TestLocalTimesAreStoredAtTheirMoment(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	for _, day := range []struct {
		begins time.Time // midnight in Chicago
		hours  int
		says   string
	}{
		{time.Date(2024, 3, 10, 6, 0, 0, 0, time.UTC), 23, "23 prices added, 0 corrected."},
		{time.Date(2024, 11, 3, 5, 0, 0, 0, time.UTC), 25, "25 prices added, 0 corrected. 2 told apart by the order of the file, the earlier first: clocks repeat an hour in autumn."},
	} {
		chicago, err := time.LoadLocation("America/Chicago")
		if err != nil {
			t.Fatal(err)
		}
		lines := []string{"time;spp"}
		for i := range day.hours {
			lines = append(lines, fmt.Sprintf("%s;-%d.5", day.begins.Add(time.Duration(i)*time.Hour).In(chicago).Format("2006-01-02 15:04"), i))
		}
		if got := s.bringPrices(westPoint, "America/Chicago", strings.Repeat("ä", 99)+".csv", strings.Join(lines, "\r\n")); got != day.says {
			t.Errorf("%q", got)
		}
		got, err := s.db.As(access.Mining).PowerHours(t.Context(), westPoint, day.begins, day.begins.Add(25*time.Hour))
		if err != nil || len(got) != day.hours {
			t.Fatalf("%d hours, %v", len(got), err)
		}
		for i, h := range got {
			if !h.Start.Equal(day.begins.Add(time.Duration(i)*time.Hour)) || h.RealTime.USDPerMWh != -float64(i)-0.5 {
				t.Errorf("hour %d: %+v", i, h)
			}
		}
	}
}

// A workbook's dates are moments of the form's zone, and its points stand in a
// column.
func TestAWorkbookOfPrices(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	x := excelize.NewFile()
	defer x.Close()
	begins := time.Date(2024, 1, 15, 0, 0, 0, 0, time.UTC)
	for i := range 96 {
		row := []any{"PJM WESTERN_HUB", begins.Add(time.Duration(i) * 15 * time.Minute), float64(i) * 0.1, "day-ahead"}
		if i == 0 {
			if err := x.SetSheetRow("Sheet1", "A1", &[]any{"Point", "Time", "LMP ($/MWh)", "Product"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.SetSheetRow("Sheet1", fmt.Sprint("A", i+2), &row); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := x.Write(&buf); err != nil {
		t.Fatal(err)
	}
	if got := s.bringPrices("", "America/New_York", "hub.xlsx", buf.String()); got != "96 prices added, 0 corrected." {
		t.Errorf("%q", got)
	}
	from := begins.Add(5 * time.Hour) // midnight in New York
	want := []db.PowerSpan{{Point: "PJM WESTERN_HUB", Product: "day-ahead", First: from, Last: from.Add(24 * time.Hour), Rows: 96, Source: "file hub.xlsx"}}
	if diff := cmp.Diff(want, s.spans()); diff != "" {
		t.Error(diff)
	}
	got, err := s.db.As(access.Mining).PowerHours(t.Context(), "PJM WESTERN_HUB", from, from.Add(time.Hour))
	if err != nil || len(got) != 1 || math.Abs(got[0].DayAhead.USDPerMWh-0.15) > 1e-12 || got[0].DayAhead.Known != time.Hour {
		t.Errorf("%+v, %v", got, err)
	}
}
