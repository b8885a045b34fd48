package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/jobs/upstream/ercot"
)

// Names of the sources of power prices, and of the job that reads them.
const (
	jobPower            = "mining.power"
	sourceRealTimePower = "ercot.real_time"
	sourceDayAheadPower = "ercot.day_ahead"
)

const (
	ercotMarket = "ERCOT" // in the names of its points
	// documentsARun is how many documents of a report one run reads. A list
	// holds some 480 of real-time prices, so the first fill takes a few runs.
	documentsARun = 60
	// documentsKept is how long it is noted that a document was read; lists
	// reach back about five days.
	documentsKept = 14 * 24 * time.Hour
	// failuresARun is how many documents in a row may fail before a run gives
	// up.
	failuresARun = 3
)

// powerReport is one of the market's reports.
type powerReport struct {
	report  ercot.Report
	product market.PowerProduct
	source  string
}

func powerReports() []powerReport {
	return []powerReport{
		{ercot.DayAhead, market.DayAheadPower, sourceDayAheadPower}, // first: one document tells a day
		{ercot.RealTime, market.RealTimePower, sourceRealTimePower},
	}
}

// pollPower reads the documents of ERCOT that were not read yet, the newest
// first, and stores the prices of the points that contracts follow. Where no
// contract follows one, nothing is asked.
func pollPower(ctx context.Context, env *Env) (int64, error) {
	points, err := env.followed(ctx, ercotMarket)
	if err != nil {
		return 0, err
	}
	if len(points) == 0 {
		env.Note(ctx, "No power contract follows a point of "+ercotMarket+".", 0)
		return 0, nil
	}
	var rows int64
	var said []string
	var errs []error
	for _, r := range powerReports() {
		tally, err := env.readReport(ctx, r, points)
		env.sources.checked(ctx, r.source, tally.read > 0, err)
		rows, errs = rows+tally.rows, append(errs, err)
		said = append(said, tally.sentence(r.product, points))
		env.Note(ctx, strings.Join(said, "; "), rows)
	}
	errs = append(errs, env.Store.ForgetDocuments(ctx, env.Now().Add(-documentsKept)))
	return rows, errors.Join(errs...)
}

// followed are the points of a market whose price a contract follows.
func (e *Env) followed(ctx context.Context, place string) ([]market.PowerPoint, error) {
	names, err := e.Store.FollowedPoints(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask which points contracts follow: %w", err)
	}
	var points []market.PowerPoint
	for _, name := range names {
		p, err := market.ParsePowerPoint(name)
		if err != nil {
			return nil, fmt.Errorf("read the point of a contract: %w", err)
		}
		if p.Market == place {
			points = append(points, p)
		}
	}
	return points, nil
}

// reportTally is what one run got of a report.
type reportTally struct {
	listed, left int // documents listed, and left for the next run
	read         int
	rows         int64                      // prices that were new or corrected
	found        map[market.PowerPoint]bool // points that had a price
}

// sentence says what a run did; a point that no document names is most likely
// written wrong in its contract.
func (t reportTally) sentence(product market.PowerProduct, points []market.PowerPoint) string {
	text := fmt.Sprintf("%s: %d of %d documents read", product, t.read, t.listed)
	if t.left > 0 {
		text += fmt.Sprintf(", %d left for the next run", t.left)
	}
	for _, p := range points {
		if t.read > 0 && !t.found[p] {
			text += ", none names " + p.String()
		}
	}
	return text
}

// readReport reads what is new of a report.
func (e *Env) readReport(ctx context.Context, r powerReport, points []market.PowerPoint) (reportTally, error) {
	tally := reportTally{found: make(map[market.PowerPoint]bool, len(points))}
	documents, refused, err := e.Ercot.Documents(ctx, r.report)
	if err != nil {
		return tally, fmt.Errorf("ask for the documents of %s prices: %w", r.product, err)
	}
	e.quarantine(ctx, roomMining, r.source, refused)
	tally.listed = len(documents)
	if documents, err = e.unread(ctx, documents, points); err != nil {
		return tally, err
	}
	tally.left = max(0, len(documents)-documentsARun)
	failed := 0
	var errs []error
	for _, d := range documents[:len(documents)-tally.left] {
		if err := e.readPrices(ctx, r, d, points, &tally); err != nil {
			errs = append(errs, err)
			if failed++; failed >= failuresARun || ctx.Err() != nil {
				break
			}
			continue
		}
		failed = 0
	}
	return tally, errors.Join(errs...)
}

// unread are the documents that were not read for all of the points, the newest
// first.
func (e *Env) unread(ctx context.Context, documents []ercot.Document, points []market.PowerPoint) ([]ercot.Document, error) {
	ids := make([]string, len(documents))
	for i, d := range documents {
		ids[i] = documentID(d)
	}
	read, err := e.Store.ReadDocuments(ctx, ids, pointNames(points))
	if err != nil {
		return nil, fmt.Errorf("ask which documents were read: %w", err)
	}
	documents = slices.DeleteFunc(documents, func(d ercot.Document) bool { return read[documentID(d)] })
	slices.Reverse(documents)
	return documents, nil
}

// readPrices stores what one document says of the points, under the names that
// contracts give them.
func (e *Env) readPrices(ctx context.Context, r powerReport, d ercot.Document, points []market.PowerPoint, tally *reportTally) error {
	prices, refused, err := e.Ercot.Prices(ctx, d)
	if err != nil {
		return fmt.Errorf("read the document %s: %w", d.Name, err)
	}
	e.quarantine(ctx, roomMining, r.source, refused)
	var ours []market.PowerPrice
	for _, p := range points {
		for _, price := range prices {
			if p.Is(price.Point) {
				price.Point = p
				ours = append(ours, price)
				tally.found[p] = true
			}
		}
	}
	rows, err := e.Store.StorePowerDocument(ctx, db.PowerDocument{ID: documentID(d), Published: d.Published, Points: pointNames(points)}, r.product, r.source, ours)
	if err != nil {
		return fmt.Errorf("store the document %s: %w", d.Name, err)
	}
	tally.read++
	tally.rows += rows
	return nil
}

func documentID(d ercot.Document) string { return ercotMarket + " " + d.ID }

func pointNames(points []market.PowerPoint) []string {
	names := make([]string, len(points))
	for i, p := range points {
		names[i] = p.String()
	}
	return names
}
