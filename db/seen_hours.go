package db

import (
	"context"
	"time"

	"switchyard/econ/mining"
)

// The hours of a period: of each class at each site, and of each class on each
// day. The first step turns what was seen into columns, so that the second has a
// row a day to count.
const sqlSeenHours = `
WITH place_day AS (
	SELECT day, site_id, class_id, sum(hours) AS hours, sum(hash_hours) AS hash_hours,
	       sum(hours) FILTER (WHERE seen = 'hashing') AS hashing, sum(hours) FILTER (WHERE seen = 'idle') AS idle,
	       sum(hours) FILTER (WHERE seen = 'silent') AS silent, sum(hours) FILTER (WHERE seen = 'curtailed') AS curtailed,
	       sum(hours) FILTER (WHERE seen = 'repair') AS repair, sum(hours) FILTER (WHERE seen = 'unseen') AS unseen
	  FROM mining.seen_hours WHERE day >= $1::date AND day < $2::date
	 GROUP BY day, site_id, class_id
)
SELECT day, coalesce(site_id, 0) AS site_id, class_id, sum(hash_hours) AS hash_hours,
       count(*) FILTER (WHERE day < $3::date) AS whole, coalesce(sum(hours) FILTER (WHERE day < $3::date), 0) AS whole_hours,
       coalesce(sum(hashing), 0) AS hashing, coalesce(sum(idle), 0) AS idle, coalesce(sum(silent), 0) AS silent,
       coalesce(sum(curtailed), 0) AS curtailed, coalesce(sum(repair), 0) AS repair, coalesce(sum(unseen), 0) AS unseen
  FROM place_day GROUP BY GROUPING SETS ((site_id, class_id), (day, class_id))
 ORDER BY place_day.day, place_day.site_id, class_id`

type seenHoursRow struct {
	Day             *time.Time // nil: the whole period at a site
	SiteID, ClassID int64
	Whole           int

	WholeHours, HashHours, Hashing, Idle, Silent, Curtailed, Repair, Unseen float64
}

func (r seenHoursRow) hours() mining.SeenHours {
	h := mining.SeenHours{Hours: make(map[mining.Observed]float64), HashHours: r.HashHours}
	for seen, hours := range map[mining.Observed]float64{
		mining.SeenHashing: r.Hashing, mining.SeenIdle: r.Idle, mining.SeenSilent: r.Silent,
		mining.SeenCurtailed: r.Curtailed, mining.SeenRepair: r.Repair, mining.SeenNothing: r.Unseen,
	} {
		if hours > 0 {
			h.Hours[seen] = hours
		}
	}
	return h
}

// SeenHours are the hours of all machines from a day up to but without another,
// both UTC, for M11. Today's are not all there yet.
func (s *Store) SeenHours(ctx context.Context, from, to time.Time) (mining.FleetHours, error) {
	var f mining.FleetHours
	date := func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	rows, err := allRows[seenHoursRow](s.q.Query(ctx, sqlSeenHours, date(from), date(to), date(s.now())))
	if err != nil {
		return f, wrap(err, "hours of machines from %s", date(from))
	}
	for _, r := range rows {
		key := mining.FleetKey{SiteID: r.SiteID, ClassID: r.ClassID}
		if r.Day == nil {
			f.Places = append(f.Places, mining.PlaceHours{Key: key, Whole: r.Whole, WholeHours: r.WholeHours, SeenHours: r.hours()})
			continue
		}
		f.Days = append(f.Days, mining.DayHours{Day: *r.Day, Key: key, SeenHours: r.hours()})
	}
	return f, nil
}

const sqlInsertSeenHours = `
INSERT INTO mining.seen_hours (day, site_id, class_id, seen, hours, hash_hours)
SELECT x.day, x.site_id, x.class_id, x.seen, x.hours, x.hash_hours
  FROM unnest($1::date[], $2::bigint[], $3::bigint[], $4::text[], $5::float8[], $6::float8[])
    AS x(day, site_id, class_id, seen, hours, hash_hours)
 WHERE NOT EXISTS (SELECT FROM mining.seen_hours h WHERE h.site_id = x.site_id AND h.class_id = x.class_id AND h.day = x.day)
 ORDER BY 2, 3, 1, 4
ON CONFLICT DO NOTHING`

// InsertSeenHours writes the hours of days that are over, where nothing of a
// class at a site has been counted on the day, and returns how many rows were
// new. What was counted is never touched.
func (s *Store) InsertSeenHours(ctx context.Context, days []mining.DayHours) (int, error) {
	var dates []time.Time
	var sites, classes []int64
	var what []string
	var sums, work []float64
	for _, d := range days {
		for seen, hours := range d.Hours {
			h := 0.0
			if seen == mining.SeenHashing {
				h = d.HashHours
			}
			dates, sites, classes = append(dates, d.Day.UTC()), append(sites, d.Key.SiteID), append(classes, d.Key.ClassID)
			what, sums, work = append(what, string(seen)), append(sums, hours), append(work, h)
		}
	}
	n := 0
	err := s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlInsertSeenHours, dates, sites, classes, what, sums, work)
		if n = int(tag.RowsAffected()); err != nil || n == 0 {
			return wrap(err, "write the hours of %d days", len(days))
		}
		return s.publish(ctx, map[string]string{topicTelemetry: ""})
	})
	return n, err
}
