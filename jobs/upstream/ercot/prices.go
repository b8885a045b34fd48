package ercot

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// Limits of what a price can be, in USD/MWh: well beyond the offer cap and the
// lowest prices seen, so that what breaks them is a fault of the data.
const (
	minPrice = -5_000
	maxPrice = 20_000
)

const (
	nodalMarket = 1_291_183_200  // Unix time of 2010-12-01 in Texas: no point had a price before
	maxAhead    = 72 * time.Hour // prices of tomorrow, and of a day of 25 hours
)

// columns are the places of a report's columns in a row; a column that the
// report lacks is -1.
type columns struct {
	date, hour, quarter, point, kind, price, repeated int
}

// decodePrices reads the CSV of a report. Its fields are never quoted.
func decodePrices(text []byte, report Report, zone *time.Location, now time.Time) ([]market.PowerPrice, []upstream.Refusal, error) {
	header, body, _ := strings.Cut(strings.TrimPrefix(string(text), "\ufeff"), "\n")
	at, err := readHeader(header, report)
	if err != nil {
		return nil, nil, err
	}
	var prices []market.PowerPrice
	var refused []upstream.Refusal
	type slot struct {
		point market.PowerPoint
		start int64
	}
	seen := make(map[slot]bool)
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		price, err := at.read(strings.Split(line, ","), zone, now)
		if key := (slot{price.Point, price.Start.Unix()}); err == nil && seen[key] {
			err = errors.New("the point has a price for this time already")
		} else if err == nil {
			seen[key] = true
			prices = append(prices, price)
		}
		if err != nil {
			refused = append(refused, upstream.Refuse(err, []byte(line)))
		}
	}
	if len(prices)+len(refused) == 0 {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the document holds no prices")
	}
	return prices, refused, nil
}

func readHeader(line string, report Report) (columns, error) {
	places := make(map[string]int)
	for i, title := range strings.Split(strings.TrimSpace(line), ",") {
		places[title] = i
	}
	at := columns{quarter: -1, kind: -1}
	type column struct {
		title string
		to    *int
	}
	need := []column{{"DeliveryDate", &at.date}, {"SettlementPointPrice", &at.price}, {"DSTFlag", &at.repeated}}
	switch report {
	case RealTime:
		need = append(need, column{"DeliveryHour", &at.hour}, column{"DeliveryInterval", &at.quarter},
			column{"SettlementPointName", &at.point}, column{"SettlementPointType", &at.kind})
	case DayAhead:
		need = append(need, column{"HourEnding", &at.hour}, column{"SettlementPoint", &at.point})
	default:
		return at, upstream.Errorf(name, upstream.Malformed, "the report %.20q is not one of prices", string(report))
	}
	for _, c := range need {
		place, found := places[c.title]
		if !found {
			return at, upstream.Errorf(name, upstream.Malformed, "a document of report %s has no column %s", report, c.title)
		}
		*c.to = place
	}
	return at, nil
}

// read reads one row.
func (at columns) read(row []string, zone *time.Location, now time.Time) (market.PowerPrice, error) {
	if len(row) <= max(at.date, at.hour, at.quarter, at.point, at.kind, at.price, at.repeated) {
		return market.PowerPrice{}, errors.New("the row has fewer columns than the first line")
	}
	p := market.PowerPrice{Point: market.PowerPoint{Market: "ERCOT", Name: row[at.point]}, Width: time.Hour}
	if at.kind >= 0 {
		p.Point.Type = row[at.kind]
	}
	if p.Point.Name == "" || len(p.Point.Name)+len(p.Point.Type) > 80 {
		return p, errors.New("the settlement point has no name, or too long a one")
	}
	var err error
	if p.USDPerMWh, err = readPrice(row[at.price]); err != nil {
		return p, err
	}
	if p.Start, err = readHour(row[at.date], row[at.hour], row[at.repeated], zone); err != nil {
		return p, err
	}
	if at.quarter >= 0 {
		quarter, err := strconv.Atoi(row[at.quarter])
		if err != nil || quarter < 1 || quarter > 4 {
			return p, fmt.Errorf("%.20q is not a quarter of an hour, 1 to 4", row[at.quarter])
		}
		p.Width = 15 * time.Minute
		p.Start = p.Start.Add(time.Duration(quarter-1) * p.Width)
	}
	return p, checkTime(p.Start, now)
}

func readPrice(text string) (units.Rate, error) {
	var n upstream.Number
	if err := n.UnmarshalJSON([]byte(text)); err != nil || !n.Known {
		return units.Rate{}, fmt.Errorf("%.40q is not a price", text)
	}
	if n.V < minPrice || n.V > maxPrice {
		return units.Rate{}, fmt.Errorf("the price %g is not between %d and %d USD/MWh", n.V, minPrice, maxPrice)
	}
	r, err := units.ParseRate(text)
	if err != nil {
		return units.Rate{}, fmt.Errorf("%.40q is not a price", text)
	}
	return r, nil
}

// readHour is the beginning of the hour that a row names by its local date and
// its end, "6" or "06:00". In autumn an hour comes twice, and the second is
// flagged; in spring an hour does not come at all.
func readHour(date, ending, repeated string, zone *time.Location) (time.Time, error) {
	day, err := time.Parse("01/02/2006", date)
	if err != nil {
		return time.Time{}, fmt.Errorf("%.40q is not a day, as in 11/23/2026", date)
	}
	hour, err := strconv.Atoi(strings.TrimSuffix(ending, ":00"))
	if err != nil || hour < 1 || hour > 24 {
		return time.Time{}, fmt.Errorf("%.40q is not the end of an hour, 1 to 24", ending)
	}
	if repeated != "Y" && repeated != "N" {
		return time.Time{}, fmt.Errorf("the flag of a repeated hour is %.20q, not Y or N", repeated)
	}
	wall := day.Add(time.Duration(hour-1) * time.Hour)
	var starts []time.Time // the moments at which clocks show it, the earlier first
	for _, offset := range []time.Duration{5 * time.Hour, 6 * time.Hour} {
		t := wall.Add(offset)
		if _, seconds := t.In(zone).Zone(); time.Duration(seconds)*time.Second == -offset {
			starts = append(starts, t)
		}
	}
	switch {
	case len(starts) == 0:
		return time.Time{}, fmt.Errorf("the hour ending %d of %s does not exist: clocks go forward", hour, date)
	case repeated == "N":
		return starts[0], nil
	case len(starts) == 1:
		return time.Time{}, fmt.Errorf("the hour ending %d of %s comes once and is flagged as repeated", hour, date)
	}
	return starts[1], nil
}

// checkTime says why a time cannot be true, or nil.
func checkTime(t, now time.Time) error {
	switch {
	case t.Unix() < nodalMarket:
		return fmt.Errorf("the time %s is before the market began", t.UTC().Format(time.RFC3339))
	case t.After(now.Add(maxAhead)):
		return fmt.Errorf("the time %s is in the future", t.UTC().Format(time.RFC3339))
	}
	return nil
}
