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

const topicCurtailment = "mining.curtailment"

type curtailmentRow struct {
	ID, SiteID int64
	FromAt     time.Time
	ToAt       time.Time
	PowerMW    decimal.Decimal `db:"power_mw"`
	HashratePH decimal.Decimal `db:"hashrate_ph"`
	Cause      string
	Term       string
	Note       string
	versionRow
}

func (r curtailmentRow) curtailment() mining.CurtailmentRecord {
	return mining.CurtailmentRecord{
		ID: r.ID, SiteID: r.SiteID, From: r.FromAt.UTC(), To: r.ToAt.UTC(), Power: units.RoundRate(r.PowerMW), Hashrate: units.RoundRate(r.HashratePH),
		Cause: mining.CurtailmentCause(r.Cause), Term: r.Term, Note: r.Note, Version: r.version(),
	}
}

const (
	curtailmentColumns = `id, site_id, from_at, to_at, power_mw, hashrate_ph, cause, term, note, valid_from, known_from, known_to, who`
	sqlCurtailments    = `SELECT ` + curtailmentColumns + ` FROM mining.curtailment
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) AND to_at > $2 AND from_at < $3 ORDER BY from_at DESC, id DESC`
	sqlCurtailment         = `SELECT ` + curtailmentColumns + ` FROM mining.curtailment WHERE id = $1 AND known_to IS NULL`
	sqlCurtailmentVersions = `SELECT ` + curtailmentColumns + ` FROM mining.curtailment WHERE id = $1 ORDER BY known_from DESC`
	sqlNewCurtailment      = `SELECT nextval('mining.curtailment_id')`
	sqlInsertCurtailment   = `
INSERT INTO mining.curtailment (` + curtailmentColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, $12)`
	sqlCloseCurtailment = `UPDATE mining.curtailment SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
)

// Curtailments lists what the curtailment log holds of a span of time, as it was
// known at a moment, the newest first; the zero time is now.
func (s *Store) Curtailments(ctx context.Context, known, from, to time.Time) ([]mining.CurtailmentRecord, error) {
	return s.curtailments(ctx, "list curtailments", sqlCurtailments, s.asKnown(known), from, to)
}

// CurtailmentVersions are all versions of a line of the log, the newest first.
func (s *Store) CurtailmentVersions(ctx context.Context, id int64) ([]mining.CurtailmentRecord, error) {
	return s.curtailments(ctx, "read the versions of a curtailment", sqlCurtailmentVersions, id)
}

func (s *Store) curtailments(ctx context.Context, what, sql string, args ...any) ([]mining.CurtailmentRecord, error) {
	rows, err := allRows[curtailmentRow](s.q.Query(ctx, sql, args...))
	if err != nil {
		return nil, wrap(err, "%s", what)
	}
	list := make([]mining.CurtailmentRecord, len(rows))
	for i, r := range rows {
		list[i] = r.curtailment()
	}
	return list, nil
}

// Curtailment is a line of the log as it is known now; ErrNotFound if there is
// none.
func (s *Store) Curtailment(ctx context.Context, id int64) (mining.CurtailmentRecord, error) {
	r, err := onlyRow[curtailmentRow](s.q.Query(ctx, sqlCurtailment, id))
	return r.curtailment(), wrap(err, "read curtailment %d", id)
}

// InsertCurtailment adds a line to the log and returns its id.
func (s *Store) InsertCurtailment(ctx context.Context, by access.Actor, v mining.CurtailmentRecord) (int64, error) {
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlNewCurtailment).Scan(&v.ID); err != nil {
			return wrap(err, "number a curtailment")
		}
		return s.writeCurtailment(ctx, by, v, "log curtailment", "site", "from", "to", "power", "hashrate", "cause")
	})
	return v.ID, err
}

// UpdateCurtailment adds a version of a line, like UpdateSite.
func (s *Store) UpdateCurtailment(ctx context.Context, by access.Actor, v mining.CurtailmentRecord, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.closeVersion(ctx, sqlCloseCurtailment, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit curtailment %d", v.ID)
		}
		return s.writeCurtailment(ctx, by, v, "edit curtailment", fields...)
	})
}

func (s *Store) writeCurtailment(ctx context.Context, by access.Actor, v mining.CurtailmentRecord, action string, fields ...string) error {
	_, err := s.q.Exec(ctx, sqlInsertCurtailment, v.ID, v.SiteID, v.From, v.To, v.Power.Decimal(), v.Hashrate.Decimal(), string(v.Cause), v.Term, v.Note,
		v.ValidFrom, s.now(), by.Name)
	if err != nil {
		return wrap(err, "write curtailment %d", v.ID)
	}
	if err := s.record(ctx, by, access.RoomMining, action, fmt.Sprintf("curtailment %d", v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicCurtailment: fmt.Sprint(v.ID)})
}
