// Package sheet reads the files that people upload, CSV and XLSX, into tables of
// text. It knows nothing of what they hold. What is too large, damaged or not
// one table is an error in words for the person who sent it.
package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"switchyard/econ/table"
)

// Limits of a file.
const (
	MaxBytes   = 8 << 20
	maxSpread  = 64 << 20 // of a workbook when it is unpacked
	headRows   = 100      // that a file may have besides those it is about
	maxColumns = 64
	maxCell    = 4096
)

// Read turns a file about at most rows things into a table. What it is, its
// content says.
func Read(body []byte, rows int) (table.Table, error) {
	rows += headRows
	switch {
	case len(body) == 0:
		return table.Table{}, errors.New("the file is empty")
	case len(body) > MaxBytes:
		return table.Table{}, fmt.Errorf("the file has %d bytes; at most %d are read", len(body), MaxBytes)
	case bytes.HasPrefix(body, []byte("PK\x03\x04")):
		return readWorkbook(body, rows)
	case bytes.HasPrefix(body, []byte("\xd0\xcf\x11\xe0")):
		return table.Table{}, errors.New("this is an old workbook (.xls); save it as .xlsx or .csv")
	default:
		return readCSV(body, rows)
	}
}

// readCSV reads text with commas, or with semicolons or tabs if its first line
// has more of those.
func readCSV(body []byte, most int) (table.Table, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(body) {
		return table.Table{}, errors.New("the file is not text in UTF-8; save it as \"CSV UTF-8\"")
	}
	r := csv.NewReader(bytes.NewReader(body))
	r.FieldsPerRecord, r.ReuseRecord, r.Comment = -1, true, '#'
	r.Comma = separator(body)
	var t table.Table
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return table.Table{}, fmt.Errorf("line %d of the file is damaged: %w", broken.Line, broken.Err)
		}
		if err != nil {
			return table.Table{}, fmt.Errorf("read the file: %w", err)
		}
		line, _ := r.FieldPos(0)
		row := table.Row{Number: line, Cells: make([]table.Cell, len(record))}
		for i, text := range record {
			row.Cells[i] = csvCell(text)
		}
		if err := appendRow(&t, row, most); err != nil {
			return table.Table{}, err
		}
	}
}

// csvCell is a cell of text. The apostrophe that keeps a spreadsheet from
// running a text is taken off again; what begins like a formula is one.
func csvCell(text string) table.Cell {
	if rest, ok := strings.CutPrefix(text, "'"); ok && rest != "" && strings.ContainsRune("=+-@", rune(rest[0])) {
		return table.Cell{Text: rest}
	}
	return table.Cell{Text: text, Formula: strings.HasPrefix(text, "=")}
}

// separator is what stands between the cells of the line that has most.
func separator(body []byte) rune {
	best, most := ',', 0
	for line := range bytes.Lines(body) {
		if bytes.HasPrefix(line, []byte("#")) {
			continue
		}
		for _, r := range []rune{',', ';', '\t'} {
			if n := bytes.Count(line, []byte(string(r))); n > most {
				best, most = r, n
			}
		}
		break
	}
	return best
}

func appendRow(t *table.Table, row table.Row, most int) error {
	if len(t.Rows) >= most {
		return fmt.Errorf("the file has more than %d lines; split it", most)
	}
	if len(row.Cells) > maxColumns {
		return fmt.Errorf("line %d has %d cells; at most %d are read", row.Number, len(row.Cells), maxColumns)
	}
	for i, c := range row.Cells {
		if len(c.Text) > maxCell {
			return fmt.Errorf("cell %d of line %d has %d bytes; at most %d are read", i+1, row.Number, len(c.Text), maxCell)
		}
	}
	t.Rows = append(t.Rows, row)
	return nil
}

// readWorkbook reads the only sheet of a workbook, as the values its cells hold
// and not as they are shown.
func readWorkbook(body []byte, most int) (t table.Table, err error) {
	formulas, err := findFormulas(body)
	if err != nil {
		return table.Table{}, err
	}
	x, err := excelize.OpenReader(bytes.NewReader(body), excelize.Options{UnzipSizeLimit: maxSpread, UnzipXMLSizeLimit: maxSpread, RawCellValue: true})
	if err != nil {
		return table.Table{}, fmt.Errorf("the workbook cannot be read: %w", err)
	}
	defer func() {
		if cerr := x.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close the workbook: %w", cerr)
		}
	}()
	props, err := x.GetWorkbookProps()
	if err != nil {
		return table.Table{}, fmt.Errorf("the workbook cannot be read: %w", err)
	}
	if props.Date1904 != nil && *props.Date1904 {
		return table.Table{}, errors.New("the workbook counts its days from 1904; save it as .csv, or without that option")
	}
	sheets := x.GetSheetList()
	if len(sheets) != 1 {
		return table.Table{}, fmt.Errorf("the workbook has %d sheets; keep the one to import", len(sheets))
	}
	rows, err := x.Rows(sheets[0])
	if err != nil {
		return table.Table{}, fmt.Errorf("the workbook cannot be read: %w", err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close the workbook: %w", cerr)
		}
	}()
	t.DayNumbers = true
	for n := 1; rows.Next(); n++ {
		if n > 2*most {
			return table.Table{}, fmt.Errorf("the sheet goes on below line %d; delete what is empty", 2*most)
		}
		texts, err := rows.Columns()
		if err != nil {
			return table.Table{}, fmt.Errorf("line %d of the workbook cannot be read: %w", n, err)
		}
		if len(texts) == 0 {
			continue
		}
		row := table.Row{Number: n, Cells: make([]table.Cell, len(texts))}
		for i, text := range texts {
			row.Cells[i] = table.Cell{Text: strings.TrimPrefix(text, "'"), Formula: formulas[position{n, i + 1}]}
		}
		if err := appendRow(&t, row, most); err != nil {
			return table.Table{}, err
		}
	}
	return t, rows.Error()
}

// position is a line and a column, from 1.
type position struct{ row, column int }

// findFormulas looks for the cells of the workbook's sheets that hold formulas.
// The library tells of one cell after the other, each time from the top.
func findFormulas(body []byte) (map[position]bool, error) {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, fmt.Errorf("the workbook is damaged: %w", err)
	}
	spread := uint64(0)
	for _, f := range z.File {
		if spread += f.UncompressedSize64; spread > maxSpread || f.UncompressedSize64 > maxSpread {
			return nil, errors.New("the workbook is too large when it is unpacked")
		}
	}
	found := make(map[position]bool)
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/") || !strings.HasSuffix(f.Name, ".xml") {
			continue
		}
		if err := formulasOf(f, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func formulasOf(f *zip.File, found map[position]bool) (err error) {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("the workbook is damaged: %w", err)
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("the workbook is damaged: %w", cerr)
		}
	}()
	data, err := io.ReadAll(io.LimitReader(r, maxSpread))
	if err != nil {
		return fmt.Errorf("the workbook is damaged: %w", err)
	}
	if !bytes.Contains(data, []byte("<f")) {
		return nil // the common case, and a tenth of the work
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	cell := ""
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the workbook is damaged: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "c":
			cell = ""
			for _, a := range start.Attr {
				if a.Name.Local == "r" {
					cell = a.Value
				}
			}
		case "f":
			if column, row, err := excelize.CellNameToCoordinates(cell); err == nil {
				found[position{row, column}] = true
			}
		}
	}
}
