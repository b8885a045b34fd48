package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
)

// unitRow is a row of mining.unit.
type unitRow struct {
	ID        int64
	Serial    string
	MAC       string
	ClassID   int64
	SiteID    int64
	Building  string
	Aisle     string
	Rack      string
	Slot      string
	Address   string
	State     string
	Since     time.Time
	Note      string
	KnownFrom time.Time
	Who       string
}

func (r unitRow) unit() fleet.Unit {
	return fleet.Unit{
		ID: r.ID, Serial: r.Serial, MAC: r.MAC, Class: r.ClassID, Site: r.SiteID, Building: r.Building, Aisle: r.Aisle, Rack: r.Rack, Slot: r.Slot,
		Address: r.Address, State: mining.State(r.State), Since: r.Since.UTC(), Note: r.Note, At: r.KnownFrom.UTC(), Who: r.Who,
	}
}

// UnitFilter narrows the register and puts it in order. Zero fields narrow
// nothing.
type UnitFilter struct {
	Site     int64
	Building string
	Class    int64
	State    mining.State
	Search   string // beginning of a serial number, a MAC or an address; see fleet.Term
	Sort     UnitSort
	Down     bool   // the other way round
	After    string // serial of the unit after which the page begins
	Limit    int
}

// UnitSort is an order of the register.
type UnitSort string

// The orders. The zero value is by serial number.
const (
	BySerial UnitSort = ""
	ByPlace  UnitSort = "place"
	BySince  UnitSort = "since"
)

const (
	// In the order of unitRow, which is read by position: comparing names for each
	// row was a third of what a file of the whole register spends on reading.
	unitColumns = `id, serial, mac, class_id, site_id, building, aisle, rack, slot, address, state, since, note, known_from, who`
	// What is not asked for is folded away when the statement is planned, which
	// is for each question anew: see where.
	unitWhere = `
 WHERE ($1::bigint = 0 OR site_id = $1) AND ($2::text = '' OR building = $2) AND ($3::bigint = 0 OR class_id = $3) AND ($4::text = '' OR state = $4)
   AND ($5::text = '' OR serial >= $5 AND serial < $5 || '~') AND ($6::text = '' OR mac <> '' AND mac >= $6 AND mac < $6 || '~')
   AND ($7::text = '' OR address <> '' AND address >= $7 AND address < $7 || '~')`
	sqlUnitsWhere = `
SELECT ` + unitColumns + ` FROM mining.unit` + unitWhere
	sqlCountUnits = `SELECT count(*) FROM mining.unit` + unitWhere
	placeKey      = `(site_id, building, aisle, rack, slot, id)`
	sinceKey      = `(since, id)`

	sqlUnitsBySerial     = sqlUnitsWhere + ` AND ($8::text = '' OR serial > $8) ORDER BY serial LIMIT $9`
	sqlUnitsBySerialDown = sqlUnitsWhere + ` AND ($8::text = '' OR serial < $8) ORDER BY serial DESC LIMIT $9`
	sqlUnitsByPlace      = sqlUnitsWhere + ` AND ($8::text = '' OR ` + placeKey + ` > (SELECT site_id, building, aisle, rack, slot, id FROM mining.unit WHERE serial = $8))
 ORDER BY site_id, building, aisle, rack, slot, id LIMIT $9`
	sqlUnitsByPlaceDown = sqlUnitsWhere + ` AND ($8::text = '' OR ` + placeKey + ` < (SELECT site_id, building, aisle, rack, slot, id FROM mining.unit WHERE serial = $8))
 ORDER BY site_id DESC, building DESC, aisle DESC, rack DESC, slot DESC, id DESC LIMIT $9`
	sqlUnitsBySince     = sqlUnitsWhere + ` AND ($8::text = '' OR ` + sinceKey + ` > (SELECT since, id FROM mining.unit WHERE serial = $8)) ORDER BY since, id LIMIT $9`
	sqlUnitsBySinceDown = sqlUnitsWhere + ` AND ($8::text = '' OR ` + sinceKey + ` < (SELECT since, id FROM mining.unit WHERE serial = $8)) ORDER BY since DESC, id DESC LIMIT $9`
)

// order is the statement that reads the register in the order asked for.
func (f UnitFilter) order() string {
	switch {
	case f.Sort == ByPlace && f.Down:
		return sqlUnitsByPlaceDown
	case f.Sort == ByPlace:
		return sqlUnitsByPlace
	case f.Sort == BySince && f.Down:
		return sqlUnitsBySinceDown
	case f.Sort == BySince:
		return sqlUnitsBySince
	case f.Down:
		return sqlUnitsBySerialDown
	default:
		return sqlUnitsBySerial
	}
}

// Units is a page of the register. What a page costs does not depend on how far
// down it is: it begins behind a unit, not behind a number of them.
func (s *Store) Units(ctx context.Context, f UnitFilter) ([]fleet.Unit, error) {
	rows, err := s.q.Query(ctx, f.order(), append(f.where(), f.After, f.Limit)...)
	if err != nil {
		return nil, wrap(err, "list units")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (fleet.Unit, error) {
		r, err := pgx.RowToStructByPos[unitRow](row)
		return r.unit(), err
	})
	return list, wrap(err, "list units")
}

// CountUnits is how many units pass the filter, wherever a page begins and
// however long it is.
func (s *Store) CountUnits(ctx context.Context, f UnitFilter) (int, error) {
	rows, err := s.q.Query(ctx, sqlCountUnits, f.where()...)
	if err != nil {
		return 0, wrap(err, "count units")
	}
	n, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
	return n, wrap(err, "count units")
}

