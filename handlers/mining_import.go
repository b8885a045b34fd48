package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/table"
	"switchyard/handlers/sheet"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const (
	importPath = "/mining/fleet/import"
	// uploadLimit is a file of sheet.MaxBytes and the form around it.
	uploadLimit  = "8224KiB"
	importsShown = 50
	namesShown   = 20 // units that a preview names
)

// importPage begins the page of imports.
func importPage() views.ImportPage {
	return views.ImportPage{
		Sentence: ui.Sentence{}.Say("A file adds units and changes those that are there, ").Stress("all of it or nothing").Say(". You see what it would do before anything is written."),
		Back:     views.Link{Href: "/mining/fleet", Label: "Fleet"},
		Upload: &views.UploadForm{
			Action: importPath, Accept: ".csv,.xlsx,text/csv", Submit: "Look at the file",
			Field:     ui.Control{ID: "f-file", Name: "file", Label: "CSV or XLSX", Hint: fmt.Sprintf("At most 8 MB and %s units", format.Count(fleet.MaxRows))},
			Templates: []views.Link{{Href: "/data/fleet-template.csv", Label: "Template, CSV"}, {Href: "/data/fleet-template.xlsx", Label: "Template, XLSX"}},
			Columns:   importColumns(),
		},
	}
}

func importColumns() []views.FactLine {
	return []views.FactLine{
		{Name: "serial", Text: "the unit's name for life; a serial that is there changes its unit"},
		{Name: "class, site", Text: "as they are named here"},
		{Name: "state", Text: "received, deployed, running, curtailed, repair, retired or sold; it must be able to follow the present one"},
		{Name: "building, aisle, rack, slot, address, mac, note", Text: "optional; a column that is left out leaves the field as it is; an empty cell empties it"},
		{Name: "since", Text: "when the state began, as 2026-03-10; empty means now"},
	}
}

// showImport answers GET /mining/fleet/import; with ?file= it shows what the file
// that waits would do.
func (a *App) showImport(c echo.Context) error {
	text := c.QueryParam("file")
	v := importPage()
	if n := c.QueryParam("done"); n != "" {
		hash, err := readHash(n)
		if err != nil {
			return err
		}
		done, err := a.store(c).Imported(c.Request().Context(), hash)
		if err != nil {
			return err
		}
		v.Notice = importedText(done, c.QueryParam("again") != "")
	}
	if text == "" {
		return a.drawImport(c, v, http.StatusOK)
	}
	hash, err := readHash(text)
	if err != nil {
		return err
	}
	d, err := a.store(c).Draft(c.Request().Context(), hash)
	if errors.Is(err, db.ErrNotFound) {
		v.Notice = "That file does not wait here any more: files are kept for a day. Send it again."
		return a.drawImport(c, v, http.StatusOK)
	}
	if err != nil {
		return err
	}
	t, err := sheet.Read(d.Body, fleet.MaxRows)
	if err != nil {
		return err
	}
	return a.preview(c, v, d, t)
}

// readHash reads the hash of a file as an address writes it.
func readHash(text string) ([]byte, error) {
	hash, err := hex.DecodeString(text)
	if err != nil || len(hash) != sha256.Size {
		return nil, badInput("The number of a file has 64 hexadecimal digits.")
	}
	return hash, nil
}

// takeFile answers POST /mining/fleet/import: it looks at the file, and keeps it
// until it is confirmed if nothing is wrong with it.
func (a *App) takeFile(c echo.Context) error {
	v, ctx, s := importPage(), c.Request().Context(), a.store(c)
	fail := func(what string) error {
		v.Upload.Field.Error = what
		return a.drawImport(c, v, http.StatusUnprocessableEntity)
	}
	name, body, err := uploaded(c)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return fail("Choose a file.")
	}
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	if done, err := s.Imported(ctx, hash[:]); err == nil {
		v.Notice = importedText(done, true)
		return a.drawImport(c, v, http.StatusOK)
	} else if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	t, err := sheet.Read(body, fleet.MaxRows)
	if err != nil {
		return fail(sentence(err))
	}
	plan, problems, count, err := s.CheckUnits(ctx, t)
	switch {
	case err != nil:
		return err
	case count > 0:
		return a.drawProblems(c, v, name, problems, count)
	case plan.Empty():
		v.Notice = fmt.Sprintf("%s changes nothing: its %s are in the register as they are.", name, countOf(plan.Unchanged, "unit"))
		return a.drawImport(c, v, http.StatusOK)
	}
	err = s.KeepDraft(ctx, db.Draft{Hash: hash[:], Name: name, Body: body})
	if errors.Is(err, db.ErrCrowded) {
		return fail("Too many files wait to be confirmed. Confirm them, or try again tomorrow.")
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, importPath+"?file="+hex.EncodeToString(hash[:]))
}

