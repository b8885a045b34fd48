package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// poolCase is a day of an account with all that a dispute over it rests on.
type poolCase struct {
	pool.Case
	account pool.Account
	day     auditDay
}

// readCase judges one day of an account, by the name that the pool's calendar
// gives it.
func (p *page) readCase(v pool.Account, name string) (poolCase, error) {
	facts := poolFacts(v)
	day, err := time.Parse(time.DateOnly, name)
	if err != nil {
		return poolCase{}, badInput("A day is written like " + p.now.Format(time.DateOnly) + ".")
	}
	from := day.Add(pool.Shift(facts))
	audit, err := p.poolAudit(v, from, from.Add(24*time.Hour))
	if err != nil {
		return poolCase{}, err
	}
	list, err := p.auditDays(audit)
	if err != nil {
		return poolCase{}, err
	}
	if len(list) == 0 || !list[0].From.Equal(from) {
		return poolCase{}, notFound("Nothing is known of this account on that day.")
	}
	readings, err := p.s.PoolReadings(p.ctx)
	if err != nil {
		return poolCase{}, err
	}
	d := list[0]
	return poolCase{account: v, day: d, Case: pool.Case{
		Facts: facts, Account: v.Account, Terms: d.terms, Agreed: d.agreed, Line: d.Line, Work: d.work, Found: d.found, Counted: d.counted,
		Paid: pool.Seen{Source: facts.Title + ", as it states it", At: readings[v.ID].AnsweredAt},
	}}, nil
}

// showPoolDay answers GET /mining/pools/{id}/days/{day}.
func (a *App) showPoolDay(c echo.Context) error {
	return a.poolDayPage(c, nil, "", http.StatusOK)
}

