package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// bookingForm books one payment; nil where there is none.
func bookingForm(v pool.Account, span poolSpan, list []payment, f *form) *ui.FormSpec {
	if len(list) == 0 {
		return nil
	}
	which := f.control(ui.InputSelect, "payment", "Payment", "One that is booked already gets another version")
	for i := len(list) - 1; i >= 0; i-- {
		o := list[i]
		if o.booked.Ref != "" && i < len(list)-paymentsShown {
			continue
		}
		label := format.DayMonthYear(o.At) + ", " + join(format.BTC(o.Sats)) + ", " + shortRef(o.Ref)
		if o.booked.Ref != "" {
			label += " (booked)"
		}
		which.Options = append(which.Options, ui.Option{Value: bookingKey(o), Label: label})
	}
	return &ui.FormSpec{
		Action: poolPath(v.ID) + "/bookings" + span.query(), Submit: "Book payment",
		Fields: []ui.Control{
			which,
			decimalField(f.control(ui.InputText, "btc", "Received, BTC", "Up to eight decimals, as the wallet shows it")),
			f.control(ui.InputDate, "day", "Received on", "The day on which it arrived"),
			optional(f.control(ui.InputText, "note", "Note", "For example the wallet, or why the sum differs")),
		},
	}
}

// bookingKey names a payment and the booking that its reader has seen.
func bookingKey(o payment) string {
	micros := int64(0)
	if o.booked.Ref != "" {
		micros = o.booked.KnownFrom.UnixMicro()
	}
	return strconv.FormatInt(micros, 10) + ":" + o.Ref
}

// readBooking is what was typed of a booking, with its errors.
func readBooking(f *form, now time.Time, list []payment) pool.Booked {
	micros, ref, _ := strings.Cut(f.get("payment"), ":")
	b := pool.Booked{Ref: ref, Note: f.text("note", 400, true)}
	known := false
	for _, o := range list {
		known = known || o.Ref == ref
	}
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil || !known {
		f.fail("payment", "Choose one of the list.")
	}
	if n > 0 {
		b.KnownFrom = time.UnixMicro(n).UTC()
	}
	if b.Sats, err = units.ParseBTC(f.get("btc")); err != nil {
		f.fail("btc", sentence(err))
	} else if b.Sats < 0 || b.Sats > 21_000_000*units.SatsPerBTC {
		f.fail("btc", "Between 0 and 21,000,000 BTC.")
	}
	if b.ValidFrom = f.day("day", now); b.ValidFrom.After(now) {
		f.fail("day", "The day has not come yet.")
	}
	return b
}

// bookAll books in one go what arrived with the sum that the pool named; nil if
// there is nothing.
func bookAll(v pool.Account, span poolSpan, list []payment) *views.PostAction {
	arrived := toBook(list)
	if len(arrived) == 0 {
		return nil
	}
	action := &views.PostAction{Action: poolPath(v.ID) + "/bookings/arrived" + span.query(), Label: "Book all that arrived"}
	sum := units.Sats(0)
	for _, o := range arrived {
		sum += o.Sats
		action.Hidden = append(action.Hidden, ui.Option{Value: "ref", Label: o.Ref})
	}
	action.Describe = "of " + v.Name
	action.Effect = "The chain shows " + countOf(len(arrived), "payment") + " with the sum that the pool named, " + join(format.BTC(sum)) + " together, not yet in our ledger. Each is booked on its day."
	return action
}

// bookingLines are the versions of bookings that were changed.
func (p *page) bookingLines(id int64, list []payment) ([]views.VersionLine, error) {
	refs := make([]string, len(list))
	for i, o := range list {
		refs[i] = o.Ref
	}
	versions, err := p.s.PoolBookingVersions(p.ctx, id, refs)
	if err != nil {
		return nil, err
	}
	var lines []views.VersionLine
	for i, v := range versions {
		before := slices.IndexFunc(versions[i+1:], func(b pool.Booked) bool { return b.Ref == v.Ref })
		if before < 0 {
			continue // its first
		}
		words, _ := changes(bookingAttributes(versions[i+1+before]), bookingAttributes(v))
		line := views.VersionLine{At: format.DateTimeUTC(v.KnownFrom), Who: v.Who, Since: format.DayMonthYear(v.ValidFrom)}
		for _, w := range words {
			line.Changes = append(line.Changes, shortRef(v.Ref)+": "+w)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func bookingAttributes(b pool.Booked) []attribute {
	return []attribute{{"sats", "Received", b.Sats.BTC().String() + " BTC"}, {"note", "Note", b.Note}, {"valid_from", "Received on", dayText(b.ValidFrom)}}
}

// bookPayment answers POST /mining/pools/{id}/bookings.
func (a *App) bookPayment(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	var (
		v    pool.Account
		list []payment
	)
	err = a.readPage(c, nil, func(p *page) error {
		if v, list, _, err = p.spanPayments(c); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	b := readBooking(f, a.now().UTC(), list)
	if !f.ok() {
		return a.payoutsPage(c, poolForms{book: f}, http.StatusUnprocessableEntity)
	}
	err = a.store(c).BookPayouts(c.Request().Context(), actorOf(c), v.ID, []pool.Booked{b})
	if errors.Is(err, db.ErrChanged) {
		return a.payoutsPage(c, poolForms{book: f, problem: bookedMeanwhile}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	return a.backToPayouts(c, v.ID)
}

const bookedMeanwhile = "Somebody has booked this while you were typing: the list shows what they booked. Nothing of yours is written yet."

// bookArrived answers POST /mining/pools/{id}/bookings/arrived: it books those of
// the payments its reader saw that still stand so.
func (a *App) bookArrived(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if len(f.values["ref"]) == 0 {
		return badInput("The form names no payment. Open the page again.")
	}
	var (
		v    pool.Account
		book []pool.Booked
	)
	err = a.readPage(c, nil, func(p *page) error {
		var list []payment
		if v, list, _, err = p.spanPayments(c); err != nil {
			return err
		}
		for _, o := range toBook(list) {
			if slices.Contains(f.values["ref"], o.Ref) {
				b := pool.Booked{Ref: o.Ref, Sats: o.Sats}
				b.ValidFrom = o.At.Truncate(24 * time.Hour)
				book = append(book, b)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(book) < len(f.values["ref"]) {
		return a.payoutsPage(c, poolForms{notice: "Something of this has changed since the page was read: nothing is booked. Look at the list, then book again."}, http.StatusConflict)
	}
	err = a.store(c).BookPayouts(c.Request().Context(), actorOf(c), v.ID, book)
	if errors.Is(err, db.ErrChanged) {
		return a.payoutsPage(c, poolForms{notice: bookedMeanwhile}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	return a.backToPayouts(c, v.ID)
}

// spanPayments are the payments of the span and the account that the address
// names.
func (p *page) spanPayments(c echo.Context) (pool.Account, []payment, poolSpan, error) {
	v, facts, err := p.openPool(c)
	if err != nil {
		return v, nil, poolSpan{}, err
	}
	span, err := p.poolSpan(facts)
	if err != nil {
		return v, nil, span, err
	}
	list, err := p.payments(v.ID, span.from, span.to)
	return v, list, span, err
}

// backToPayouts leads back to the span that was looked at.
func (a *App) backToPayouts(c echo.Context, id int64) error {
	to := poolPath(id) + "/payouts?saved=1"
	if month := c.QueryParam("month"); month != "" {
		to += "&month=" + url.QueryEscape(month)
	}
	return c.Redirect(http.StatusSeeOther, to)
}
