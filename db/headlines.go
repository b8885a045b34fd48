package db

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/access"
)

// Headline is a figure a unit tells those the permission table names. Value is
// nil where the unit has nothing to add up.
type Headline struct {
	Room    access.Room
	Measure string // sites, interconnect_mw, customers, cash_usd, bitcoin_sats
	Value   *decimal.Decimal
	At      time.Time // when it last changed; zero: never
}

type headlineRow struct {
	Unit    string
	Measure string
	Value   decimal.NullDecimal
	At      *time.Time
}

const sqlHeadlines = `SELECT unit, measure, value, at FROM fork.headline ORDER BY unit, measure`

// Headlines are the figures the present role may hear.
func (s *Store) Headlines(ctx context.Context) ([]Headline, error) {
	rows, err := allRows[headlineRow](s.q.Query(ctx, sqlHeadlines))
	if err != nil {
		return nil, wrap(err, "read the headlines")
	}
	list := make([]Headline, len(rows))
	for i, r := range rows {
		list[i] = Headline{Room: access.Room(r.Unit), Measure: r.Measure, At: orZero(r.At)}
		if r.Value.Valid {
			list[i].Value = &r.Value.Decimal
		}
	}
	return list, nil
}
