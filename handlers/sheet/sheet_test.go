package sheet_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"switchyard/econ/mining/fleet"
	"switchyard/econ/table"
	"switchyard/handlers/sheet"
)

// texts are the cells of a table; a formula is marked.
func texts(t table.Table) [][]string {
	var all [][]string
	for _, r := range t.Rows {
		line := []string{fmt.Sprint(r.Number)}
		for _, c := range r.Cells {
			if c.Formula {
				c.Text = "formula " + c.Text
			}
			line = append(line, c.Text)
		}
		all = append(all, line)
	}
	return all
}

func TestTextIsReadWithAnySeparator(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       [][]string
	}{
		{"commas", "serial,site\r\nA-1,\"North, far\"\r\n", [][]string{{"1", "serial", "site"}, {"2", "A-1", "North, far"}}},
		{"semicolons", "serial;site\nA-1;North\n", [][]string{{"1", "serial", "site"}, {"2", "A-1", "North"}}},
		{"tabs and a mark", "\xef\xbb\xbfserial\tsite\nA-1\tNorth", [][]string{{"1", "serial", "site"}, {"2", "A-1", "North"}}},
		{"a file of ours", "# Fleet, register.\nserial,note\nA-1,'=x\n", [][]string{{"2", "serial", "note"}, {"3", "A-1", "=x"}}},
		{"a formula", "serial,note\nA-1,=1+1\n", [][]string{{"1", "serial", "note"}, {"2", "A-1", "formula =1+1"}}},
		{"an empty line and a short one", "serial,note\n\nA-1\n", [][]string{{"1", "serial", "note"}, {"3", "A-1"}}},
	} {
		got, err := sheet.Read([]byte(c.body), fleet.MaxRows)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, texts(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// workbook is a file of one sheet.
func workbook(t testing.TB, fill func(*excelize.File)) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	fill(x)
	var buf bytes.Buffer
	if err := x.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func set(t testing.TB, x *excelize.File, cell string, v any) {
	t.Helper()
	if err := x.SetCellValue("Sheet1", cell, v); err != nil {
		t.Fatal(err)
	}
}

func TestAWorkbookIsReadByItsValues(t *testing.T) {
	body := workbook(t, func(x *excelize.File) {
		for cell, v := range map[string]any{"A1": "serial", "B1": "since", "C1": "slot", "A3": "A-1", "B3": 46082, "C3": 7} {
			set(t, x, cell, v)
		}
		style, err := x.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			t.Fatal(err)
		}
		if err := x.SetCellStyle("Sheet1", "B3", "B3", style); err != nil {
			t.Fatal(err)
		}
		if err := x.SetCellFormula("Sheet1", "D3", "1+1"); err != nil {
			t.Fatal(err)
		}
	})
	got, err := sheet.Read(body, fleet.MaxRows)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"1", "serial", "since", "slot"}, {"3", "A-1", "46082", "7", "formula "}}
	if diff := cmp.Diff(want, texts(got)); diff != "" || !got.DayNumbers {
		t.Errorf("day numbers %v (-want +got):\n%s", got.DayNumbers, diff)
	}
}

func TestWhatIsNoTableIsRefusedInWords(t *testing.T) {
	two := workbook(t, func(x *excelize.File) {
		if _, err := x.NewSheet("Other"); err != nil {
			t.Fatal(err)
		}
	})
	mac := workbook(t, func(x *excelize.File) {
		if from := true; x.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &from}) != nil {
			t.Fatal("the option cannot be set")
		}
	})
	for says, body := range map[string][]byte{
		"from 1904":       mac,
		"empty":           nil,
		"at most 8388608": make([]byte, sheet.MaxBytes+1),
		"old workbook":    []byte("\xd0\xcf\x11\xe0 and so on"),
		"UTF-8":           []byte("serial\n\xff\xfe"),
		"line 2":          []byte("serial\n\"A-1\n"),
		"damaged":         []byte("PK\x03\x04 nothing more"),
		"2 sheets":        two,
		"more than 50100": bytes.Repeat([]byte("x\n"), 50_101),
		"at most 64":      []byte(strings.Repeat(",", 64)),
		"at most 4096":    []byte(strings.Repeat("x", 4097)),
	} {
		if _, err := sheet.Read(body, fleet.MaxRows); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", says, err)
		}
	}
}

// Whatever bytes come, a table within its limits goes on, or an error in words;
// and a table is checked without a fault.
func FuzzRead(f *testing.F) {
	f.Add([]byte("serial,class,site,state\nUNIT-1,A,North,running\n"))
	f.Add([]byte("serial;note\n\"a\n\";=1"))
	f.Add([]byte("\xef\xbb\xbf# x\nserial\tsince\nUNIT-1\t46082"))
	f.Add(workbook(f, func(x *excelize.File) { set(f, x, "A1", "serial"); set(f, x, "B2", 1.5e300) }))
	f.Fuzz(func(t *testing.T, body []byte) {
		table, err := sheet.Read(body, fleet.MaxRows)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		if len(table.Rows) > 50_100 {
			t.Errorf("%d rows", len(table.Rows))
		}
		plan, problems, count := fleet.Check(table, fleet.Known{})
		if count == 0 && !plan.Empty() {
			t.Errorf("units without a class that is known: %+v", plan)
		}
		if count > 0 && len(problems) == 0 {
			t.Error("problems that are not named")
		}
	})
}
