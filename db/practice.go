package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

const (
	topicPractice = "mining.practice"
	practiceID    = 1 // there is one
)

type practiceRow struct {
	ID              int64
	PoolFeePct      decimal.Decimal
	UptimePct       decimal.Decimal
	OtherUSDPerMWh  decimal.Decimal `db:"other_usd_per_mwh"`
	StartUSDPerMW   decimal.Decimal `db:"start_usd_per_mw"`
	StopUSDPerMW    decimal.Decimal `db:"stop_usd_per_mw"`
	MinimumOffHours int
	versionRow
}

func (r practiceRow) practice() mining.Practice {
	return mining.Practice{
		ID: r.ID, PoolFee: units.RoundRate(r.PoolFeePct), Uptime: units.RoundRate(r.UptimePct), OtherUSDPerMWh: units.RoundRate(r.OtherUSDPerMWh),
		StartUSDPerMW: units.RoundRate(r.StartUSDPerMW), StopUSDPerMW: units.RoundRate(r.StopUSDPerMW), MinimumOffHours: r.MinimumOffHours, Version: r.version(),
	}
}

const (
	practiceColumns = `id, pool_fee_pct, uptime_pct, other_usd_per_mwh, start_usd_per_mw, stop_usd_per_mw, minimum_off_hours, valid_from, known_from, known_to, who`
	sqlPractice     = `SELECT ` + practiceColumns + ` FROM mining.practice
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1)`
	sqlPracticeVersions = `SELECT ` + practiceColumns + ` FROM mining.practice WHERE id = $1 ORDER BY known_from DESC`
	sqlInsertPractice   = `INSERT INTO mining.practice (` + practiceColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10)`
	sqlClosePractice    = `UPDATE mining.practice SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
)

// Practice is how machines were run as known at a moment, the zero time is now;
// the default, whose id is 0, until somebody has typed one.
func (s *Store) Practice(ctx context.Context, known time.Time) (mining.Practice, error) {
	r, err := onlyRow[practiceRow](s.q.Query(ctx, sqlPractice, s.asKnown(known)))
	if errors.Is(err, pgx.ErrNoRows) {
		return mining.DefaultPractice(), nil
	}
	return r.practice(), wrap(err, "read the practice")
}

// PracticeVersions are all versions of the practice, the newest first.
func (s *Store) PracticeVersions(ctx context.Context, id int64) ([]mining.Practice, error) {
	rows, err := allRows[practiceRow](s.q.Query(ctx, sqlPracticeVersions, id))
	if err != nil {
		return nil, wrap(err, "read the versions of the practice")
	}
	list := make([]mining.Practice, len(rows))
	for i, r := range rows {
		list[i] = r.practice()
	}
	return list, nil
}

// SetPractice writes the first version of the practice, or the next one like
// UpdateSite: ErrTaken or ErrChanged if another has come.
func (s *Store) SetPractice(ctx context.Context, by access.Actor, v mining.Practice, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if v.ID != 0 {
			if err := s.closeVersion(ctx, sqlClosePractice, v.ID, v.KnownFrom); err != nil {
				return wrap(err, "edit the practice")
			}
		}
		_, err := s.q.Exec(ctx, sqlInsertPractice, practiceID, v.PoolFee.Decimal(), v.Uptime.Decimal(), v.OtherUSDPerMWh.Decimal(),
			v.StartUSDPerMW.Decimal(), v.StopUSDPerMW.Decimal(), v.MinimumOffHours, v.ValidFrom, s.now(), by.Name)
		if err != nil {
			return taken(err, "write the practice")
		}
		if err := s.record(ctx, by, access.RoomMining, "edit practice", "practice", fields...); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicPractice: fmt.Sprint(practiceID)})
	})
}
