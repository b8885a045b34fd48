package db

import (
	"context"
	"time"
)

// DayMean is the mean of a series over a day of any calendar, each hour counting
// the same.
type DayMean struct {
	Mean  float64
	Hours int // of which there is a value
}

const sqlDayMeans = `
SELECT (SELECT key FROM ROOM.series WHERE id = series_id) AS key, day, mean, hours FROM (
	SELECT series_id, date_bin('1 day', t, $2::timestamptz) AS day, avg(sum / n) AS mean, count(*) AS hours
	  FROM ROOM.point_hour
	 WHERE series_id = ANY (ARRAY(SELECT id FROM ROOM.series WHERE key = ANY($1))) AND t >= $2 AND t < $3 GROUP BY 1, 2
) AS means`

type dayMeanRow struct {
	Key   string
	Day   time.Time
	Mean  float64
	Hours int64
}

// DayMeans are the means of series of one room over days of 24 hours from from on,
// by key and by the Unix time at which each day begins. A day without a value is
// not among them, nor is a series without one.
func (s *Store) DayMeans(ctx context.Context, keys []string, from, to time.Time) (map[string]map[int64]DayMean, error) {
	means := make(map[string]map[int64]DayMean, len(keys))
	if len(keys) == 0 {
		return means, nil
	}
	room, err := roomOf(keys[0])
	if err != nil {
		return nil, err
	}
	rows, err := allRows[dayMeanRow](s.q.Query(ctx, inRoom(sqlDayMeans, room), keys, from, to))
	if err != nil {
		return nil, wrap(err, "read daily means of %v", keys)
	}
	for _, r := range rows {
		if means[r.Key] == nil {
			means[r.Key] = make(map[int64]DayMean)
		}
		means[r.Key][r.Day.Unix()] = DayMean{Mean: r.Mean, Hours: int(r.Hours)}
	}
	return means, nil
}
