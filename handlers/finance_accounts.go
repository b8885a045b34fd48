package handlers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/finance"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// balancesShown is how many days of an account its page lists.
const balancesShown = 60

// accounts is how an account is typed.
func accounts() kind[finance.Account] {
	return kind[finance.Account]{
		noun: "account", list: "/finance/accounts", home: "/finance/balance-sheet", room: access.RoomFinance, topic: topicBalance, back: "Balance sheet",
		about: "Where the company holds cash or bitcoin.",
		first: func(now time.Time) finance.Account {
			return finance.Account{Kind: finance.Cash, Version: record.Version{ValidFrom: now}}
		},
		id:         func(v finance.Account) int64 { return v.ID },
		name:       func(v finance.Account) string { return v.Name },
		version:    func(v *finance.Account) *record.Version { return &v.Version },
		attributes: accountAttributes,
		sentence: func(v finance.Account) ui.Sentence {
			return ui.Sentence{}.Stress(v.Kind.Title()).Say(" at " + orNothing(v.Institution) + ", ").Stress(freeWords(v.Restricted)).Say(".")
		},
		fill:     accountValues,
		parse:    parseAccount,
		controls: accountControls,
		load:     (*db.Store).Account, versions: (*db.Store).AccountVersions, insert: (*db.Store).InsertAccount, update: (*db.Store).UpdateAccount,
		more: accountBalances,
	}
}

func freeWords(restricted bool) string {
	if restricted {
		return "pledged or otherwise not free to use"
	}
	return "free to use"
}

func accountAttributes(v finance.Account) []attribute {
	return []attribute{
		{"name", "Name", v.Name},
		{"kind", "Holds", v.Kind.Title()},
		{"institution", "Institution", v.Institution},
		{"restricted", "Use", freeWords(v.Restricted)},
		{"valid_from", "Holds since", dayText(v.ValidFrom)},
	}
}

func accountValues(v finance.Account) map[string]string {
	values := map[string]string{"name": v.Name, "kind": string(v.Kind), "institution": v.Institution, "valid_from": v.ValidFrom.Format(time.DateOnly)}
	if v.Restricted {
		values["restricted"] = "on"
	}
	return values
}

func kindOptions() []ui.Option {
	return []ui.Option{{Value: string(finance.Cash), Label: finance.Cash.Title()}, {Value: string(finance.Bitcoin), Label: finance.Bitcoin.Title()}}
}

func parseAccount(f *form, now time.Time, before finance.Account) finance.Account {
	v := finance.Account{
		ID: before.ID, Name: f.text("name", 80, false), Kind: before.Kind, Institution: f.text("institution", 80, true),
		Restricted: f.get("restricted") == "on",
	}
	if before.ID == 0 {
		v.Kind = finance.Kind(f.choice("kind", kindOptions()))
	}
	v.ValidFrom = f.day("valid_from", now)
	return v
}

func accountControls(f *form, v finance.Account) []ui.Control {
	list := []ui.Control{f.control(ui.InputText, "name", "Name", "As people call it")}
	if v.ID == 0 { // the kind stays: balances are in its unit
		kind := f.control(ui.InputSelect, "kind", "Holds", "It cannot be changed later: balances are in its unit")
		kind.Options = kindOptions()
		list = append(list, kind)
	}
	return append(list,
		optional(f.control(ui.InputText, "institution", "Institution", "Bank or custodian")),
		f.control(ui.InputCheck, "restricted", "Pledged or otherwise not free to use", ""),
		f.control(ui.InputDate, "valid_from", "Holds since", "The day from which this is so"),
	)
}

// accountBalances adds the days an account is known for, and the form for
// another.
func accountBalances(p *page, v finance.Account, to *views.RecordPage) error {
	list, err := p.s.Balances(p.ctx, v.ID, balancesShown)
	if err != nil {
		return err
	}
	records := views.RecordsPage{
		Figure: "balances", Title: "Balances", Sub: "At the end of each day that was typed", Refetch: topicBalance,
		Columns: []views.DataColumn{{Label: "Day"}, {Label: "Balance", Right: true}, {Label: "By"}, {Label: "Known from", Right: true}},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "No balance is known yet", Text: "Until one is typed, this account is in no sum."},
		Facts:   p.typedFacts("", "typed by finance"),
	}
	for _, b := range list {
		amount := balanceText(v.Kind, &b)
		records.Rows = append(records.Rows, views.RecordRow{Cells: []views.Cell{
			{Text: dayText(b.AsOf)}, {Text: amount.Text, Unit: amount.Unit}, {Text: b.Who}, {Text: format.DateTimeUTC(b.At)},
		}})
	}
	to.More = &records
	if p.who.May(access.RoomFinance, access.Write) {
		to.MoreForm = balanceForm(v, newForm(map[string]string{"as_of": p.now.Format(time.DateOnly)}))
	}
	return nil
}

