package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/mining/pool"
	"switchyard/handlers/signin"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// keyLimit is the most characters of a key or a secret.
const keyLimit = 500

// keyForm takes what opens an account; nil where the pool wants nothing. What is
// typed is never shown again, not even beside an error.
func keyForm(v pool.Account, keyed bool, f *form) *ui.FormSpec {
	facts := poolFacts(v)
	spec := &ui.FormSpec{Action: poolPath(v.ID) + "/key", Submit: "Keep the key"}
	if keyed {
		spec.Submit = "Replace the key"
	}
	for _, field := range []struct{ name, label string }{{"key", facts.Key}, {"secret", facts.Secret}} {
		if field.label != "" {
			spec.Fields = append(spec.Fields, f.control(ui.InputPassword, field.name, field.label, "One that may only read. It is sealed at once and cannot be shown again"))
		}
	}
	if len(spec.Fields) == 0 {
		return nil
	}
	return spec
}

// readOpening is what was typed, with its errors.
func readOpening(facts pool.Facts, f *form) pool.Opening {
	var o pool.Opening
	for _, field := range []struct {
		name, label string
		to          *pool.Secret
	}{{"key", facts.Key, &o.Key}, {"secret", facts.Secret, &o.Secret}} {
		if field.label != "" {
			*field.to = pool.Secret(f.text(field.name, keyLimit, false))
		}
	}
	return o
}

// setPoolKey answers POST /mining/pools/{id}/key: it seals what opens the account
// and keeps it in place of what was kept.
func (a *App) setPoolKey(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, s := c.Request().Context(), a.store(c)
	v, err := s.PoolAccount(ctx, id)
	if err != nil {
		return err
	}
	facts := poolFacts(v)
	if facts.Key == "" && facts.Secret == "" {
		return badInput(facts.Title + " wants no key.")
	}
	opening := readOpening(facts, f)
	if !f.ok() {
		return a.keyRefused(c, v, f)
	}
	packed, err := opening.Pack()
	if err != nil {
		return err
	}
	var key pool.SealedKey
	if key.SealID, key.Sealed, err = a.ring.Seal(signin.ForPool, strconv.FormatInt(id, 10), packed); err != nil {
		return err
	}
	if err := s.SetPoolKey(ctx, actorOf(c), id, key); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, poolPath(id)+"?saved=1")
}

// keyRefused shows the account again, with what is wrong with the key.
func (a *App) keyRefused(c echo.Context, v pool.Account, f *form) error {
	r := poolAccounts()
	r.more = func(p *page, v pool.Account, to *views.RecordPage) error {
		if err := poolMore(p, v, to); err != nil {
			return err
		}
		keys, err := p.s.PoolKeys(p.ctx)
		_, keyed := keys[v.ID]
		to.MoreForm = keyForm(v, keyed, f)
		return err
	}
	return r.pageWith(a, c, newForm(r.fill(v)), v, "", http.StatusUnprocessableEntity)
}

// poolStanding is how reading an account goes, in words.
func (p *page) poolStanding(v pool.Account, key pool.KeySet, keyed bool, r pool.Reading) *views.RecordsPage {
	facts := poolFacts(v)
	list := &views.RecordsPage{
		Figure: "pool-standing", Title: "How it stands", Refetch: topicPool + " " + topicPoolWorkers,
		Columns: []views.DataColumn{{Label: "What"}, {Label: "How it is"}},
		Facts:   p.typedFacts("", facts.Title+", as last read"),
	}
	condition := pool.ConditionOf(facts, poolReads(facts, keyed, r), minuteUTC)
	state := condition.What
	switch {
	case !v.Watched:
		state = "It is not read: watching is switched off."
	case condition.Do != "":
		state += " " + condition.Do
	}
	line := func(name string, mark ui.MarkKind, words, text, under string) {
		list.Rows = append(list.Rows, views.RecordRow{Mark: mark, State: words, Cells: []views.Cell{{Text: name}, {Text: text, Under: under}}})
	}
	mark := poolMark(condition.State)
	if !v.Watched {
		mark = ui.MarkOff
	}
	line("State", mark, string(condition.State), state, "")
	line("Key", "", "", keyWords(facts, key, keyed), "")
	line("Workers", "", "", workerWords(facts, r.Workers), r.Workers.Error)
	return list
}

// poolReads is how reading an account went, as its condition is told from.
func poolReads(facts pool.Facts, keyed bool, r pool.Reading) pool.Reads {
	return pool.Reads{
		Keyed: keyed || facts.Key == "" && facts.Secret == "", Kind: r.Kind, Since: r.FailingSince, Retry: r.RetryAt, Last: r.AnsweredAt,
	}
}

// minuteUTC is a time within a sentence.
func minuteUTC(t time.Time) string { return format.DateMinute(t) + " UTC" }

func poolMark(s pool.State) ui.MarkKind {
	switch s {
	case pool.Working:
		return ui.MarkOK
	case pool.NeverRead, pool.NoKey:
		return ui.MarkOff
	case pool.Throttled:
		return ui.MarkWatch
	case pool.KeyRefused, pool.ClockOff, pool.AddressBlocked, pool.AccountUnknown, pool.FormatChanged, pool.Unreachable:
	}
	return ui.MarkBad
}

// keyWords say who set the key and when; never the key.
func keyWords(facts pool.Facts, key pool.KeySet, keyed bool) string {
	switch {
	case facts.Key == "" && facts.Secret == "":
		return facts.Title + " wants none: the account is public."
	case !keyed:
		return "None is set."
	case key.SealID == signin.SecretID:
		return "Set on " + dayText(key.At) + " by " + key.By + ", sealed under the key made from the server's secret."
	}
	return "Set on " + dayText(key.At) + " by " + key.By + ", sealed under key " + key.SealID + "."
}

// workerWords say how often the workers are read, and what sets that.
func workerWords(facts pool.Facts, r pool.WorkerReading) string {
	if r.At.IsZero() {
		return "Their list has not been read yet."
	}
	text := format.Count(float64(r.Count)) + " in the list of " + minuteUTC(r.At) + "; read every " + format.Duration(r.Every)
	if c, err := pool.CadenceOf(facts, r.Count); err == nil && c.Pages > 1 {
		text += "; " + facts.Title + " gives them in " + countOf(c.Pages, "answer")
	}
	return text + "."
}
