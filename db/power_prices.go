package db

import (
	"context"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

const (
	topicPowerPrice  = "mining.power_price"
	maxPriceSource   = 80     // characters, as the table checks
	pricesAStatement = 20_000 // of a file: each well within the limit of a statement
)

const (
	sqlWritePrices = `
WITH told AS (
    INSERT INTO mining.power_price AS p (point, product, begins_at, width_s, usd_per_mwh, source, known_at)
    SELECT x.point, $1, x.begins_at, x.width_s, x.usd, $2, $3
      FROM unnest($4::text[], $5::timestamptz[], $6::int[], $7::numeric[]) AS x(point, begins_at, width_s, usd)
     ORDER BY x.point, x.begins_at, x.width_s
    ON CONFLICT (point, product, begins_at, width_s) DO UPDATE
       SET usd_per_mwh = EXCLUDED.usd_per_mwh, source = EXCLUDED.source, known_at = EXCLUDED.known_at
     WHERE p.usd_per_mwh <> EXCLUDED.usd_per_mwh
    RETURNING (xmax = 0) AS added
)
SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM told`
	sqlPowerHours = `
SELECT product, date_trunc('hour', begins_at, 'UTC') AS hour, width_s, sum(usd_per_mwh)::float8 / count(*) AS mean, (count(*) * width_s)::int AS known
  FROM mining.power_price
 WHERE point = $1 AND begins_at >= $2 AND begins_at < $3
 GROUP BY 1, 2, 3 ORDER BY 2, 3`
	sqlFollowedPoints = `SELECT point FROM mining.followed_point ORDER BY point`
	sqlPowerSpans     = `
SELECT s.point, s.product, s.first, s.last, s.rows,
       (SELECT p.source FROM mining.power_price AS p WHERE p.point = s.point AND p.product = s.product ORDER BY p.begins_at DESC, p.width_s DESC LIMIT 1) AS source
  FROM (SELECT point, product, min(begins_at) AS first, max(begins_at + make_interval(secs => width_s)) AS last, count(*) AS rows
          FROM mining.power_price GROUP BY point, product) AS s
 ORDER BY s.point, s.product`
	sqlReadDocuments = `SELECT id FROM mining.power_document WHERE id = ANY ($1) AND points @> $2`
	sqlNoteDocument  = `
INSERT INTO mining.power_document (id, published_at, points, read_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET points = EXCLUDED.points, read_at = EXCLUDED.read_at`
	sqlForgetDocuments = `DELETE FROM mining.power_document WHERE published_at < $1`
)

// PowerDocument is a document of a power market that was read.
type PowerDocument struct {
	ID        string // the market's own, with the market before it
	Published time.Time
	Points    []string // that were looked for in it
}

// PowerSpan is what is stored of a point's prices.
type PowerSpan struct {
	Point       string
	Product     string
	First, Last time.Time // of the first price, and the end of the last
	Rows        int64
	Source      string // of the newest
}

// StorePowerDocument stores the prices of a document together with the note that
// it was read. It returns how many prices were new or corrected.
func (s *Store) StorePowerDocument(ctx context.Context, d PowerDocument, product market.PowerProduct, source string, prices []market.PowerPrice) (int64, error) {
	var added, changed int64
	err := s.write(ctx, func(s *Store) error {
		var err error
		if added, changed, err = s.writePrices(ctx, product, source, prices); err != nil {
			return err
		}
		if _, err = s.q.Exec(ctx, sqlNoteDocument, d.ID, d.Published, d.Points, s.now()); err != nil || added+changed == 0 {
			return wrap(err, "note the document %s", d.ID)
		}
		return s.publish(ctx, map[string]string{topicPowerPrice: prices[0].Point.String()})
	})
	return added + changed, err
}

// ImportPowerPrices stores the prices of a file that somebody has sent, all or
// none, and returns how many were new and how many took the place of another.
// The same file sent again changes nothing.
func (s *Store) ImportPowerPrices(ctx context.Context, by access.Actor, file string, prices map[market.PowerProduct][]market.PowerPrice) (added, changed int64, err error) {
	source := clip("file "+file, maxPriceSource)
	err = s.write(ctx, func(s *Store) error {
		told := make(map[string]string, 1)
		for _, product := range []market.PowerProduct{market.RealTimePower, market.DayAheadPower} {
			for part := range slices.Chunk(prices[product], pricesAStatement) {
				a, c, err := s.writePrices(ctx, product, source, part)
				if err != nil {
					return err
				}
				added, changed, told[topicPowerPrice] = added+a, changed+c, part[0].Point.String()
			}
		}
		if added+changed == 0 {
			return nil
		}
		if err := s.record(ctx, by, access.RoomMining, "import power prices", file, "point", "product", "begins_at", "price"); err != nil {
			return err
		}
		return s.publish(ctx, told)
	})
	if err != nil {
		return 0, 0, err
	}
	return added, changed, nil
}

// writePrices stores prices and returns how many were new and how many took the
// place of another. Who calls it publishes the topic.
func (s *Store) writePrices(ctx context.Context, product market.PowerProduct, source string, prices []market.PowerPrice) (added, changed int64, err error) {
	points, begins, widths, values := make([]string, len(prices)), make([]time.Time, len(prices)), make([]int32, len(prices)), make([]decimal.Decimal, len(prices))
	for i, p := range prices {
		points[i], begins[i], widths[i], values[i] = p.Point.String(), p.Start.UTC(), int32(p.Width/time.Second), p.USDPerMWh.Decimal() //nolint:gosec // at most an hour
	}
	err = s.q.QueryRow(ctx, sqlWritePrices, string(product), source, s.now(), points, begins, widths, values).Scan(&added, &changed)
	return added, changed, wrap(err, "store %d power prices", len(prices))
}

// ReadDocuments are those of ids that were read for all of points.
func (s *Store) ReadDocuments(ctx context.Context, ids, points []string) (map[string]bool, error) {
	list, err := allValues[string](s.q.Query(ctx, sqlReadDocuments, ids, points))
	if err != nil {
		return nil, wrap(err, "ask which of %d documents were read", len(ids))
	}
	read := make(map[string]bool, len(list))
	for _, id := range list {
		read[id] = true
	}
	return read, nil
}

// ForgetDocuments drops the notes of documents from before a moment, which no
// market lists any more.
func (s *Store) ForgetDocuments(ctx context.Context, before time.Time) error {
	_, err := s.q.Exec(ctx, sqlForgetDocuments, before)
	return wrap(err, "forget old documents")
}

// FollowedPoints are the points whose price a contract follows now.
func (s *Store) FollowedPoints(ctx context.Context) ([]string, error) {
	list, err := allValues[string](s.q.Query(ctx, sqlFollowedPoints))
	return list, wrap(err, "read which points contracts follow")
}

// PowerSpans say what prices are stored.
func (s *Store) PowerSpans(ctx context.Context) ([]PowerSpan, error) {
	list, err := allRows[PowerSpan](s.q.Query(ctx, sqlPowerSpans))
	return list, wrap(err, "read which power prices are stored")
}

// PowerHours are the hours from up to but without to of which a price at the
// point is known, ascending. Where prices of several widths are known of an
// hour, those count that tell most of it, and of them the finest.
func (s *Store) PowerHours(ctx context.Context, point string, from, to time.Time) ([]market.PowerHour, error) {
	type row struct {
		Product string
		Hour    time.Time
		WidthS  int32
		Mean    float64
		Known   int32
	}
	rows, err := allRows[row](s.q.Query(ctx, sqlPowerHours, point, from.UTC().Truncate(time.Hour), to.UTC()))
	if err != nil {
		return nil, wrap(err, "read the power prices of %s", point)
	}
	var hours []market.PowerHour
	for _, r := range rows {
		start := r.Hour.UTC()
		if len(hours) == 0 || !hours[len(hours)-1].Start.Equal(start) {
			hours = append(hours, market.PowerHour{Start: start})
		}
		h := &hours[len(hours)-1]
		part := &h.RealTime
		if market.PowerProduct(r.Product) == market.DayAheadPower {
			part = &h.DayAhead
		}
		if known := time.Duration(r.Known) * time.Second; known > part.Known { // the finest comes first
			*part = market.PowerHourPrice{USDPerMWh: r.Mean, Known: known}
		}
	}
	return slices.Clip(hours), nil
}
