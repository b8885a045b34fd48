package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

const topicMonth = "mining.month"

// ErrPublished is returned where a published month would become a draft again,
// or would be restated without a reason.
var ErrPublished = errors.New("a published month is restated with a reason, and stays published")

type monthRow struct {
	ID             int64
	ProducedSats   *int64
	SoldSats       *int64
	HeldSats       *int64
	RestrictedSats *int64
	ProceedsUSD    decimal.NullDecimal
	RevenueUSD     decimal.NullDecimal
	ChargesUSD     decimal.NullDecimal
	CreditsUSD     decimal.NullDecimal
	ResponseUSD    decimal.NullDecimal
	SiteUSD        decimal.NullDecimal
	DeployedEH     decimal.NullDecimal
	EnergisedEH    decimal.NullDecimal
	OperatingEH    decimal.NullDecimal
	FleetJPerTH    decimal.NullDecimal `db:"fleet_j_per_th"`
	DrawnMWh       decimal.NullDecimal `db:"drawn_mwh"`
	Published      bool
	Reason         string
	versionRow
}

func (r monthRow) month() mining.MonthRecord {
	return mining.MonthRecord{
		ID: r.ID, Produced: maybeSats(r.ProducedSats), Sold: maybeSats(r.SoldSats), Held: maybeSats(r.HeldSats), Restricted: maybeSats(r.RestrictedSats),
		NetProceeds: maybeUSD(r.ProceedsUSD), Revenue: maybeUSD(r.RevenueUSD), PowerCharges: maybeUSD(r.ChargesUSD),
		PowerCredits: maybeUSD(r.CreditsUSD), Response: maybeUSD(r.ResponseUSD), Site: maybeUSD(r.SiteUSD),
		DeployedEH: maybeRate(r.DeployedEH), EnergisedEH: maybeRate(r.EnergisedEH), OperatingEH: maybeRate(r.OperatingEH),
		FleetJPerTH: maybeRate(r.FleetJPerTH), DrawnMWh: maybeRate(r.DrawnMWh),
		Published: r.Published, Reason: r.Reason, Version: r.version(),
	}
}

// notTyped is why a column is empty.
const notTyped = "nobody has typed it"

func maybeSats(v *int64) mining.Maybe[units.Sats] {
	if v == nil {
		return mining.Unknown[units.Sats](notTyped)
	}
	return mining.Of(units.Sats(*v))
}

func maybeUSD(v decimal.NullDecimal) mining.Maybe[units.USD] {
	if !v.Valid {
		return mining.Unknown[units.USD](notTyped)
	}
	return mining.Of(units.RoundUSD(v.Decimal, units.HalfEven))
}

func maybeRate(v decimal.NullDecimal) mining.Maybe[units.Rate] {
	if !v.Valid {
		return mining.Unknown[units.Rate](notTyped)
	}
	return mining.Of(units.RoundRate(v.Decimal))
}

func satsParam(v units.Sats) int64           { return int64(v) }
func usdParam(v units.USD) decimal.Decimal   { return v.Decimal() }
func rateParam(v units.Rate) decimal.Decimal { return v.Decimal() }

const (
	monthColumns = `id, produced_sats, sold_sats, held_sats, restricted_sats, proceeds_usd, revenue_usd, charges_usd, credits_usd, response_usd, site_usd,
 deployed_eh, energised_eh, operating_eh, fleet_j_per_th, drawn_mwh, published, reason, valid_from, known_from, known_to, who`
	sqlMonths = `SELECT ` + monthColumns + ` FROM mining.month
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) ORDER BY id DESC`
	sqlMonth         = `SELECT ` + monthColumns + ` FROM mining.month WHERE id = $1 AND known_to IS NULL`
	sqlMonthVersions = `SELECT ` + monthColumns + ` FROM mining.month WHERE id = $1 ORDER BY known_from DESC`
	sqlInsertMonth   = `
INSERT INTO mining.month (` + monthColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, NULL, $21)`
	sqlCloseMonth = `UPDATE mining.month SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
)

// Months lists the months as they were known at a moment, the newest first; the
// zero time is now.
func (s *Store) Months(ctx context.Context, known time.Time) ([]mining.MonthRecord, error) {
	return s.months(ctx, "list months", sqlMonths, s.asKnown(known))
}

// MonthVersions are all versions of a month, the newest first.
func (s *Store) MonthVersions(ctx context.Context, id int64) ([]mining.MonthRecord, error) {
	return s.months(ctx, "read the versions of a month", sqlMonthVersions, id)
}

func (s *Store) months(ctx context.Context, what, sql string, args ...any) ([]mining.MonthRecord, error) {
	rows, err := allRows[monthRow](s.q.Query(ctx, sql, args...))
	if err != nil {
		return nil, wrap(err, "%s", what)
	}
	list := make([]mining.MonthRecord, len(rows))
	for i, r := range rows {
		list[i] = r.month()
	}
	return list, nil
}

// Month is a month as it is known now; ErrNotFound if there is none.
func (s *Store) Month(ctx context.Context, id int64) (mining.MonthRecord, error) {
	r, err := onlyRow[monthRow](s.q.Query(ctx, sqlMonth, id))
	return r.month(), wrap(err, "read month %d", id)
}

// InsertMonth adds a month and returns its id. One that is there already is
// ErrTaken.
func (s *Store) InsertMonth(ctx context.Context, by access.Actor, v mining.MonthRecord) (int64, error) {
	return v.ID, s.write(ctx, func(s *Store) error { return s.writeMonth(ctx, by, v, "add month", "figures", "published") })
}

// UpdateMonth adds a version of a month, like UpdateSite. One that is published
// stays so and needs a reason, or it is ErrPublished.
func (s *Store) UpdateMonth(ctx context.Context, by access.Actor, v mining.MonthRecord, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		before, err := s.Month(ctx, v.ID)
		if err != nil {
			return err
		}
		action := "edit month"
		if before.Published {
			if action = "restate month"; !v.Published || v.Reason == "" {
				return wrap(ErrPublished, "edit month %d", v.ID)
			}
		} else if v.Published {
			action = "publish month"
		}
		if err := s.closeVersion(ctx, sqlCloseMonth, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit month %d", v.ID)
		}
		return s.writeMonth(ctx, by, v, action, fields...)
	})
}

func (s *Store) writeMonth(ctx context.Context, by access.Actor, v mining.MonthRecord, action string, fields ...string) error {
	_, err := s.q.Exec(ctx, sqlInsertMonth, v.ID,
		nullable(v.Produced, satsParam), nullable(v.Sold, satsParam), nullable(v.Held, satsParam), nullable(v.Restricted, satsParam),
		nullable(v.NetProceeds, usdParam), nullable(v.Revenue, usdParam), nullable(v.PowerCharges, usdParam), nullable(v.PowerCredits, usdParam),
		nullable(v.Response, usdParam), nullable(v.Site, usdParam), nullable(v.DeployedEH, rateParam), nullable(v.EnergisedEH, rateParam),
		nullable(v.OperatingEH, rateParam), nullable(v.FleetJPerTH, rateParam), nullable(v.DrawnMWh, rateParam),
		v.Published, v.Reason, v.Begin(), s.now(), by.Name)
	if err != nil {
		return taken(err, "write month %d", v.ID)
	}
	if err := s.record(ctx, by, access.RoomMining, action, fmt.Sprintf("month %d", v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicMonth: fmt.Sprint(v.ID)})
}
