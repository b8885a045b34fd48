package db

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// topicFleet changes with the classes and the units of the fleet.
const topicFleet = "mining.fleet"

type classRow struct {
	ID       int64
	Name     string
	Maker    string
	Cooling  string
	Source   string
	Modes    []string
	Hashrate []decimal.Decimal
	Power    []decimal.Decimal
	versionRow
}

func (r classRow) class() mining.ClassRecord {
	c := mining.ClassRecord{ID: r.ID, Name: r.Name, Maker: r.Maker, Cooling: r.Cooling, Source: r.Source, Version: r.version()}
	for i, name := range r.Modes {
		c.Modes = append(c.Modes, mining.ModeRecord{Name: name, Hashrate: units.RoundRate(r.Hashrate[i]), Power: units.RoundRate(r.Power[i])})
	}
	return c
}

const (
	// The nameplate comes first, as a class has it.
	classSelect = `
SELECT c.id, c.name, c.maker, c.cooling, c.source, c.valid_from, c.known_from, c.known_to, c.who, m.modes, m.hashrate, m.power
  FROM mining.machine_class c CROSS JOIN LATERAL (
       SELECT array_agg(name ORDER BY o) AS modes, array_agg(hashrate_ths ORDER BY o) AS hashrate, array_agg(power_w ORDER BY o) AS power
         FROM (SELECT *, array_position(ARRAY['nameplate', 'eco', 'overclock'], name) AS o FROM mining.machine_mode
                WHERE class_id = c.id AND known_from = c.known_from) AS listed) AS m`
	sqlClasses       = classSelect + ` WHERE c.known_from <= $1 AND (c.known_to IS NULL OR c.known_to > $1) ORDER BY lower(c.name)`
	sqlClass         = classSelect + ` WHERE c.id = $1 AND c.known_to IS NULL`
	sqlClassVersions = classSelect + ` WHERE c.id = $1 ORDER BY c.known_from DESC`
	sqlNewClass      = `SELECT nextval('mining.machine_class_id')`
	sqlInsertClass   = `
INSERT INTO mining.machine_class (id, name, maker, cooling, source, valid_from, known_from, who)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlInsertMode = `INSERT INTO mining.machine_mode (class_id, known_from, name, hashrate_ths, power_w) VALUES ($1, $2, $3, $4, $5)`
	sqlCloseClass = `UPDATE mining.machine_class SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
)

// MachineClasses lists the classes with their modes as they were known at a
// moment; the zero time is now.
func (s *Store) MachineClasses(ctx context.Context, known time.Time) ([]mining.ClassRecord, error) {
	rows, err := allRows[classRow](s.q.Query(ctx, sqlClasses, s.asKnown(known)))
	return classesOf(rows), wrap(err, "list machine classes")
}

// MachineClass is a class as it is known now; ErrNotFound if there is none of
// that id.
func (s *Store) MachineClass(ctx context.Context, id int64) (mining.ClassRecord, error) {
	r, err := onlyRow[classRow](s.q.Query(ctx, sqlClass, id))
	return r.class(), wrap(err, "read machine class %d", id)
}

// MachineClassVersions are all versions of a class, the newest first.
func (s *Store) MachineClassVersions(ctx context.Context, id int64) ([]mining.ClassRecord, error) {
	rows, err := allRows[classRow](s.q.Query(ctx, sqlClassVersions, id))
	return classesOf(rows), wrap(err, "read the versions of machine class %d", id)
}

func classesOf(rows []classRow) []mining.ClassRecord {
	list := make([]mining.ClassRecord, len(rows))
	for i, r := range rows {
		list[i] = r.class()
	}
	return list
}

// InsertMachineClass adds a class and returns its id. A name that is there
// already is ErrTaken.
func (s *Store) InsertMachineClass(ctx context.Context, by access.Actor, v mining.ClassRecord) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlNewClass).Scan(&id); err != nil {
			return wrap(err, "number a machine class")
		}
		v.ID = id
		return s.writeClass(ctx, by, v, "add machine class", "name", "maker", "cooling", "source", "modes", "valid_from")
	})
	return id, err
}

// UpdateMachineClass adds a version of a class. v.KnownFrom is that of the
// version its editor has read: if another has come since, it is ErrChanged and
// nothing is written. fields names what changed, for the audit log.
func (s *Store) UpdateMachineClass(ctx context.Context, by access.Actor, v mining.ClassRecord, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.closeVersion(ctx, sqlCloseClass, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit machine class %d", v.ID)
		}
		return s.writeClass(ctx, by, v, "edit machine class", fields...)
	})
}

func (s *Store) writeClass(ctx context.Context, by access.Actor, v mining.ClassRecord, action string, fields ...string) error {
	if err := v.Class().Validate(); err != nil {
		return wrap(err, "write machine class %d", v.ID)
	}
	if _, err := s.q.Exec(ctx, sqlInsertClass, v.ID, v.Name, v.Maker, v.Cooling, v.Source, v.ValidFrom, s.now(), by.Name); err != nil {
		return taken(err, "write machine class %d", v.ID)
	}
	for _, m := range v.Modes {
		if _, err := s.q.Exec(ctx, sqlInsertMode, v.ID, s.now(), m.Name, m.Hashrate.Decimal(), m.Power.Decimal()); err != nil {
			return wrap(err, "write mode %s of machine class %d", m.Name, v.ID)
		}
	}
	if err := s.record(ctx, by, access.RoomMining, action, fmt.Sprintf("machine class %d", v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicFleet: fmt.Sprint(v.ID)})
}
