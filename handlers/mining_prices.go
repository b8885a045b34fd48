package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining/pricefile"
	"switchyard/econ/table"
	"switchyard/handlers/sheet"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const pricesPath = powerPath + "/prices"

var powerProducts = []ui.Option{{Value: string(market.RealTimePower), Label: "real-time"}, {Value: string(market.DayAheadPower), Label: "day-ahead"}}

// showPrices answers GET /mining/power/prices: which prices are stored, and the
// form for a file of them.
func (a *App) showPrices(c echo.Context) error {
	notice, err := importedPrices(c.QueryParams())
	if err != nil {
		return err
	}
	f := newForm(map[string]string{"point": c.QueryParam("point"), "product": string(market.RealTimePower), "zone": "UTC"})
	return a.drawPrices(c, views.PowerPricesPage{Notice: notice}, f)
}

// takePrices answers POST /mining/power/prices: it stores the prices of a file,
// or says what is wrong with it.
func (a *App) takePrices(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	var v views.PowerPricesPage
	form := parsePriceForm(f, a.now().UTC())
	name, body, err := uploaded(c)
	switch {
	case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart):
		f.fail("file", "Choose a file.")
	case err != nil:
		return err
	}
	var t table.Table
	if f.errs["file"] == "" {
		if t, err = sheet.Read(body, pricefile.MaxRows); err != nil {
			f.fail("file", sentence(err))
		} else if f.get("point") == "" && !pricefile.NamesPoints(t) {
			f.fail("point", "This is needed: the file has no column of that name.")
		}
	}
	if !f.ok() {
		return a.drawPrices(c, v, f)
	}
	prices, bad := pricefile.Check(t, form)
	if bad.Count > 0 {
		f.fail("file", fmt.Sprintf("%s has %s that cannot be imported.", name, countOf(bad.Count, "cell")))
		v.Problems = problemTable(name, bad.List, bad.Count)
		return a.drawPrices(c, v, f)
	}
	added, corrected, err := a.store(c).ImportPowerPrices(c.Request().Context(), actorOf(c), name, prices.Of)
	if err != nil {
		return err
	}
	done := url.Values{}
	for key, n := range map[string]int64{"added": added, "corrected": corrected, "read": int64(prices.Rows), "repeated": int64(prices.Repeated)} {
		done.Set(key, strconv.FormatInt(n, 10))
	}
	return c.Redirect(http.StatusSeeOther, pricesPath+"?"+done.Encode())
}

// parsePriceForm reads what is said of a file beside it.
func parsePriceForm(f *form, now time.Time) pricefile.Form {
	form := pricefile.Form{Product: market.PowerProduct(f.choice("product", powerProducts)), Zone: time.UTC, Now: now}
	if text := f.text("point", 60, true); text != "" {
		p, err := market.ParsePowerPoint(text)
		if err != nil {
			f.fail("point", sentence(err))
		}
		form.Point = p
	}
	if zone, err := time.LoadLocation(f.zone("zone")); err == nil {
		form.Zone = zone
	}
	return form
}

// importedPrices tells what a file has done, from the address that it led to;
// empty if it led nowhere.
func importedPrices(q url.Values) (string, error) {
	if !q.Has("read") {
		return "", nil
	}
	counts := make(map[string]int, 4)
	for _, name := range []string{"read", "added", "corrected", "repeated"} {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < 0 || n > pricefile.MaxRows {
			return "", badInput(fmt.Sprintf("%q must be a number of prices.", name))
		}
		counts[name] = n
	}
	text := fmt.Sprintf("%s added, %s corrected.", pricesOf(counts["added"]), format.Count(float64(counts["corrected"])))
	if counts["added"]+counts["corrected"] == 0 {
		text = fmt.Sprintf("Nothing has changed: %s of the file are stored as they are.", pricesOf(counts["read"]))
	}
	if n := counts["repeated"]; n > 0 {
		text += fmt.Sprintf(" %s told apart by the order of the file, the earlier first: clocks repeat an hour in autumn.", format.Count(float64(n)))
	}
	return text, nil
}

func pricesOf(n int) string {
	if n == 1 {
		return "1 price"
	}
	return format.Count(float64(n)) + " prices"
}

