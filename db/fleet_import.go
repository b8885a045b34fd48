package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/table"
)

// Files that wait to be confirmed: how many are kept, and for how long.
const (
	maxDrafts = 20
	DraftLife = 24 * time.Hour
)

// ErrCrowded is returned where as many files wait to be confirmed as are kept.
var ErrCrowded = errors.New("too many files wait to be confirmed")

// Draft is a file that has been looked at and not confirmed yet.
type Draft struct {
	Hash []byte // SHA-256 of Body
	Name string
	Body []byte
	At   time.Time
}

// Import is a file whose units are in the register.
type Import struct {
	Hash                      []byte
	Name                      string
	Added, Changed, Unchanged int
	At                        time.Time
	Who                       string
}

const (
	sqlDropDrafts  = `DELETE FROM mining.import_draft WHERE at < $1`
	sqlCountDrafts = `SELECT count(*) FROM mining.import_draft WHERE hash <> $1`
	sqlKeepDraft   = `INSERT INTO mining.import_draft (hash, name, body, at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING`
	sqlDraft       = `SELECT hash, name, body, at FROM mining.import_draft WHERE hash = $1 AND at >= $2`
	sqlDropDraft   = `DELETE FROM mining.import_draft WHERE hash = $1`
	sqlImports     = `SELECT hash, name, added, changed, unchanged, at, who FROM mining.import ORDER BY at DESC LIMIT $1`
	sqlImport      = `SELECT hash, name, added, changed, unchanged, at, who FROM mining.import WHERE hash = $1`
	sqlAddImport   = `INSERT INTO mining.import (hash, name, added, changed, unchanged, at, who) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlUnitsNamed  = `SELECT ` + unitColumns + ` FROM mining.unit WHERE serial = ANY ($1)`
)

// KeepDraft stores a file between its preview and its confirmation, and forgets
// those that were never confirmed. It is ErrCrowded if too many wait.
func (s *Store) KeepDraft(ctx context.Context, d Draft) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.lockFleet(ctx); err != nil {
			return err
		}
		if _, err := s.q.Exec(ctx, sqlDropDrafts, s.now().Add(-DraftLife)); err != nil {
			return wrap(err, "forget old files")
		}
		var waiting int
		if err := s.q.QueryRow(ctx, sqlCountDrafts, d.Hash).Scan(&waiting); err != nil {
			return wrap(err, "count files")
		}
		if waiting >= maxDrafts {
			return wrap(ErrCrowded, "keep file %q", d.Name)
		}
		_, err := s.q.Exec(ctx, sqlKeepDraft, d.Hash, d.Name, d.Body, s.now())
		return wrap(err, "keep file %q", d.Name)
	})
}

// Draft is a file that waits to be confirmed; ErrNotFound if it never came or
// has expired.
func (s *Store) Draft(ctx context.Context, hash []byte) (Draft, error) {
	d, err := onlyRow[Draft](s.q.Query(ctx, sqlDraft, hash, s.now().Add(-DraftLife)))
	return d, wrap(err, "read the file %x", hash)
}

// Imports lists the files whose units are in the register, the newest first.
func (s *Store) Imports(ctx context.Context, limit int) ([]Import, error) {
	list, err := allRows[Import](s.q.Query(ctx, sqlImports, limit))
	return list, wrap(err, "list imports")
}

// Imported is the import of a file; ErrNotFound if it has not been imported.
func (s *Store) Imported(ctx context.Context, hash []byte) (Import, error) {
	i, err := onlyRow[Import](s.q.Query(ctx, sqlImport, hash))
	return i, wrap(err, "read the import of %x", hash)
}

// CheckUnits says what a table would do to the register as it is now, or which
// of its cells are wrong.
func (s *Store) CheckUnits(ctx context.Context, t table.Table) (plan fleet.Plan, problems []table.Problem, count int, err error) {
	known, err := s.knownUnits(ctx, t)
	if err != nil {
		return plan, nil, 0, err
	}
	plan, problems, count = fleet.Check(t, known)
	return plan, problems, count, nil
}

// knownUnits reads what a table is compared with.
func (s *Store) knownUnits(ctx context.Context, t table.Table) (fleet.Known, error) {
	k := fleet.Known{Classes: make(map[string]fleet.Named), Sites: make(map[string]fleet.Named), Units: make(map[string]fleet.Unit), Now: s.now().UTC().Truncate(time.Microsecond)}
	rows, err := allRows[unitRow](s.q.Query(ctx, sqlUnitsNamed, fleet.Serials(t)))
	if err != nil {
		return k, wrap(err, "read the units of a file")
	}
	for _, r := range rows {
		k.Units[r.Serial] = r.unit()
	}
	classes, err := s.MachineClasses(ctx, time.Time{})
	if err != nil {
		return k, err
	}
	for _, c := range classes {
		k.Classes[strings.ToLower(c.Name)] = fleet.Named{ID: c.ID, Name: c.Name}
	}
	sites, err := s.Sites(ctx, time.Time{})
	for _, site := range sites {
		k.Sites[strings.ToLower(site.Name)] = fleet.Named{ID: site.ID, Name: site.Name}
	}
	return k, err
}

// ErrBadCells is returned where a file that was sound has cells that are wrong
// now: somebody has changed the register since. Nothing has been written.
var ErrBadCells = errors.New("cells of the file are wrong")

// ImportUnits does what a table says, all of it or nothing, and forgets its
// draft. A file that has been imported before changes nothing: the import of
// that time is returned and repeat is true.
func (s *Store) ImportUnits(ctx context.Context, by access.Actor, hash []byte, name string, t table.Table) (done Import, repeat bool, err error) {
	err = s.write(ctx, func(s *Store) error {
		if err := s.lockFleet(ctx); err != nil {
			return err
		}
		done, err = s.Imported(ctx, hash)
		if err == nil {
			repeat = true
			return s.dropDraft(ctx, hash)
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		known, err := s.knownUnits(ctx, t)
		if err != nil {
			return err
		}
		plan, _, bad := fleet.Check(t, known)
		if bad > 0 {
			return wrap(ErrBadCells, "import %q: %d", name, bad)
		}
		done = Import{Hash: hash, Name: name, Added: len(plan.Add), Changed: len(plan.Change), Unchanged: plan.Unchanged, At: s.now(), Who: by.Name}
		if err := s.writePlan(ctx, by, plan, "imported from "+name); err != nil {
			return err
		}
		if _, err := s.q.Exec(ctx, sqlAddImport, hash, name, done.Added, done.Changed, done.Unchanged, done.At, done.Who); err != nil {
			return wrap(err, "import %q", name)
		}
		if err := s.dropDraft(ctx, hash); err != nil {
			return err
		}
		object := fmt.Sprintf("file %.12x: %d added, %d changed, %d unchanged", hash, done.Added, done.Changed, done.Unchanged)
		if err := s.record(ctx, by, access.RoomMining, "import units", object, fleet.Columns()...); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicFleet: "import"})
	})
	return done, repeat, err
}

func (s *Store) dropDraft(ctx context.Context, hash []byte) error {
	_, err := s.q.Exec(ctx, sqlDropDraft, hash)
	return wrap(err, "forget the file %x", hash)
}

// InsertUnits adds units that are new, with the first event of each and one
// line of audit. A serial number that is there already is ErrTaken.
func (s *Store) InsertUnits(ctx context.Context, by access.Actor, units []fleet.Unit, why string) error {
	if len(units) == 0 {
		return nil
	}
	return s.write(ctx, func(s *Store) error {
		if err := s.lockFleet(ctx); err != nil {
			return err
		}
		if err := s.writePlan(ctx, by, fleet.Plan{Add: units}, why); err != nil {
			return err
		}
		if err := s.record(ctx, by, access.RoomMining, "add units", fmt.Sprintf("%d units", len(units)), fleet.Columns()...); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicFleet: "units"})
	})
}

const (
	sqlUnitIDs = `SELECT nextval('mining.unit_id') FROM generate_series(1, $1)`
	// Every column of a unit that has changed, from parallel arrays.
	sqlChangeUnits = `
UPDATE mining.unit AS u
   SET mac = g.mac, class_id = g.class_id, site_id = g.site_id, building = g.building, aisle = g.aisle, rack = g.rack, slot = g.slot,
       address = g.address, state = g.state, since = g.since, note = g.note, known_from = $14, who = $15
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::text[])
       AS g(id, serial, mac, class_id, site_id, building, aisle, rack, slot, address, state, since, note)
 WHERE u.id = g.id AND u.serial = g.serial`
)

// writePlan adds and changes units, and writes an event for each new one and
// each that changed its state.
func (s *Store) writePlan(ctx context.Context, by access.Actor, plan fleet.Plan, why string) error {
	ids, err := s.newUnitIDs(ctx, len(plan.Add))
	if err != nil {
		return err
	}
	columns := []string{"id", "serial", "mac", "class_id", "site_id", "building", "aisle", "rack", "slot", "address", "state", "since", "note", "known_from", "who"}
	_, err = s.q.CopyFrom(ctx, pgx.Identifier{"mining", "unit"}, columns, pgx.CopyFromSlice(len(plan.Add), func(i int) ([]any, error) {
		u := plan.Add[i]
		return []any{ids[i], u.Serial, u.MAC, u.Class, u.Site, u.Building, u.Aisle, u.Rack, u.Slot, u.Address, string(u.State), u.Since, u.Note, s.now(), by.Name}, nil
	}))
	if err != nil {
		return taken(err, "add %d units", len(plan.Add))
	}
	if err := s.changeUnits(ctx, by, plan.Change); err != nil {
		return err
	}
	var events [][]any
	for i, u := range plan.Add {
		events = append(events, []any{ids[i], u.Since, "", string(u.State), why, s.now(), by.Name})
	}
	for _, c := range plan.Change {
		if c.Before.State != c.After.State {
			events = append(events, []any{c.After.ID, c.After.Since, string(c.Before.State), string(c.After.State), why, s.now(), by.Name})
		}
	}
	_, err = s.q.CopyFrom(ctx, pgx.Identifier{"mining", "unit_event"}, []string{"unit_id", "at", "before", "state", "why", "known_from", "who"}, pgx.CopyFromRows(events))
	return wrap(err, "write the life of %d units", len(events))
}

func (s *Store) newUnitIDs(ctx context.Context, n int) ([]int64, error) {
	rows, err := s.q.Query(ctx, sqlUnitIDs, n)
	if err != nil {
		return nil, wrap(err, "number units")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ids, wrap(err, "number units")
}

func (s *Store) changeUnits(ctx context.Context, by access.Actor, list []fleet.Change) error {
	if len(list) == 0 {
		return nil
	}
	var (
		ids, classes, sites                                                      []int64
		serials, macs, buildings, aisles, racks, slots, addresses, states, notes []string
		since                                                                    []time.Time
	)
	for _, c := range list {
		u := c.After
		ids, classes, sites = append(ids, u.ID), append(classes, u.Class), append(sites, u.Site)
		serials, macs, buildings, aisles = append(serials, u.Serial), append(macs, u.MAC), append(buildings, u.Building), append(aisles, u.Aisle)
		racks, slots, addresses, states = append(racks, u.Rack), append(slots, u.Slot), append(addresses, u.Address), append(states, string(u.State))
		notes, since = append(notes, u.Note), append(since, u.Since)
	}
	tag, err := s.q.Exec(ctx, sqlChangeUnits, ids, serials, macs, classes, sites, buildings, aisles, racks, slots, addresses, states, since, notes, s.now(), by.Name)
	if err == nil && tag.RowsAffected() != int64(len(list)) {
		err = ErrChanged
	}
	return wrap(err, "change %d units", len(list))
}
