package handlers_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"switchyard/db"
	"switchyard/econ/access"
)

func classValues(name, ths, watts string) []string {
	return []string{"name", name, "maker", "Maker", "cooling", "air", "nameplate_ths", ths, "nameplate_w", watts, "source", "a data sheet", "valid_from", "2026-03-01"}
}

// yard is a site with two places and two classes, and mining operations asking.
func yard(t *testing.T) *site {
	t.Helper()
	s := open(t, nil)
	s.as(access.Mining)
	for path, list := range map[string][][]string{
		"/mining/sites":         {siteValues("North", "74.5"), siteValues("South", "10")},
		"/mining/fleet/classes": {classValues("S21", "200", "3500"), classValues("S19", "100", "3000")},
	} {
		for _, values := range list {
			if res, body := s.post(path, values...); res.StatusCode != http.StatusSeeOther {
				t.Fatalf("%s: %s %s", path, res.Status, body)
			}
		}
	}
	return s
}

// upload sends a file of units.
func (s *site) upload(name string, body []byte) (*http.Response, string) {
	s.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := part.Write(body); err != nil {
		s.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.do(http.MethodPost, "/mining/fleet/import", buf.String(), "Content-Type", w.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

// bring uploads a file that is sound and confirms it.
func (s *site) bring(name, body string) string {
	s.t.Helper()
	res, page := s.upload(name, []byte(body))
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/mining/fleet/import?file=") {
		s.t.Fatalf("upload of %s: %s to %q: %s", name, res.Status, to, page)
	}
	if res, page := s.get(to); res.StatusCode != http.StatusOK || !contains(page, "What "+name+" would do") {
		s.t.Fatalf("preview of %s: %s", name, res.Status)
	}
	res, _ = s.post("/mining/fleet/import/confirm", "file", strings.TrimPrefix(to, "/mining/fleet/import?file="))
	if res.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("confirm %s: %s", name, res.Status)
	}
	_, page = s.get(res.Header.Get("Location"))
	return page
}

const threeUnits = "serial,class,site,state,building,address,since\nUNIT-1,S21,North,running,B1,10.1.0.1,2026-03-01\nUNIT-2,S21,North,repair,B1,10.1.0.2,2026-03-02\nUNIT-3,S19,North,received,B2,,2026-03-03\n"

func TestAnEmptyRegisterSaysWhatIsUnknown(t *testing.T) {
	s := open(t, nil)
	p := s.page("/mining/fleet")
	for _, want := range []string{"No unit is in the register yet", "no machine was measured in the last five minutes", "the bitcoin earned is not known", "there are no machines"} {
		if !contains(p.text("main"), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if regexp.MustCompile(`\b0(\.00)?\s*(EH|PH|TH)/s`).MatchString(p.text("main")) {
		t.Error("what is unknown is shown as zero")
	}
}

func TestAFileIsPreviewedThenImportedOnce(t *testing.T) {
	s := yard(t)
	if page := s.bring("units.csv", threeUnits); !contains(page, "units.csv is imported: 3 added, 0 changed, 0 unchanged.") {
		t.Errorf("after the import: %.400s", page)
	}
	for range 2 {
		res, page := s.upload("again.csv", []byte(threeUnits))
		if res.StatusCode != http.StatusOK || !contains(page, "already. Nothing has changed now.") {
			t.Errorf("the same file again: %s", res.Status)
		}
	}
	if res, page := s.upload("other.csv", []byte(threeUnits+"\n")); res.StatusCode != http.StatusOK || !contains(page, "other.csv changes nothing: its 3 units") {
		t.Errorf("the same units again: %s", res.Status)
	}
	p := s.page("/mining/fleet")
	// Two S21 stand in their place, 400 TH/s and 7 kW; one of them has power.
	for _, want := range []string{"0.40", "0.20", "17.5", "2 machines", "no machines", "3 units"} {
		if !contains(p.text("main"), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	_, csv := s.get("/data/fleet.csv?class=1&state=repair")
	if !contains(csv, "UNIT-2,S21,North,repair,B1,,,,10.1.0.2,,2026-03-02T00:00:00Z") || contains(csv, "UNIT-1") {
		t.Errorf("file: %s", csv)
	}
	// What the register writes it reads again, as text and as a workbook.
	for _, ext := range []string{"csv", "xlsx"} {
		_, file := s.get("/data/fleet." + ext)
		if res, page := s.upload("back."+ext, []byte(file)); res.StatusCode != http.StatusOK || !contains(page, "changes nothing: its 3 units") {
			t.Errorf("%s of the register: %s %s", ext, res.Status, between(page, `class="err"`, "</span>"))
		}
	}
	log, err := s.db.As(access.Admin).Audit(t.Context(), db.AuditFilter{Action: "import", Limit: 10})
	if err != nil || len(log) != 1 || !contains(log[0].Object, "3 added") {
		t.Errorf("audit %+v, %v", log, err)
	}
}

func TestBadCellsAreNamedAndNothingIsWritten(t *testing.T) {
	s := yard(t)
	x := excelize.NewFile()
	defer x.Close()
	for i, line := range [][]any{
		{"serial", "class", "site", "state"}, {"UNIT-1", "S21", "North", "running"}, {"UNIT-2", "S21", "Northh", "running"}, {"UNIT-3", "S21", "North", "hashing"}, {"UNIT-4", "S21", "North", "<b>off</b>"},
	} {
		if err := x.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &line); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.SetCellFormula("Sheet1", "B2", `"S"&21`); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := x.Write(&buf); err != nil {
		t.Fatal(err)
	}
	res, page := s.upload("bad.xlsx", buf.Bytes())
	if res.StatusCode != http.StatusUnprocessableEntity || !contains(page, "4 cells of bad.xlsx cannot be imported") {
		t.Errorf("%s", res.Status)
	}
	for _, want := range []string{"There is no site of this name.", "North", "This is a formula. Put its value there.", "hashing", "&lt;b&gt;off"} {
		if !contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for says, body := range map[string]string{"The file is empty.": "", "No line names the columns": "x\n", "Line 2 of the file is damaged": "serial\n\"x"} {
		if res, page := s.upload("x.csv", []byte(body)); res.StatusCode != http.StatusUnprocessableEntity || !contains(page, says) {
			t.Errorf("%q: %s", says, res.Status)
		}
	}
	if res, _ := s.upload("large.csv", bytes.Repeat([]byte("x"), 9<<20)); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("nine megabytes: %s", res.Status)
	}
	if res, _ := s.post("/mining/sites", "name", strings.Repeat("x", 100_000)); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a large form elsewhere: %s", res.Status)
	}
	if reg, err := s.db.As(access.Mining).Register(t.Context()); err != nil || len(reg.Counts) != 0 {
		t.Errorf("something was written: %+v, %v", reg.Counts, err)
	}
}

func TestAFileThatWaitedMeetsAChangedRegister(t *testing.T) {
	s := yard(t)
	res, _ := s.upload("first.csv", []byte(threeUnits))
	waits := strings.TrimPrefix(res.Header.Get("Location"), "/mining/fleet/import?file=")
	s.bring("second.csv", "serial,class,site,state,since\nUNIT-1,S21,North,retired,2026-03-05\n")
	res, page := s.post("/mining/fleet/import/confirm", "file", waits)
	if res.StatusCode != http.StatusUnprocessableEntity || !contains(page, "A machine that is retired cannot become running.") {
		t.Errorf("confirmed over a change: %s", res.Status)
	}
	if res, _ := s.post("/mining/fleet/import/confirm", "file", strings.Repeat("ab", 32)); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a file that never came: %s", res.Status)
	}
	if _, page := s.get("/mining/fleet/import?file=" + strings.Repeat("ab", 32)); !contains(page, "does not wait here any more") {
		t.Error("a file that never came has a preview")
	}
}

func TestAUnitIsMovedByItsPage(t *testing.T) {
	s := yard(t)
	s.bring("units.csv", threeUnits)
	for _, c := range []struct {
		values []string
		status int
		says   string
	}{
		{[]string{"seen", "received", "state", "deployed", "at", "2026-03-03", "why", "rack 7"}, http.StatusSeeOther, ""},
		{[]string{"seen", "received", "state", "deployed", "at", "2026-03-04", "why", "late"}, http.StatusConflict, "Somebody has moved this unit"},
		{[]string{"seen", "deployed", "state", "sold", "at", "2026-03-04", "why", "x"}, http.StatusUnprocessableEntity, "A machine that is deployed cannot become sold."},
		{[]string{"seen", "deployed", "state", "running", "at", "2026-03-01", "why", "x"}, http.StatusUnprocessableEntity, "which is later"},
		{[]string{"seen", "deployed", "state", "", "at", "soon", "why", ""}, http.StatusUnprocessableEntity, "Choose one of the list."},
	} {
		res, page := s.post("/mining/fleet/UNIT-3", c.values...)
		if res.StatusCode != c.status || !contains(page, c.says) {
			t.Errorf("%v: %s", c.values, res.Status)
		}
	}
	p := s.page("/mining/fleet/UNIT-3")
	for _, want := range []string{"received to deployed", "rack 7", "imported from units.csv", "not measured yet"} {
		if !contains(p.text("main"), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestAClassComesFromTheCatalogueAndKeepsItsVersions(t *testing.T) {
	s := yard(t)
	_, page := s.get("/mining/fleet/classes/new?model=Antminer+S21+XP")
	if !contains(page, `value="270"`) || !contains(page, `value="3645"`) {
		t.Error("the form does not begin with the catalogue's figures")
	}
	for field, c := range map[string]struct{ value, says string }{
		"nameplate_ths": {"0", "Between 0.001 and 10000 TH/s."}, "nameplate_w": {"", "This is needed."}, "eco_ths": {"150", "This is needed."}, "cooling": {"wind", "Choose one of the list."},
	} {
		if res, page := s.post("/mining/fleet/classes", append(classValues("New", "270", "3645"), field, c.value)...); res.StatusCode != http.StatusUnprocessableEntity || !contains(page, c.says) {
			t.Errorf("%s: %s", field, res.Status)
		}
	}
	_, page = s.get("/mining/fleet/classes")
	path := "/mining/fleet/classes/" + between(page, `href="/mining/fleet/classes/`, `"`)
	if strings.HasSuffix(path, "new") {
		path = "/mining/fleet/classes/1"
	}
	_, page = s.get(path)
	name := between(page, `name="name" value="`, `"`)
	read := between(page, `name="known_from" value="`, `"`)
	values := append(classValues(name, "190", "3300"), "overclock_ths", "230", "overclock_w", "4370", "known_from", read)
	if res, _ := s.post(path, values...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("edit: %s", res.Status)
	}
	if _, page = s.get(path); !contains(page, "Overclock: nothing to 230 TH/s at 4370 W") {
		t.Error("the versions do not tell the new mode")
	}
	if res, page := s.post(path, append(classValues(name, "1", "1"), "known_from", read)...); res.StatusCode != http.StatusConflict || !contains(page, "has changed this while you were typing") {
		t.Errorf("a second editor: %s", res.Status)
	}
}

func TestThePagesOfTheRegisterKeepTheirFilter(t *testing.T) {
	s := yard(t)
	var file strings.Builder
	file.WriteString("serial,class,site,state\n")
	for i := range 150 {
		fmt.Fprintf(&file, "UNIT-%03d,S21,North,running\n", i)
	}
	s.bring("many.csv", file.String())
	_, page := s.get("/mining/fleet?site=1&sort=since&down=1")
	next := strings.ReplaceAll(between(page, `<p class="note"><a href="`, `"`), "&amp;", "&")
	if !contains(next, "site=1") || !contains(next, "sort=since") || !contains(next, "after=UNIT-050") {
		t.Fatalf("the next page is %q", next)
	}
	_, page = s.get(next)
	if !contains(page, "UNIT-049") || contains(page, ">UNIT-050<") || !contains(page, "UNIT-000") {
		t.Error("the next page does not go on")
	}
	for path, want := range map[string]string{
		"/mining/fleet?q=unit-14":     "Units whose serial begins with UNIT-14",
		"/mining/fleet?q=%3Cb%3E":     "No unit matches",
		"/mining/fleet?state=repair":  "0 of 150 units",
		"/mining/fleet?after=NOTHERE": "UNIT-000",
	} {
		if _, page := s.get(path); !contains(page, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	for _, query := range []string{"site=x", "class=-1", "state=broken", "sort=colour", "q=" + strings.Repeat("x", 81)} {
		if res, _ := s.get("/mining/fleet?" + query); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", query, res.Status)
		}
	}
}

// The data of the register as a page shows its first rows and says how many there
// are; the file holds all, whichever page of the register it is asked from.
func TestTheDataPageCountsTheUnitsItDoesNotShow(t *testing.T) {
	s := yard(t)
	var file strings.Builder
	file.WriteString("serial,class,site,state\n")
	for i := range 620 {
		fmt.Fprintf(&file, "UNIT-%03d,%s,North,running\n", i, []string{"S21", "S19"}[i/610])
	}
	s.bring("many.csv", file.String())
	for query, want := range map[string]string{
		"": "The first 500 of 620 rows", "?q=unit-": "The first 500 of 620 rows", "?after=UNIT-600": "The first 500 of 620 rows",
		"?q=unit-00": "10 rows", "?q=nothing": "There are no rows",
	} {
		p := s.page("/data/fleet" + query)
		if text := p.text("main"); !contains(text, want) {
			t.Errorf("/data/fleet%s does not say %q", query, want)
		}
	}
	if page := s.page("/data/fleet").body; !contains(page, "UNIT-499") || contains(page, "UNIT-500") {
		t.Error("the page does not hold the first 500 rows")
	}
	if _, csv := s.get("/data/fleet.csv?after=UNIT-600"); strings.Count(csv, "UNIT-") != 620 {
		t.Errorf("the file holds %d units", strings.Count(csv, "UNIT-"))
	}
}
