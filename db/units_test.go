package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/ai"
	"switchyard/econ/finance"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

var (
	march1 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	march2 = march1.AddDate(0, 0, 1)
)

func actor(role access.Role) access.Actor {
	return access.Actor{ID: 7, Name: "Somebody", Role: role, Address: "192.0.2.1", Request: "R1"}
}

func rate(t testing.TB, text string) units.Rate {
	t.Helper()
	r, err := units.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func site(t testing.TB, name, mw string) mining.SiteRecord {
	return mining.SiteRecord{
		Name: name, Place: "Somewhere", TimeZone: "America/Chicago", Interconnect: rate(t, mw), PUE: rate(t, "1.04"),
		Version: record.Version{ValidFrom: march1},
	}
}

func TestAnEditAddsAVersionAndTheOldOneIsStillKnownThen(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx, s := t.Context(), d.As(access.Mining)
	id, err := s.InsertSite(ctx, actor(access.Mining), site(t, "North", "74.5"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Site(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if first.Interconnect.String() != "74.5" || first.Who != "Somebody" || !first.ValidFrom.Equal(march1) {
		t.Errorf("stored as %+v", first)
	}
	edit := first
	edit.Interconnect = rate(t, "80")
	if err := s.UpdateSite(ctx, actor(access.Mining), edit, []string{"interconnect_mw"}); err != nil {
		t.Fatal(err)
	}
	// A second editor has read the first version still.
	late := first
	late.Name = "South"
	if err := s.UpdateSite(ctx, actor(access.Mining), late, []string{"name"}); !errors.Is(err, db.ErrChanged) {
		t.Errorf("an edit of an old version: %v, want ErrChanged", err)
	}
	versions, err := s.SiteVersions(ctx, id)
	if err != nil || len(versions) != 2 {
		t.Fatalf("versions: %v, %v", versions, err)
	}
	if versions[0].Interconnect.String() != "80" || !versions[1].KnownTo.Equal(versions[0].KnownFrom) {
		t.Errorf("the versions do not follow one another: %+v", versions)
	}
	then, err := s.Sites(ctx, versions[0].KnownFrom.Add(-time.Microsecond))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]mining.SiteRecord{versions[1]}, then); diff != "" {
		t.Errorf("as known before the edit (-want +got):\n%s", diff)
	}
	if _, err := s.InsertSite(ctx, actor(access.Mining), site(t, "NORTH", "5")); !errors.Is(err, db.ErrTaken) {
		t.Errorf("a name that is there: %v, want ErrTaken", err)
	}
	if _, err := s.Site(ctx, 99); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a site that is not there: %v, want ErrNotFound", err)
	}
}

func TestTwoEditorsAtOnceOneIsTold(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx, s := t.Context(), d.As(access.Business)
	id, err := s.InsertCustomer(ctx, actor(access.Business), ai.Customer{Name: "Acme", Country: "US", Segment: ai.Lab, Version: record.Version{ValidFrom: march1}})
	if err != nil {
		t.Fatal(err)
	}
	read, err := s.Customer(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 2)
	for _, note := range []string{"one", "two"} {
		go func() {
			edit := read
			edit.Note = note
			results <- s.UpdateCustomer(ctx, actor(access.Business), edit, []string{"note"})
		}()
	}
	a, b := <-results, <-results
	if (a == nil) == (b == nil) || !errors.Is(errors.Join(a, b), db.ErrChanged) {
		t.Errorf("got %v and %v, want one ErrChanged", a, b)
	}
	if versions, err := s.CustomerVersions(ctx, id); err != nil || len(versions) != 2 {
		t.Errorf("%d versions (%v), want 2", len(versions), err)
	}
}

func TestBalancesAreExactAndRestated(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx, s, by := t.Context(), d.As(access.Finance), actor(access.Finance)
	account := func(name string, kind finance.Kind, restricted bool) int64 {
		id, err := s.InsertAccount(ctx, by, finance.Account{Name: name, Kind: kind, Institution: "Bank", Restricted: restricted, Version: record.Version{ValidFrom: march1}})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	cash, coins, empty := account("Operating", finance.Cash, false), account("Vault", finance.Bitcoin, false), account("New", finance.Cash, true)
	usd := units.Cents(123_456_789_012_34)
	for _, b := range []finance.Balance{
		{Account: cash, AsOf: march1, USD: units.Cents(1)}, {Account: cash, AsOf: march2, USD: units.Cents(2)},
		{Account: cash, AsOf: march2, USD: usd}, {Account: coins, AsOf: march1, Sats: 2_099_999_997_690_000},
	} {
		if err := s.SetBalance(ctx, by, b); err != nil {
			t.Fatal(err)
		}
	}
	holdings, err := d.As(access.Executive).Holdings(ctx, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]*finance.Balance{}
	for _, h := range holdings {
		got[h.Account.ID] = h.Balance
	}
	if got[cash] == nil || !got[cash].USD.Equal(usd) || !got[cash].AsOf.Equal(march2) {
		t.Errorf("cash: got %+v, want %s of %s", got[cash], usd, march2)
	}
	if got[coins] == nil || got[coins].Sats != 2_099_999_997_690_000 {
		t.Errorf("bitcoin: got %+v", got[coins])
	}
	if b, there := got[empty]; !there || b != nil {
		t.Errorf("an account without a balance has %+v", b)
	}
	if list, err := s.Balances(ctx, cash, 10); err != nil || len(list) != 2 {
		t.Errorf("known balances: %v, %v, want one a day", list, err)
	}
	if err := s.SetBalance(ctx, by, finance.Balance{Account: 99, AsOf: march1}); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a balance of no account: %v, want ErrNotFound", err)
	}
}

func TestHeadlinesAreHeardByThoseTheTableNames(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx := t.Context()
	if _, err := d.As(access.Mining).InsertSite(ctx, actor(access.Mining), site(t, "North", "74.5")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.As(access.Mining).InsertSite(ctx, actor(access.Mining), site(t, "East", "25.5")); err != nil {
		t.Fatal(err)
	}
	for _, role := range append(access.Roles(), access.Share) {
		list, err := d.As(role).Headlines(ctx)
		hears := false
		for _, room := range access.Rooms() {
			hears = hears || access.Can(role, room, access.Headline)
		}
		if hears != (err == nil) {
			t.Errorf("%s: hears something: %v, error: %v", role, hears, err)
			continue
		}
		rooms := map[access.Room]bool{}
		for _, h := range list {
			rooms[h.Room] = true
			switch h.Measure {
			case "interconnect_mw":
				if h.Value == nil || !h.Value.Equal(decimal.NewFromInt(100)) || h.At.IsZero() {
					t.Errorf("%s: interconnect is %v", role, h.Value)
				}
			case "customers":
				if h.Value == nil || !h.Value.IsZero() || !h.At.IsZero() {
					t.Errorf("%s: customers are %v at %v", role, h.Value, h.At)
				}
			}
		}
		for _, room := range []access.Room{access.RoomMining, access.RoomAI} { // finance has no account, so no line
			if want := access.Can(role, room, access.Headline); rooms[room] != want && err == nil {
				t.Errorf("%s hears %s: got %v, want %v", role, room, rooms[room], want)
			}
		}
	}
}

// A write of a unit's table by anybody else fails in Postgres, whatever Go says.
func TestPostgresRefusesTheOtherUnit(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx := t.Context()
	for _, role := range append(access.Roles(), access.Share) {
		for room, try := range map[access.Room]struct{ read, write func(*db.Store) error }{
			access.RoomMining: {
				func(s *db.Store) error { _, err := s.Sites(ctx, time.Time{}); return err },
				func(s *db.Store) error {
					_, err := s.InsertSite(ctx, actor(role), site(t, string(role), "1"))
					return err
				},
			},
			access.RoomAI: {
				func(s *db.Store) error { _, err := s.Customers(ctx, time.Time{}); return err },
				func(s *db.Store) error {
					_, err := s.InsertCustomer(ctx, actor(role), ai.Customer{Name: string(role), Country: "US", Segment: ai.Lab, Version: record.Version{ValidFrom: march1}})
					return err
				},
			},
			access.RoomFinance: {
				func(s *db.Store) error { _, err := s.Holdings(ctx, time.Time{}); return err },
				func(s *db.Store) error {
					_, err := s.InsertAccount(ctx, actor(role), finance.Account{Name: string(role), Kind: finance.Cash, Version: record.Version{ValidFrom: march1}})
					return err
				},
			},
		} {
			for action, do := range map[access.Action]func(*db.Store) error{access.Read: try.read, access.Write: try.write} {
				err := do(d.As(role))
				if want := access.Can(role, room, action); (err == nil) != want {
					t.Errorf("%s may %s %s: the table says %v, Postgres says %v", role, action, room, want, err)
				}
			}
		}
	}
}

func TestAWriteIsAuditedInItsTransaction(t *testing.T) {
	d, _ := dbtest.New(t)
	ctx, s := t.Context(), d.As(access.Mining)
	id, err := s.InsertSite(ctx, actor(access.Mining), site(t, "North", "74.5"))
	if err != nil {
		t.Fatal(err)
	}
	// This one fails after its first statement, and leaves no line.
	if _, err := s.InsertSite(ctx, actor(access.Mining), site(t, "north", "1")); err == nil {
		t.Fatal("a second site of the same name")
	}
	log, err := d.As(access.Admin).Audit(ctx, db.AuditFilter{Limit: 10})
	if err != nil || len(log) != 1 {
		t.Fatalf("log: %v, %v", log, err)
	}
	e := log[0]
	if e.PGRole != "switchyard_mining" || e.Actor != actor(access.Mining) || e.Room != access.RoomMining || e.Action != "add site" ||
		!strings.HasSuffix(e.Object, "1") || len(e.Fields) != 6 || id != 1 {
		t.Errorf("entry: %+v", e)
	}
	for _, f := range []db.AuditFilter{{Actor: "some"}, {Room: access.RoomMining}, {Action: "add"}, {From: e.At}, {To: e.At.Add(time.Second)}, {Before: e.ID + 1}} {
		f.Limit = 10
		if got, err := d.As(access.Admin).Audit(ctx, f); err != nil || len(got) != 1 {
			t.Errorf("filter %+v finds %d (%v)", f, len(got), err)
		}
	}
	for _, f := range []db.AuditFilter{{Actor: "x"}, {Room: access.RoomAI}, {Action: "edit"}, {From: e.At.Add(time.Second)}, {To: e.At}, {Before: e.ID}} {
		f.Limit = 10
		if got, err := d.As(access.Admin).Audit(ctx, f); err != nil || len(got) != 0 {
			t.Errorf("filter %+v finds %d (%v)", f, len(got), err)
		}
	}
}

func TestNoRoleChangesTheAuditLog(t *testing.T) {
	d, cfg := dbtest.New(t)
	if err := d.Auth().Record(t.Context(), []access.Entry{{At: march1, Actor: actor(access.Admin), Action: "look"}}); err != nil {
		t.Fatal(err)
	}
	for _, role := range grantRoles {
		conn := connectAs(t, cfg, "switchyard_"+role)
		for _, sql := range []string{
			`UPDATE core.audit SET actor = 'x'`, `DELETE FROM core.audit`, `TRUNCATE core.audit`,
			`UPDATE core.audit_seal SET hash = hash`, `DELETE FROM core.audit_seal`,
			`INSERT INTO core.audit (at, pg_role, actor_id, actor, role, room, action, object, fields, address, request) VALUES (now(), 'x', 0, '', '', '', 'x', '', '{}', '', '')`,
		} {
			if _, err := conn.Exec(context.WithoutCancel(t.Context()), sql); err == nil {
				t.Errorf("%s may %s", role, sql)
			}
		}
	}
}

func TestTheAuditLogTamperedWithIsNamed(t *testing.T) {
	d, cfg := dbtest.New(t)
	ctx := t.Context()
	var entries []access.Entry
	for i := range 12 {
		entries = append(entries, access.Entry{At: march1.Add(time.Duration(i) * time.Second), Actor: actor(access.Admin), Action: "look", Object: string(rune('a' + i))})
	}
	if err := d.Auth().Record(ctx, entries); err != nil {
		t.Fatal(err)
	}
	for want := range 3 { // in steps, as the job does
		head, n, err := d.Jobs().SealAudit(ctx, 4)
		if err != nil || n != 4 || head.Ordinal != int64(4*want+4) {
			t.Fatalf("sealed %d up to %d: %v", n, head.Ordinal, err)
		}
	}
	if _, n, err := d.Jobs().SealAudit(ctx, 4); n != 0 || err != nil {
		t.Errorf("sealed %d twice (%v)", n, err)
	}
	findings := func() string {
		t.Helper()
		r, err := d.Jobs().VerifyAudit(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, f := range r.Findings {
			words = append(words, f.String())
		}
		return strings.Join(words, "; ")
	}
	if got := findings(); got != "" {
		t.Fatalf("untouched: %s", got)
	}
	super := connect(t, cfg.URL)
	exec(t, super, `UPDATE core.audit SET actor = 'Nobody' WHERE id = 2`)
	exec(t, super, `DELETE FROM core.audit WHERE id = 5`)
	exec(t, super, `UPDATE core.audit a SET object = b.object, at = b.at FROM core.audit b WHERE (a.id, b.id) IN ((7, 9), (9, 7))`)
	want := "entry 5, sealed as 5: deleted; entry 2, sealed as 2: altered; entry 7, sealed as 7: swapped with entry 9; entry 9, sealed as 9: swapped with entry 7"
	if got := findings(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