func balanceForm(v finance.Account, f *form) *ui.FormSpec {
	amount := decimalField(f.control(ui.InputText, "amount", "Balance, $", "To the cent, for example 1,250,000.00"))
	if v.Kind == finance.Bitcoin {
		amount = decimalField(f.control(ui.InputText, "amount", "Balance, BTC", "Up to eight decimals, for example 412.5"))
	}
	return &ui.FormSpec{
		Action: fmt.Sprintf("/finance/accounts/%d/balance", v.ID), Submit: "Set balance",
		Fields: []ui.Control{f.control(ui.InputDate, "as_of", "At the end of", "A day that is set already gets another version"), amount},
	}
}

// setBalance answers POST /finance/accounts/{id}/balance.
func (a *App) setBalance(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, s, r := c.Request().Context(), a.store(c), accounts()
	v, err := s.Account(ctx, id)
	if err != nil {
		return err
	}
	b := finance.Balance{Account: id, AsOf: f.day("as_of", a.now().UTC())}
	if b.AsOf.After(a.now().UTC()) {
		f.fail("as_of", "The day has not come yet.")
	}
	if v.Kind == finance.Bitcoin {
		b.Sats, err = units.ParseBTC(f.get("amount"))
		if err == nil && (b.Sats < 0 || b.Sats > 21_000_000*units.SatsPerBTC) {
			f.fail("amount", "Between 0 and 21,000,000 BTC.")
		}
	} else {
		b.USD, err = units.ParseUSD(f.get("amount"))
	}
	if err != nil {
		f.fail("amount", sentence(err))
	}
	if !f.ok() {
		r.more = func(p *page, v finance.Account, to *views.RecordPage) error {
			if err := accountBalances(p, v, to); err != nil {
				return err
			}
			to.MoreForm = balanceForm(v, f)
			return nil
		}
		return r.pageWith(a, c, newForm(r.fill(v)), v, "", http.StatusUnprocessableEntity)
	}
	if err := s.SetBalance(ctx, actorOf(c), b); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, r.path(id)+"?saved=1")
}

// balanceText prints a balance in the unit of its account.
func balanceText(kind finance.Kind, b *finance.Balance) format.Value {
	switch {
	case b == nil:
		return format.Value{Text: format.Missing}
	case kind == finance.Bitcoin:
		return format.BTC(b.Sats)
	default:
		return format.Value{Text: format.ExactUSD(b.USD)}
	}
}

