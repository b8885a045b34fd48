package handlers

import (
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

// Limits of /api/v1/series/{key}.
const (
	defaultPoints = 600
	maxPoints     = 10_000
	maxSpan       = 20 * 365 * 24 * time.Hour
)

// seriesItem is one entry of /api/v1/series. Seq is the number of the last
// change, the same one live events carry.
type seriesItem struct {
	Key      string       `json:"key"`
	Room     string       `json:"room"`
	Unit     string       `json:"unit"`
	Interval int64        `json:"interval"` // seconds
	Level    market.Level `json:"level"`
	World    market.World `json:"world"`
	Seq      int64        `json:"seq"`
	Last     *lastPoint   `json:"last"` // null: no value yet
}

type lastPoint struct {
	T time.Time `json:"t"`
	V float64   `json:"v"`
}

// seriesData is the answer of /api/v1/series/{key}: points are pairs of Unix
// milliseconds and value.
type seriesData struct {
	Key    string       `json:"key"`
	Room   string       `json:"room"`
	Unit   string       `json:"unit"`
	Level  market.Level `json:"level"`
	World  market.World `json:"world"`
	Seq    int64        `json:"seq"`
	From   time.Time    `json:"from"`
	To     time.Time    `json:"to"`
	Points [][2]float64 `json:"points"`
}

// listSeries answers GET /api/v1/series.
func (a *App) listSeries(c echo.Context) error {
	list, err := a.store(c).SeriesList(c.Request().Context())
	if err != nil {
		return err
	}
	items := make([]seriesItem, 0, len(list))
	for _, s := range list {
		if !subjectOf(c).MayFollow(access.Room(s.Room())) {
			continue // a token may be narrower than its owner
		}
		item := seriesItem{
			Key: s.Key, Room: s.Room(), Unit: s.Unit, Interval: int64(s.Interval / time.Second),
			Level: s.Level, World: s.World, Seq: s.Seq,
		}
		if !s.Last.T.IsZero() {
			item.Last = &lastPoint{T: s.Last.T.UTC(), V: s.Last.V}
		}
		items = append(items, item)
	}
	return writeTagged(c, items)
}

// showSeries answers GET /api/v1/series/{key}, and {key}.csv or Accept:
// text/csv with the same points as CSV.
func (a *App) showSeries(c echo.Context) error {
	key, asCSV := strings.CutSuffix(c.Param("key"), ".csv")
	asCSV = asCSV || strings.HasPrefix(c.Request().Header.Get(echo.HeaderAccept), "text/csv")
	if !subjectOf(c).MayFollow(access.Room(market.SeriesDef{Key: key}.Room())) {
		return notFound(fmt.Sprintf("There is no series %q.", key))
	}
	q, err := parseSeriesQuery(c, a.now())
	if err != nil {
		return err
	}
	chart, err := a.store(c).Chart(c.Request().Context(), key, q.from, q.to, (q.points+1)/2)
	if err != nil {
		return err
	}
	if asCSV {
		return writeSeriesCSV(c, chart)
	}
	return writeTagged(c, seriesData{
		Key: chart.Series.Key, Room: chart.Series.Room(), Unit: chart.Series.Unit,
		Level: chart.Level, World: chart.Series.World, Seq: chart.Seq,
		From: q.from, To: q.to, Points: pairs(chart.Points),
	})
}

type seriesQuery struct {
	from, to time.Time
	points   int
}

func parseSeriesQuery(c echo.Context, now time.Time) (seriesQuery, error) {
	q := seriesQuery{to: now.UTC(), points: defaultPoints}
	var err error
	if q.to, err = parseTime(c.QueryParam("to"), "to", q.to); err != nil {
		return q, err
	}
	if q.from, err = parseTime(c.QueryParam("from"), "from", q.to.Add(-24*time.Hour)); err != nil {
		return q, err
	}
	if !q.from.Before(q.to) {
		return q, badInput("\"from\" must lie before \"to\".")
	}
	if q.to.Sub(q.from) > maxSpan {
		return q, badInput("At most twenty years can be asked for at once.")
	}
	if text := c.QueryParam("points"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 2 || n > maxPoints {
			return q, badInput(fmt.Sprintf("\"points\" must be a whole number from 2 to %d.", maxPoints))
		}
		q.points = n
	}
	return q, nil
}

// parseTime reads RFC 3339 or Unix milliseconds.
func parseTime(text, name string, fallback time.Time) (time.Time, error) {
	if text == "" {
		return fallback, nil
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		if t := time.UnixMilli(ms).UTC(); t.Year() >= 2009 && t.Year() < 2200 {
			return t, nil
		}
	} else if t, err := time.Parse(time.RFC3339, text); err == nil && t.Year() >= 2009 && t.Year() < 2200 {
		return t.UTC(), nil
	}
	return fallback, badInput(fmt.Sprintf("%q must be a time such as 2026-03-10T14:32:00Z or 1773153120000, between 2009 and 2200.", name))
}

func pairs(points []market.Point) [][2]float64 {
	out := make([][2]float64, len(points))
	for i, p := range points {
		out[i] = [2]float64{float64(p.T.UnixMilli()), p.V}
	}
	return out
}

func writeSeriesCSV(c echo.Context, chart market.Chart) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", chart.Series.Key+".csv"))
	c.Response().WriteHeader(http.StatusOK)
	w := csv.NewWriter(c.Response())
	if err := w.Write([]string{"time_utc", chart.Series.Key, "unit", "level", "world"}); err != nil {
		return err
	}
	for _, p := range chart.Points {
		row := []string{
			p.T.UTC().Format(time.RFC3339), plainNumber(p.V), chart.Series.Unit,
			string(chart.Level), string(chart.Series.World),
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// plainNumber prints a number for machines: shortest form that reads back the
// same, without an exponent below 1e21, empty when unknown.
func plainNumber(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	if math.Abs(v) >= 1e21 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