// uploaded reads the file of the form.
func uploaded(c echo.Context) (name string, body []byte, err error) {
	head, err := c.FormFile("file")
	if err != nil {
		return "", nil, err
	}
	file, err := head.Open()
	if err != nil {
		return "", nil, err
	}
	body, err = io.ReadAll(io.LimitReader(file, sheet.MaxBytes+1))
	return printableName(head.Filename), body, errors.Join(err, file.Close())
}

// printableName is the name of a file without what cannot be shown.
func printableName(name string) string {
	r := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name))
	if len(r) == 0 {
		return "file"
	}
	return string(r[:min(len(r), 100)])
}

// confirmFile answers POST /mining/fleet/import/confirm.
func (a *App) confirmFile(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	hash, err := readHash(f.get("file"))
	if err != nil {
		return err
	}
	ctx, s := c.Request().Context(), a.store(c)
	d, err := s.Draft(ctx, hash)
	if errors.Is(err, db.ErrNotFound) {
		return c.Redirect(http.StatusSeeOther, doneOrGone(s.Imported(ctx, hash)))
	}
	if err != nil {
		return err
	}
	t, err := sheet.Read(d.Body, fleet.MaxRows)
	if err != nil {
		return err
	}
	_, repeat, err := s.ImportUnits(ctx, actorOf(c), hash, d.Name, t)
	if errors.Is(err, db.ErrBadCells) || errors.Is(err, db.ErrTaken) {
		return a.preview(c, importPage(), d, t) // somebody has changed the register since: it says where
	}
	if err != nil {
		return err
	}
	to := importPath + "?done=" + hex.EncodeToString(hash)
	if repeat {
		to += "&again=1"
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// doneOrGone is where the confirmation of a file that does not wait leads.
func doneOrGone(done db.Import, err error) string {
	if err == nil {
		return importPath + "?done=" + hex.EncodeToString(done.Hash) + "&again=1"
	}
	return importPath + "?file=" + strings.Repeat("0", 2*sha256.Size)
}

func importedText(i db.Import, again bool) string {
	text := fmt.Sprintf("%s is imported: %s added, %s changed, %s unchanged.", i.Name, format.Count(float64(i.Added)), format.Count(float64(i.Changed)), format.Count(float64(i.Unchanged)))
	if again {
		text = fmt.Sprintf("%s was imported on %s by %s already. Nothing has changed now.", i.Name, format.DateTimeUTC(i.At), i.Who)
	}
	return text
}

// preview shows what a file would do to the register as it is now.
func (a *App) preview(c echo.Context, v views.ImportPage, d db.Draft, t table.Table) error {
	plan, problems, count, err := a.store(c).CheckUnits(c.Request().Context(), t)
	if err != nil {
		return err
	}
	if count > 0 {
		return a.drawProblems(c, v, d.Name, problems, count)
	}
	v.Upload = nil
	table := views.RecordsPage{
		Figure: "preview", Title: "What " + d.Name + " would do", Sub: "Nothing is written yet",
		Columns: []views.DataColumn{{Label: "What"}, {Label: "Units", Right: true}, {Label: "Which"}},
	}
	var added, changed []string
	for _, u := range plan.Add[:min(len(plan.Add), namesShown)] {
		added = append(added, u.Serial)
	}
	for _, ch := range plan.Change[:min(len(plan.Change), namesShown)] {
		changed = append(changed, changeText(ch))
	}
	for _, line := range []struct {
		what  string
		n     int
		which []string
	}{{"Added", len(plan.Add), added}, {"Changed", len(plan.Change), changed}, {"Unchanged", plan.Unchanged, nil}} {
		which := strings.Join(line.which, ", ")
		if more := line.n - len(line.which); more > 0 && len(line.which) > 0 {
			which += " and " + format.Count(float64(more)) + " more"
		}
		table.Rows = append(table.Rows, views.RecordRow{Cells: []views.Cell{{Text: line.what}, {Text: format.Count(float64(line.n))}, {Text: orMissing(which)}}})
	}
	v.Preview = &table
	v.Confirm = &views.PostAction{
		Action: importPath + "/confirm", Label: "Import", Describe: d.Name, Hidden: []ui.Option{{Value: "file", Label: hex.EncodeToString(d.Hash)}},
		Effect: fmt.Sprintf("Adds %s and changes %s, in one step. The file waits here for a day.", countOf(len(plan.Add), "unit"), countOf(len(plan.Change), "unit")),
	}
	return a.drawImport(c, v, http.StatusOK)
}

func changeText(ch fleet.Change) string {
	if ch.Before.State != ch.After.State {
		return fmt.Sprintf("%s (%s to %s)", ch.After.Serial, ch.Before.State, ch.After.State)
	}
	return ch.After.Serial
}

// drawProblems names every cell that is wrong.
func (a *App) drawProblems(c echo.Context, v views.ImportPage, name string, problems []table.Problem, count int) error {
	v.Preview = problemTable(name, problems, count)
	v.Upload.Field.Error = fmt.Sprintf("%s has %s that cannot be imported.", name, countOf(count, "cell"))
	return a.drawImport(c, v, http.StatusUnprocessableEntity)
}

// problemTable lists the bad cells of a file.
func problemTable(name string, problems []table.Problem, count int) *views.RecordsPage {
	list := &views.RecordsPage{
		Figure: "preview", Title: fmt.Sprintf("%s of %s cannot be imported", countOf(count, "cell"), name), Sub: "Nothing is written. Mend these cells and send the file again.",
		Columns: []views.DataColumn{{Label: "Row"}, {Label: "Column"}, {Label: "Value"}, {Label: "What is wrong"}, {Label: "Likely"}},
	}
	for _, p := range problems {
		list.Rows = append(list.Rows, views.RecordRow{Mark: ui.MarkBad, State: "Wrong", Cells: []views.Cell{
			{Text: strconv.Itoa(p.Row)}, {Text: p.Column}, {Text: orMissing(p.Value)}, {Text: p.What}, {Text: orMissing(p.Likely)},
		}})
	}
	if count > len(problems) {
		list.Sub = fmt.Sprintf("The first %d. ", len(problems)) + list.Sub
	}
	return list
}

func (a *App) drawImport(c echo.Context, v views.ImportPage, status int) error {
	err := a.readPage(c, nil, func(p *page) error {
		imports, err := p.s.Imports(p.ctx, importsShown)
		if err != nil {
			return err
		}
		v.Past = views.RecordsPage{
			Figure: "imports", Title: "Files that were imported", Sub: "Known by their content: the same file counts once",
			Columns: []views.DataColumn{{Label: "File"}, {Label: "Added", Right: true}, {Label: "Changed", Right: true}, {Label: "Unchanged", Right: true, Hide: "p2"}, {Label: "When", Right: true}},
			Empty:   ui.Problem{Kind: ui.Empty, Title: "No file was imported yet"},
			Facts:   p.typedFacts("", "the register of units"),
		}
		for _, i := range imports {
			v.Past.Rows = append(v.Past.Rows, views.RecordRow{Cells: []views.Cell{
				{Text: i.Name, Under: i.Who}, {Text: format.Count(float64(i.Added))}, {Text: format.Count(float64(i.Changed))}, {Text: format.Count(float64(i.Unchanged))}, {Text: format.DateTimeUTC(i.At)},
			}})
		}
		if v.Preview != nil {
			v.Preview.Facts = p.typedFacts("", "the file")
		}
		v.Shell = a.shell(p, "Import units")
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, status, views.FleetImport(v))
}

// templateRows is an example of a file of units.
func templateRows(p *page) ([][]cell, error) {
	return [][]cell{{"EXAMPLE-0001", "Antminer S21", "North", "running", "B1", "A", "01", "07", "10.1.0.7", "02:00:00:00:00:01", p.now.Format("2006-01-02"), "Delete this line"}}, nil
}

// unitColumns head the files of units as an import reads them.
func unitColumns() []column {
	list := make([]column, 0, len(fleet.Columns()))
	for _, name := range fleet.Columns() {
		list = append(list, column{name, "", true})
	}
	return list
}
