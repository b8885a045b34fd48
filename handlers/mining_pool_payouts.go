package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// poolEvents are the topics after whose change what was judged is fetched again.
const poolEvents = topicPoolPay + " " + topicPool

// poolForms is what somebody typed on the page of payouts, and what came of it.
type poolForms struct {
	book, restate *form
	problem       string // of the booking
	notice        string
}

// showPayouts answers GET /mining/pools/{id}/payouts.
func (a *App) showPayouts(c echo.Context) error {
	return a.payoutsPage(c, poolForms{notice: saved(c)}, http.StatusOK)
}

func (a *App) payoutsPage(c echo.Context, forms poolForms, status int) error {
	v := views.PoolPayoutsPage{Notice: forms.notice, Events: poolEvents}
	err := a.readPage(c, []string{topicPool, topicPoolPay}, func(p *page) error {
		account, paid, span, err := p.spanPayments(c)
		if err != nil {
			return err
		}
		v.Shell = a.shell(p, account.Name+" payouts", topicPool, topicPoolPay)
		audit, err := p.poolAudit(account, span.from, span.to)
		if err != nil {
			return err
		}
		days, err := p.auditDays(audit)
		if err != nil {
			return err
		}
		v.Name, v.Sentence = account.Name+": payouts", payoutsSentence(account, span, days)
		v.Spans = span.spans(p.now, poolPath(account.ID)+"/payouts")
		for _, l := range []views.Link{poolBack(account), {Href: poolsPath, Label: "All pools"}} {
			if p.who.MayOpen(l.Href) {
				v.Links = append(v.Links, l)
			}
		}
		v.KPIs = payoutsKPIs(audit, days, paid)
		v.Gaps = p.gapsFigure(audit, days, span, v.Sentence.String())
		v.Days = p.daysList(audit, days, span)
		v.Payments = p.paymentsList(account, paid, span)
		balance, err := p.poolBalance(audit, paid, span.from, span.to)
		if err != nil {
			return err
		}
		v.Balance = p.balanceList(audit, balance, span)
		if v.Booked, err = p.bookingLines(account.ID, paid); err != nil {
			return err
		}
		if p.mayType() {
			v.Book, v.BookAll = bookingForm(account, span, paid, forms.bookForm(p.now)), bookAll(account, span, paid)
			if v.Book != nil {
				v.Book.Problem = forms.problem
			}
		}
		if span.month.IsZero() {
			return nil
		}
		v.Month, err = p.monthPanel(audit, span, forms.restate)
		return err
	})
	if err != nil {
		return err
	}
	return render(c, status, views.PoolPayouts(v))
}

// mayType says whether the reader may type what belongs to the mining unit, on a
// page of the present.
func (p *page) mayType() bool { return p.known.IsZero() && p.who.May(access.RoomMining, access.Write) }

func (f poolForms) bookForm(now time.Time) *form {
	if f.book != nil {
		return f.book
	}
	return newForm(map[string]string{"day": now.Format(time.DateOnly)})
}

// payoutsKPIs are the headline figures of the span.
func payoutsKPIs(audit poolAudit, days []auditDay, paid []payment) []ui.KPI {
	sums := sumDays(days)
	why := ""
	if sums.days == 0 {
		why = "no day can be judged yet"
	}
	due := ui.KPI{Label: "Due", Unit: ui.Mining, Value: format.BTC(sums.due), Why: why, Context: "what the work was worth, " + countOf(sums.days, "day")}
	credited := ui.KPI{Label: "Credited", Unit: ui.Mining, Value: format.BTC(sums.credited), Why: why, Context: "by " + audit.facts.Title + ", with corrections"}
	if sums.days == 0 {
		credited = creditedAnyway(audit, credited)
	}
	gap := ui.KPI{Label: "Gap", Unit: ui.Mining, Value: format.Value{Text: format.Signed(float64(sums.credited-sums.due)/units.SatsPerBTC, 4), Unit: "BTC"}, Why: why, Context: gapContext(sums)}
	list := []ui.KPI{due, credited, gap}
	if luck, ok := luckKPI(audit, days); ok {
		list = append(list, luck)
	}
	arrived := toBook(paid)
	book := ui.KPI{Label: "To be booked", Unit: ui.Mining, Value: format.Value{Text: format.Count(float64(len(arrived)))}, Context: "of " + countOf(len(paid), "payment") + " in this span"}
	return append(list, book)
}

// creditedAnyway is what was credited on days of which none can be judged.
func creditedAnyway(audit poolAudit, k ui.KPI) ui.KPI {
	sum, days := units.Sats(0), 0
	for _, l := range audit.lines {
		if l.Credited.Known {
			sum, days = sum+l.Credited.Value, days+1
		}
	}
	if days > 0 {
		k.Value, k.Why, k.Context = format.BTC(sum), "", "in "+countOf(days, "day")+", not judged"
	}
	return k
}

func gapContext(s poolSums) string {
	switch {
	case s.due == 0:
		return "nothing was due"
	case s.unpriced > 0:
		return ofDue(s) + " of what was due"
	}
	return ofDue(s) + " of what was due, " + format.SignedUSD2(s.usd).Text
}

func ofDue(s poolSums) string {
	v := format.Percent2(float64(s.credited-s.due) / float64(s.due))
	return v.Text + v.Unit
}

// poolTitle names the pool and the account there.
func poolTitle(v pool.Account) string { return poolFacts(v).Title + ", " + v.Account }
