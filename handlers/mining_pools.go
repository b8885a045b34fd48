package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/ui"
)

// Topics of accounts at pools; each carries the id of an account.
const (
	topicPool        = "mining.pool"         // what is typed of it, and how it stands
	topicPoolWorkers = "mining.pool_workers" // a whole list of its workers was read
	topicPoolPay     = "mining.pool_pay"     // what was credited, paid, booked, remarked or closed
)

const poolsPath = "/mining/pools"

func poolPath(id int64) string { return poolsPath + "/" + strconv.FormatInt(id, 10) }

// poolAccounts is how an account at a pool is typed.
func poolAccounts() kind[pool.Account] {
	return kind[pool.Account]{
		noun: "pool account", list: poolsPath, home: poolsPath, room: access.RoomMining, unit: ui.Mining, topic: topicPool, back: "All pools",
		about: "An account at a mining pool: how it is paid, and how its workers are named. It is read once its key is typed.",
		taken: "There is an account of this name, or with the same name at the pool, already.",
		first: func(now time.Time) pool.Account {
			return pool.Account{
				Party: pool.Luxor, Scheme: pool.FPPS, Tolerance: units.RoundRate(decimal.New(1, 0)), Watched: true,
				Version: record.Version{ValidFrom: now},
			}
		},
		id:         func(v pool.Account) int64 { return v.ID },
		name:       func(v pool.Account) string { return v.Name },
		version:    func(v *pool.Account) *record.Version { return &v.Version },
		attributes: poolAttributes,
		sentence:   poolSentence,
		fill:       poolValues, parse: parsePool, controls: poolControls,
		load: (*db.Store).PoolAccount, versions: (*db.Store).PoolAccountVersions, insert: (*db.Store).InsertPoolAccount, update: (*db.Store).UpdatePoolAccount,
		more: poolMore,
	}
}

// poolFacts are those of the pool of an account; the zero value for a name that
// is no pool.
func poolFacts(v pool.Account) pool.Facts {
	f, _ := pool.FactsOf(v.Party)
	return f
}

func poolSentence(v pool.Account) ui.Sentence {
	s := ui.Sentence{}.Stress(poolFacts(v).Title).Say(" pays by ").Stress(string(v.Scheme)).Say(" less " + v.Fee.String() + "%")
	if v.Scheme == pool.PPSPlus {
		s = s.Say(" of the subsidy and " + v.FeesFee.String() + "% of transaction fees")
	}
	if !v.Watched {
		return s.Say("; it is not read.")
	}
	return s.Say(".")
}

func watchedWords(watched bool) string {
	if watched {
		return "yes"
	}
	return "no"
}

func poolAttributes(v pool.Account) []attribute {
	return []attribute{
		{"name", "Name", v.Name},
		{"party", "Pool", poolFacts(v).Title},
		{"account", accountLabel(v), v.Account},
		{"scheme", "Paid by", string(v.Scheme)},
		{"fee", "Fee", v.Fee.String() + "%"},
		{"fees_fee", "Fee on transaction fees", v.FeesFee.String() + "%"},
		{"tolerance", "Tolerance", v.Tolerance.String() + "%"},
		{"finder", "Finder of blocks", v.Finder},
		{"rules", "Names of workers", strings.Join(v.RuleLines(), "; ")},
		{"watched", "Read", watchedWords(v.Watched)},
		{"valid_from", "Holds since", dayText(v.ValidFrom)},
	}
}

// accountLabel is what the pool calls an account.
func accountLabel(v pool.Account) string {
	if f := poolFacts(v); f.Account != "" {
		return f.Account
	}
	return "Account at the pool"
}

func poolValues(v pool.Account) map[string]string {
	values := map[string]string{
		"name": v.Name, "party": string(v.Party), "account": v.Account, "scheme": string(v.Scheme), "fee": v.Fee.String(), "fees_fee": v.FeesFee.String(),
		"tolerance": v.Tolerance.String(), "finder": v.Finder, "rules": v.Rules, "valid_from": v.ValidFrom.Format(time.DateOnly),
	}
	if v.Watched {
		values["watched"] = "on"
	}
	return values
}