// showBalanceSheet answers GET /finance/balance-sheet.
func (a *App) showBalanceSheet(c echo.Context) error {
	v := views.RecordsPage{
		Name: "Balance sheet", Figure: views.FigureHoldings, Title: "Cash and bitcoin held", Sub: "The newest balance of each account; bitcoin at the median of the venues",
		Columns: []views.DataColumn{{Label: "Account"}, {Label: "Holds", Hide: "p2"}, {Label: "Use", Hide: "p3"}, {Label: "Balance", Right: true}, {Label: "Value", Unit: "$", Right: true, Hide: "p2"}, {Label: "As of", Right: true}},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "No account is known yet", Text: "Finance adds the accounts and types their balances."},
		Refetch: topicBalance,
		Links:   []views.Link{{Href: "/finance/runway", Label: "Runway"}},
	}
	if subjectOf(c).May(access.RoomFinance, access.Write) {
		v.Add, v.AddLabel = "/finance/accounts/new", "Add account"
	}
	err := a.readPage(c, nil, func(p *page) error {
		holdings, err := p.s.Holdings(p.ctx, p.known)
		if err != nil {
			return err
		}
		if err := p.readPriceThen(); err != nil {
			return err
		}
		for _, h := range holdings {
			v.Rows = append(v.Rows, p.holdingRow(h))
		}
		v.Sentence = heldSentence(finance.Sum(holdings), len(holdings), p)
		v.Facts = p.typedFacts(views.FigureHoldings, "typed by finance; bitcoin price of the venues")
		v.Shell = a.shell(p, "Balance sheet", topicBalance)
		p.asKnown(&v)
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

func (p *page) holdingRow(h finance.Holding) views.RecordRow {
	amount, value, day := balanceText(h.Account.Kind, h.Balance), format.Missing, "never"
	row := views.RecordRow{Href: fmt.Sprintf("/finance/accounts/%d", h.Account.ID), Mark: ui.MarkOff, State: "No balance known"}
	if h.Balance != nil {
		row.Mark, row.State, day = "", "", dayText(h.Balance.AsOf)
		if usd, ok := p.valueOf(*h.Balance, h.Account.Kind); ok {
			value = format.Fixed(usd, 0)
		}
	}
	use := "Free"
	if h.Account.Restricted {
		use = "Pledged"
	}
	row.Cells = []views.Cell{
		{Text: h.Account.Name, Under: h.Account.Institution}, {Text: h.Account.Kind.Title()}, {Text: use},
		{Text: amount.Text, Unit: amount.Unit}, {Text: value}, {Text: day},
	}
	return row
}

// valueOf is a balance in dollars at the price of the page's day; false if
// bitcoin has none.
func (p *page) valueOf(b finance.Balance, kind finance.Kind) (float64, bool) {
	if kind == finance.Cash {
		return b.USD.Float64(), true
	}
	if p.valued == nil {
		return 0, false
	}
	return float64(b.Sats) / units.SatsPerBTC * p.valued.V, true
}

// heldSentence says what may be used, and what may not.
func heldSentence(h finance.Held, accounts int, p *page) ui.Sentence {
	var s ui.Sentence
	if accounts == 0 {
		return s.Say("What the company holds is not known: no account is.")
	}
	s = s.Stress(format.ExactUSD(h.FreeUSD)).Say(" of cash and ").Stress(join(format.BTC(h.FreeSats))).Say(" are free to use")
	if p.valued != nil {
		worth := h.FreeUSD.Float64() + float64(h.FreeSats)/units.SatsPerBTC*p.valued.V
		s = s.Say(", together ").Stress(format.USD0(worth).Text).Say(" at " + p.priceWords())
	}
	s = s.Say("; pledged are " + format.ExactUSD(h.RestrictedUSD) + " and " + join(format.BTC(h.RestrictedSats)) + ".")
	if h.Unknown > 0 {
		s = s.Say(" Of " + countOf(h.Unknown, "account") + " no balance is known, so the sums are at least this.")
	}
	return s
}

// priceWords says which price the page values by.
func (p *page) priceWords() string {
	if p.known.IsZero() {
		return "the present price"
	}
	return "the price of " + format.DayMonthYear(p.known)
}

func join(v format.Value) string { return v.Text + "\u00a0" + v.Unit }

// showRunway answers GET /finance/runway: what is known of it, and what is
// missing to compute it.
func (a *App) showRunway(c echo.Context) error {
	v := views.RecordsPage{
		Name: "Runway", Figure: "runway", Title: "What the runway needs", Sub: "Projected liquidity against the minimum, week by week",
		Columns: []views.DataColumn{{Label: "Input"}, {Label: "Known", Right: true}, {Label: "From"}},
		Links:   []views.Link{{Href: "/finance/balance-sheet", Label: "Balance sheet"}},
		Refetch: topicBalance,
	}
	err := a.readPage(c, nil, func(p *page) error {
		holdings, err := p.s.Holdings(p.ctx, p.known)
		if err != nil {
			return err
		}
		held := finance.Sum(holdings)
		known := len(holdings) - held.Unknown
		v.Sentence = ui.Sentence{}.Say("How long the cash lasts ").Stress("cannot be said yet").Say(": what is held is known of " +
			fmt.Sprintf("%d of %s", known, countOf(len(holdings), "account")) + ", what comes in and goes out is not.")
		cash, coins := format.Missing, format.Missing
		if known > 0 {
			cash, coins = format.ExactUSD(held.FreeUSD), join(format.BTC(held.FreeSats))
		}
		v.Rows = []views.RecordRow{
			{Href: "/finance/balance-sheet", Cells: []views.Cell{{Text: "Cash free to use"}, {Text: cash}, {Text: "Balance sheet"}}},
			{Href: "/finance/balance-sheet", Cells: []views.Cell{{Text: "Bitcoin free to use"}, {Text: coins}, {Text: "Balance sheet"}}},
		}
		for _, missing := range []string{"Receipts by week, mining", "Receipts by week, AI contracts", "Payments by week", "Loans and their covenants", "Minimum liquidity of the policy"} {
			v.Rows = append(v.Rows, views.RecordRow{Mark: ui.MarkOff, State: "Missing", Cells: []views.Cell{{Text: missing}, {Text: format.Missing}, {Text: "not kept yet"}}})
		}
		v.Facts = p.typedFacts("", "typed by finance")
		v.Shell = a.shell(p, "Runway", topicBalance)
		p.asKnown(&v)
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

// holdingRows are the rows of the figure's files.
func holdingRows(p *page) ([][]cell, error) {
	holdings, err := p.s.Holdings(p.ctx, p.known)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(holdings))
	for i, h := range holdings {
		rows[i] = []cell{h.Account.Name, h.Account.Kind.Title(), h.Account.Institution, freeWords(h.Account.Restricted), nil, nil, nil}
		if b := h.Balance; b != nil && h.Account.Kind == finance.Cash {
			rows[i][4], rows[i][6] = b.USD.Float64(), b.AsOf
		} else if b != nil {
			rows[i][5], rows[i][6] = int64(b.Sats), b.AsOf
		}
	}
	return rows, nil
}