// poolDayPage draws a day. typed is what somebody wrote of it, nil: nothing;
// problem is what is wrong with the whole.
func (a *App) poolDayPage(c echo.Context, typed *form, problem string, status int) error {
	v := views.PoolDayPage{Notice: saved(c)}
	err := a.readPage(c, []string{topicPoolPay}, func(p *page) error {
		account, _, err := p.openPool(c)
		if err != nil {
			return err
		}
		k, err := p.readCase(account, c.Param("day"))
		if err != nil {
			return err
		}
		name := format.DayMonthYear(k.day.name)
		v.Shell = a.shell(p, account.Name+", "+name, topicPoolPay)
		v.Name, v.Sentence = account.Name+", "+name, k.sentence()
		v.Back = views.Link{Href: poolPath(account.ID) + "/payouts?month=" + k.day.name.Format(monthParam), Label: "Payouts"}
		if p.who.Role != access.Share || p.who.Exports {
			for _, ext := range []string{"csv", "xlsx"} {
				v.Files = append(v.Files, views.Link{Href: k.file() + "." + ext + k.query(), Label: "Dispute file, " + strings.ToUpper(ext)})
			}
		}
		v.Heading = k.heading(p)
		v.Evidence = p.evidenceList(k)
		versions, err := p.s.PoolRemarkVersions(p.ctx, account.ID, k.Line.From)
		if err != nil {
			return err
		}
		v.Versions = versionLines(versions, func(r pool.Remark) record.Version { return r.Version }, remarkAttributes)
		if k.day.remark.Account != 0 {
			v.Said = factLines(remarkAttributes(k.day.remark))
		}
		if p.mayType() {
			v.Remark = remarkForm(k, typed, problem)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, status, views.PoolDay(v))
}

func (poolCase) file() string { return "/data/" + views.FigurePoolDispute }

func (k poolCase) query() string {
	return fmt.Sprintf("?account=%d&day=%s", k.account.ID, k.day.name.Format(time.DateOnly))
}

// sentence answers what came of the day.
func (k poolCase) sentence() ui.Sentence {
	l, s := k.Line, ui.Sentence{}
	title := k.Facts.Title
	switch {
	case l.Verdict == pool.Short:
		s = s.Say(title + " credited ").Stress(shortBy(k.day) + " short").Say(": " + join(format.BTC(l.Credited.Value)) + " of " + join(format.BTC(l.Due.Value)) + " due, ").
			Stress(join(format.BTC(-l.Gap.Value))).Say(" are missing")
	case l.Gap.Known && l.Verdict != pool.Open:
		s = s.Say(title + " credited " + join(format.BTC(l.Credited.Value)) + " of " + join(format.BTC(l.Due.Value)) + " due: ").Stress(strings.ToLower(verdictWords(l.Verdict)))
	default:
		s = s.Say("The day is ").Stress(strings.ToLower(verdictWords(l.Verdict))).Say(": " + l.Why)
	}
	if l.Disputed {
		s = s.Say("; the pool was asked about it")
	}
	return s.Say(".")
}

// heading is what the printed page says of itself.
func (k poolCase) heading(p *page) []views.FactLine {
	company := p.settings.Company
	if company == "" {
		company = "Not named"
	}
	return []views.FactLine{
		{Name: "Company", Text: company}, {Name: "Account", Text: poolTitle(k.account)},
		{Name: "Day", Text: format.DayMonthYear(k.day.name) + ", " + minuteUTC(k.Line.From) + " to " + minuteUTC(k.Line.To)},
		{Name: "As of", Text: format.DateTimeUTC(p.now)},
	}
}

// evidenceList are the rows of the dispute file as a table.
func (p *page) evidenceList(k poolCase) views.RecordsPage {
	v := views.RecordsPage{
		Figure: views.FigurePoolDispute, Title: "Evidence", Sub: "All that the verdict rests on, in the order in which it is computed; values as the file has them", Refetch: poolEvents,
		Columns: []views.DataColumn{{Label: "What"}, {Label: "Value", Right: true}, {Label: "Unit"}, {Label: "Formula", Hide: "p3"}, {Label: "Source", Hide: "p2"}, {Label: "Time", Unit: "UTC", Right: true, Hide: "p3"}},
		Facts:   p.typedFacts("", k.Facts.Title+"; blocks of the chain; terms as typed. Formula M7"),
	}
	v.Facts.DataHref = k.file() + k.query()
	for _, e := range k.Rows() {
		at := ""
		if !e.At.IsZero() {
			at = format.DateMinute(e.At)
		}
		v.Rows = append(v.Rows, views.RecordRow{Cells: []views.Cell{{Text: e.Name}, {Text: orMissing(e.Value)}, {Text: e.Unit}, {Text: e.Formula}, {Text: e.Source}, {Text: at}}})
	}
	return v
}

func disputedWords(disputed bool) string {
	if disputed {
		return "the pool was asked about it"
	}
	return "no"
}

func remarkAttributes(r pool.Remark) []attribute {
	return []attribute{{"disputed", "Disputed", disputedWords(r.Disputed)}, {"sats", "Correction", format.Signed(float64(r.Sats), 0) + " sat"}, {"reason", "Reason", r.Reason}}
}

func remarkForm(k poolCase, typed *form, problem string) *ui.FormSpec {
	r := k.day.remark
	if typed == nil {
		values := map[string]string{"sats": strconv.FormatInt(int64(r.Sats), 10), "reason": r.Reason}
		if r.Disputed {
			values["disputed"] = "on"
		}
		typed = newForm(values)
	}
	read := int64(0)
	if r.Account != 0 {
		read = r.KnownFrom.UnixMicro()
	}
	return &ui.FormSpec{
		Action: poolDayPath(k.account.ID, k.Facts, k.Line.From), Submit: "Save remark", Problem: problem,
		Hidden: []ui.Option{{Value: "known_from", Label: strconv.FormatInt(read, 10)}},
		Fields: []ui.Control{
			typed.control(ui.InputCheck, "disputed", "Disputed", "The pool was asked about this day"),
			typed.control(ui.InputText, "sats", "Correction, sat", "Credited afterwards for this day; below zero: taken back"),
			typed.control(ui.InputText, "reason", "Reason", "For example the number of the pool's ticket"),
		},
	}
}

// maxCorrection is every satoshi there will ever be.
const maxCorrection = 21_000_000 * units.SatsPerBTC

// readRemark is what was typed of a day, with its errors.
func readRemark(f *form, v pool.Account, from time.Time) pool.Remark {
	r := pool.Remark{Account: v.ID, From: from, Disputed: f.get("disputed") == "on", Reason: f.text("reason", 400, false)}
	if text := strings.ReplaceAll(f.get("sats"), ",", ""); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n > maxCorrection || n < -maxCorrection {
			f.fail("sats", "A whole number of satoshi, for example 3461000.")
		}
		r.Sats = units.Sats(n)
	}
	if n, err := strconv.ParseInt(f.get("known_from"), 10, 64); err == nil && n > 0 {
		r.KnownFrom = time.UnixMicro(n).UTC()
	}
	return r
}

// remarkOnDay answers POST /mining/pools/{id}/days/{day}.
func (a *App) remarkOnDay(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	var k poolCase
	err = a.readPage(c, nil, func(p *page) error {
		v, _, err := p.openPool(c)
		if err != nil {
			return err
		}
		k, err = p.readCase(v, c.Param("day"))
		return err
	})
	if err != nil {
		return err
	}
	r := readRemark(f, k.account, k.Line.From)
	if !f.ok() {
		return a.poolDayPage(c, f, "", http.StatusUnprocessableEntity)
	}
	err = a.store(c).SetPoolRemark(c.Request().Context(), actorOf(c), r)
	if errors.Is(err, db.ErrChanged) {
		return a.remarkConflict(c, f, r)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, poolDayPath(k.account.ID, k.Facts, k.Line.From)+"?saved=1")
}

// remarkConflict tells the second of two editors what the first has changed.
func (a *App) remarkConflict(c echo.Context, f *form, typed pool.Remark) error {
	versions, err := a.store(c).PoolRemarkVersions(c.Request().Context(), typed.Account, typed.From)
	if err != nil {
		return err
	}
	if len(versions) == 0 {
		return badInput("The form does not say which version it was made from. Open the page again.")
	}
	newest, before := versions[0], pool.Remark{}
	for _, r := range versions {
		if r.KnownFrom.Equal(typed.KnownFrom) {
			before = r
		}
	}
	words, _ := changes(remarkAttributes(before), remarkAttributes(newest))
	return a.poolDayPage(c, f, conflict(newest.Who, words), http.StatusConflict)
}
