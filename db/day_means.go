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
SELECT date_bin('1 day', t, $2::timestamptz) AS day, avg(sum / n) AS mean, count(*) AS hours
  FROM ROOM.point_hour WHERE series_id = $1 AND t >= $2 AND t < $3 GROUP BY 1`

type dayMeanRow struct {
	Day   time.Time
	Mean  float64
	Hours int64
}

// DayMeans are the means of a series over days of 24 hours from from on, by the
// Unix time at which each begins. A day without a value is not among them.
func (s *Store) DayMeans(ctx context.Context, key string, from, to time.Time) (map[int64]DayMean, error) {
	room, err := roomOf(key)
	if err != nil {
		return nil, err
	}
	id, err := s.seriesID(ctx, key)
	if err != nil {
		return nil, err
	}
	rows, err := allRows[dayMeanRow](s.q.Query(ctx, inRoom(sqlDayMeans, room), id, from, to))
	if err != nil {
		return nil, wrap(err, "read daily means of %s", key)
	}
	means := make(map[int64]DayMean, len(rows))
	for _, r := range rows {
		means[r.Day.Unix()] = DayMean{Mean: r.Mean, Hours: int(r.Hours)}
	}
	return means, nil
}