// where are the arguments of unitWhere. The statement is planned with what is
// asked for, not once for all: a filter of ten units and one of a hundred
// thousand go by different indexes.
func (f UnitFilter) where() []any {
	term := map[string]string{}
	if f.Search != "" {
		column, prefix := fleet.Term(f.Search)
		term[column] = prefix
	}
	return []any{pgx.QueryExecModeCacheDescribe, f.Site, f.Building, f.Class, string(f.State), term[fleet.BySerial], term[fleet.ByMAC], term[fleet.ByAddress]}
}

const (
	sqlUnit       = `SELECT ` + unitColumns + ` FROM mining.unit WHERE serial = $1`
	sqlUnitEvents = `SELECT at, before, state, why, known_from, who FROM mining.unit_event WHERE unit_id = $1 ORDER BY id DESC LIMIT $2`
	sqlMoveUnit   = `UPDATE mining.unit SET state = $2, since = $3, known_from = $4, who = $5 WHERE id = $1`
	sqlEvent      = `INSERT INTO mining.unit_event (unit_id, at, before, state, why, known_from, who) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// Unit is the unit of a serial number; ErrNotFound if there is none.
func (s *Store) Unit(ctx context.Context, serial string) (fleet.Unit, error) {
	r, err := onlyRow[unitRow](s.q.Query(ctx, sqlUnit, serial))
	return r.unit(), wrap(err, "read unit %s", serial)
}

type eventRow struct {
	At        time.Time
	Before    string
	State     string
	Why       string
	KnownFrom time.Time
	Who       string
}

// UnitEvents is the life of a unit, the newest first.
func (s *Store) UnitEvents(ctx context.Context, unit int64, limit int) ([]fleet.Event, error) {
	rows, err := allRows[eventRow](s.q.Query(ctx, sqlUnitEvents, unit, limit))
	if err != nil {
		return nil, wrap(err, "read the life of unit %d", unit)
	}
	list := make([]fleet.Event, len(rows))
	for i, r := range rows {
		list[i] = fleet.Event{At: r.At.UTC(), Before: mining.State(r.Before), State: mining.State(r.State), Why: r.Why, Known: r.KnownFrom.UTC(), Who: r.Who}
	}
	return list, nil
}

// MoveUnit takes a unit from the state its reader has seen to the next, from the
// moment at on. It is ErrChanged if the unit has moved since, and a MoveError
// if the state may not follow.
func (s *Store) MoveUnit(ctx context.Context, by access.Actor, serial string, seen, next mining.State, at time.Time, why string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.lockFleet(ctx); err != nil {
			return err
		}
		r, err := onlyRow[unitRow](s.q.Query(ctx, sqlUnit, serial))
		if err != nil {
			return wrap(err, "move unit %s", serial)
		}
		u := r.unit()
		if u.State != seen {
			return wrap(ErrChanged, "move unit %s", serial)
		}
		moved, err := u.Move(next, at, s.now())
		if err != nil {
			return &MoveError{err}
		}
		if _, err := s.q.Exec(ctx, sqlMoveUnit, u.ID, string(moved.State), moved.Since, s.now(), by.Name); err != nil {
			return wrap(err, "move unit %s", serial)
		}
		if _, err := s.q.Exec(ctx, sqlEvent, u.ID, at, string(u.State), string(next), why, s.now(), by.Name); err != nil {
			return wrap(err, "write the life of unit %s", serial)
		}
		if err := s.record(ctx, by, access.RoomMining, "move unit", "unit "+serial, "state", "since"); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicFleet: serial})
	})
}

// sqlLockFleet lets one transaction write units at a time: the next waits and
// then sees what the first did.
const sqlLockFleet = `SELECT pg_advisory_xact_lock(hashtextextended('mining.unit', 0))`

func (s *Store) lockFleet(ctx context.Context) error {
	_, err := s.q.Exec(ctx, sqlLockFleet)
	return wrap(err, "wait to write the fleet")
}

// MoveError says why a unit cannot go into a state, for the person who asked.
type MoveError struct{ Reason error }

func (e *MoveError) Error() string { return fmt.Sprintf("move a unit: %v", e.Reason) }

// Unwrap is the reason.
func (e *MoveError) Unwrap() error { return e.Reason }

type unitCountRow struct {
	SiteID   int64
	Building string
	ClassID  int64
	State    string
	N        int64
}

const sqlUnitCounts = `SELECT site_id, building, class_id, state, n FROM mining.unit_count WHERE n > 0 ORDER BY 1, 2, 3, 4`

// Register is how many units there are by site, building, class and state, with
// the classes and sites as they are known now.
func (s *Store) Register(ctx context.Context) (fleet.Register, error) {
	reg := fleet.Register{Classes: make(map[int64]mining.MachineClass), Sites: make(map[int64]mining.SiteRecord)}
	rows, err := allRows[unitCountRow](s.q.Query(ctx, sqlUnitCounts))
	if err != nil {
		return reg, wrap(err, "count units")
	}
	for _, r := range rows {
		reg.Counts = append(reg.Counts, fleet.Count{Site: r.SiteID, Building: r.Building, Class: r.ClassID, State: mining.State(r.State), N: int(r.N)})
	}
	classes, err := s.MachineClasses(ctx, time.Time{})
	if err != nil {
		return reg, err
	}
	for _, c := range classes {
		reg.Classes[c.ID] = c.Class()
	}
	sites, err := s.Sites(ctx, time.Time{})
	for _, site := range sites {
		reg.Sites[site.ID] = site
	}
	return reg, err
}

// Groups are the energised machines that are switched together, for the merit
// order (M10): see fleet.Register.Groups for what the caller fills in.
func (s *Store) Groups(ctx context.Context) ([]mining.Group, error) {
	reg, err := s.Register(ctx)
	return reg.Groups(), err
}