func parsePool(f *form, now time.Time, before pool.Account) pool.Account {
	v := pool.Account{
		ID: before.ID, Name: f.text("name", 80, false), Party: before.Party, Account: f.text("account", 120, false),
		Fee: f.rate("fee", "0", "100", "%"), Tolerance: f.rate("tolerance", "0", "50", "%"),
		Finder: f.text("finder", 80, true), Rules: f.text("rules", 2000, true), Watched: f.get("watched") == "on",
	}
	if before.ID == 0 {
		v.Party = pool.Party(f.choice("party", partyOptions()))
	}
	v.Scheme = pool.Scheme(f.choice("scheme", schemeOptions()))
	if facts := poolFacts(v); facts.Title != "" && !slices.Contains(facts.Schemes, v.Scheme) {
		f.fail("scheme", facts.Title+" pays by "+schemeWords(facts.Schemes)+".")
	}
	if f.get("fees_fee") != "" {
		v.FeesFee = f.rate("fees_fee", "0", "100", "%")
	}
	if v.Scheme != pool.PPSPlus && v.FeesFee.Sign() != 0 {
		f.fail("fees_fee", "Only PPS+ has a fee of its own on transaction fees. Leave it at 0.")
	}
	for i, line := range v.RuleLines() {
		if _, err := pool.ParseRule(line); err != nil {
			f.fail("rules", fmt.Sprintf("Rule %d, %q: %s", i+1, line, sentence(err)))
		}
	}
	v.ValidFrom = f.day("valid_from", now)
	return v
}

func schemeWords(list []pool.Scheme) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}

func partyOptions() []ui.Option {
	var list []ui.Option
	for _, f := range pool.Parties() {
		list = append(list, ui.Option{Value: string(f.Party), Label: f.Title + " (" + schemeWords(f.Schemes) + ")"})
	}
	return list
}

func schemeOptions() []ui.Option {
	var list []ui.Option
	for _, s := range []pool.Scheme{pool.FPPS, pool.PPSPlus, pool.PPLNS, pool.TIDES, pool.Solo} {
		list = append(list, ui.Option{Value: string(s), Label: string(s)})
	}
	return list
}

func poolControls(f *form, v pool.Account) []ui.Control {
	list := []ui.Control{f.control(ui.InputText, "name", "Name", "As people call it")}
	account := f.control(ui.InputText, "account", accountLabel(v), "As it is written at the pool")
	if v.ID == 0 { // what was credited belongs to the pool: another pool is another account
		party := f.control(ui.InputSelect, "party", "Pool", "It cannot be changed later")
		party.Options = partyOptions()
		list = append(list, party)
		account.Label, account.Hint = "Account at the pool", "Subaccount, user name or payout address, as the pool calls it"
	}
	scheme := f.control(ui.InputSelect, "scheme", "Paid by", "How the pool pays for shares")
	scheme.Options = schemeOptions()
	return append(list, account, scheme,
		decimalField(f.control(ui.InputText, "fee", "Fee, %", "What the pool keeps; under PPS+ of the subsidy")),
		optional(decimalField(f.control(ui.InputText, "fees_fee", "Fee on transaction fees, %", "PPS+ alone has it"))),
		decimalField(f.control(ui.InputText, "tolerance", "Tolerance, %", "A day's gap within it agrees")),
		optional(f.control(ui.InputText, "finder", "Finder of blocks", "The name under which the chain knows the pool's blocks, for luck and for pay by blocks")),
		optional(f.control(ui.InputArea, "rules", "Names of workers", "A rule a line, for example {building}-{rack}-{slot}, r{rack}s{slot} or {serial}")),
		f.control(ui.InputCheck, "watched", "Read this account", "Switched off, nothing is asked of the pool"),
		f.control(ui.InputDate, "valid_from", "Holds since", "The day, of the pool's calendar, from which this is so"),
	)
}

// poolMore adds how an account stands, and the form for its key.
func poolMore(p *page, v pool.Account, to *views.RecordPage) error {
	keys, err := p.s.PoolKeys(p.ctx)
	if err != nil {
		return err
	}
	readings, err := p.s.PoolReadings(p.ctx)
	if err != nil {
		return err
	}
	key, keyed := keys[v.ID]
	for _, l := range []views.Link{{Href: poolPath(v.ID) + "/payouts", Label: "Payouts"}, {Href: workersPath + "?account=" + strconv.FormatInt(v.ID, 10), Label: "Workers"}} {
		if path, _, _ := strings.Cut(l.Href, "?"); p.who.MayOpen(path) {
			to.Links = append(to.Links, l)
		}
	}
	to.More = p.poolStanding(v, key, keyed, readings[v.ID])
	if p.who.May(access.RoomMining, access.Write) {
		to.MoreForm = keyForm(v, keyed, newForm(nil))
	}
	return nil
}