// drawPrices shows the page with the form as it was typed.
func (a *App) drawPrices(c echo.Context, v views.PowerPricesPage, f *form) error {
	err := a.readPage(c, []string{topicPowerPrice, topicContract}, func(p *page) error {
		stored, err := p.pointPrices()
		if err != nil {
			return err
		}
		v.Sentence, v.Stored = storedSentence(stored), storedTable(stored)
		v.Stored.Facts = p.typedFacts(views.FigureSpotPrices, "documents of markets, and files")
		v.Back = views.Link{Href: powerPath, Label: "Power contracts"}
		if v.Problems != nil {
			v.Problems.Facts = p.typedFacts("", "the file")
		}
		if p.who.May(access.RoomMining, access.Write) {
			v.Upload, v.Wrong = priceUpload(f), !f.ok()
		}
		v.Shell = a.shell(p, "Power prices", topicPowerPrice, topicContract)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.PowerPrices(v))
}

// priceUpload is the form for a file of prices.
func priceUpload(f *form) *views.UploadForm {
	product := f.control(ui.InputSelect, "product", "Product", "What energy costs as it is drawn, or what it was sold for the day before")
	product.Options = powerProducts
	names := pricefile.Columns()
	times, prices := names[0][0], names[1][0]
	also := func(names []string) string { return ". Also called " + strings.Join(names[1:], ", ") }
	return &views.UploadForm{
		Action: pricesPath, Accept: ".csv,.xlsx,text/csv", Submit: "Import",
		Fields: []ui.Control{
			optional(f.control(ui.InputText, "point", "Point", "As contracts name it, for example ERCOT HB_WEST; needed where the file has no column for it")),
			product,
			f.control(ui.InputText, "zone", "Time zone", "Of times without an offset, for example America/Chicago"),
		},
		Field: f.control("", "file", "CSV or XLSX", fmt.Sprintf("At most 8 MB and %s prices, all of it or nothing", format.Count(pricefile.MaxRows))),
		Columns: []views.FactLine{
			{Name: times, Text: "when the price begins, as 2026-03-10T14:00:00Z or 2026-03-10 14:00. Of a time that clocks show twice in autumn, the line that comes first is the earlier" + also(names[0])},
			{Name: prices, Text: "dollars per MWh, at most six decimals; may be negative" + also(names[1])},
			{Name: "point, product", Text: "optional, where a file has several. Other columns are passed over"},
		},
		Example: []string{times + "," + prices, "2026-03-10T14:00:00Z,31.25", "2026-03-10T15:00:00Z,-4.10"},
	}
}

// pointPrices is what is stored of a point; the zero span if nothing is.
type pointPrices struct {
	db.PowerSpan
	followed bool // by a contract
}

// pointPrices are those of every point that has prices or is followed: the
// followed without prices first.
func (p *page) pointPrices() ([]pointPrices, error) {
	spans, err := p.s.PowerSpans(p.ctx)
	if err != nil {
		return nil, err
	}
	followed, err := p.s.FollowedPoints(p.ctx)
	if err != nil {
		return nil, err
	}
	var list []pointPrices
	for _, point := range followed {
		if !slices.ContainsFunc(spans, func(s db.PowerSpan) bool { return s.Point == point }) {
			list = append(list, pointPrices{PowerSpan: db.PowerSpan{Point: point}, followed: true})
		}
	}
	for _, s := range spans {
		list = append(list, pointPrices{PowerSpan: s, followed: slices.Contains(followed, s.Point)})
	}
	return list, nil
}

func storedSentence(list []pointPrices) ui.Sentence {
	points, missing := make(map[string]bool), 0
	for _, s := range list {
		if s.Rows == 0 {
			missing++
		} else {
			points[s.Point] = true
		}
	}
	say := ui.Sentence{}
	if len(points) == 0 {
		say = say.Say("No price of power is stored yet.")
	} else {
		say = say.Say("Prices of ").Stress(countOf(len(points), "point")).Say(" are stored.")
	}
	if missing > 0 {
		say = say.Say(" Of ").Stress(countOf(missing, "point")).Say(" that contracts follow no price is known.")
	}
	return say
}

func storedTable(list []pointPrices) views.RecordsPage {
	v := views.RecordsPage{
		Unit: ui.Mining, Figure: views.FigureSpotPrices, Title: "Stored prices", Sub: "By point and product; contracts settle on real-time prices",
		Columns: []views.DataColumn{{Label: "Point"}, {Label: "Contract", Hide: "p3"}, {Label: "Newest from", Hide: "p2"}, {Label: "First", Unit: "UTC", Right: true, Hide: "p2"}, {Label: "Last until", Unit: "UTC", Right: true}, {Label: "Prices", Right: true}},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "No price is stored yet", Text: "Prices of ERCOT come by themselves where a contract follows one of its points; those of other markets come as files."},
		Refetch: topicPowerPrice + " " + topicContract,
	}
	for _, s := range list {
		row := views.RecordRow{Cells: []views.Cell{
			{Text: s.Point, Under: s.Product}, {Text: followedText(s.followed)}, {Text: s.Source}, {Text: format.DateMinute(s.First)}, {Text: format.DateMinute(s.Last)}, {Text: format.Count(float64(s.Rows))},
		}}
		if s.Rows == 0 {
			row.Mark, row.State = ui.MarkWatch, "No price known"
			row.Cells = []views.Cell{{Text: s.Point, Under: "no price known"}, {Text: followedText(true)}, {Text: format.Missing}, {Text: format.Missing}, {Text: format.Missing}, {Text: format.Missing}}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func followedText(followed bool) string {
	if followed {
		return "follows it"
	}
	return "none"
}

// priceSpanRows are the rows of the figure's files.
func priceSpanRows(p *page) ([][]cell, error) {
	list, err := p.pointPrices()
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(list))
	for i, s := range list {
		if s.Rows == 0 {
			rows[i] = []cell{s.Point, nil, nil, nil, nil, nil, followedText(true)}
			continue
		}
		rows[i] = []cell{s.Point, s.Product, s.First.UTC(), s.Last.UTC(), s.Rows, s.Source, followedText(s.followed)}
	}
	return rows, nil
}
