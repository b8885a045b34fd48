package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/ops"
)

// Topics about how the house runs.
const (
	topicSource  = "core.source"
	topicJob     = "core.job"
	topicRequest = "core.job_request"
)

// sourceEvery is how often at most an unchanged state of a source is published.
const sourceEvery = 5 * time.Second

const sqlDeclareSource = `
INSERT INTO core.source AS s (name, room, title, feeds, cadence_s) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO UPDATE SET room = EXCLUDED.room, title = EXCLUDED.title, feeds = EXCLUDED.feeds, cadence_s = EXCLUDED.cadence_s
 WHERE (s.room, s.title, s.feeds, s.cadence_s) IS DISTINCT FROM (EXCLUDED.room, EXCLUDED.title, EXCLUDED.feeds, EXCLUDED.cadence_s)`

// DeclareSources makes sources known; what was recorded of them stays.
func (s *Store) DeclareSources(ctx context.Context, list []ops.Source) error {
	return s.write(ctx, func(s *Store) error {
		for _, src := range list {
			_, err := s.q.Exec(ctx, sqlDeclareSource, src.Name, src.Room, src.Title, src.Feeds, src.Cadence.Seconds())
			if err != nil {
				return wrap(err, "declare source %s", src.Name)
			}
		}
		return s.publish(ctx, map[string]string{topicSource: ""})
	})
}

const sqlDropSources = `DELETE FROM core.source WHERE starts_with(name, $1) AND name <> ALL ($2)`

// DropSources forgets the sources whose names begin with a prefix, but for those
// to keep.
func (s *Store) DropSources(ctx context.Context, prefix string, keep []string) error {
	if keep == nil {
		keep = []string{}
	}
	_, err := s.q.Exec(ctx, sqlDropSources, prefix, keep)
	return wrap(err, "forget the sources %s…", prefix)
}

// SourceReport is what one try of a source came to.
type SourceReport struct {
	Name      string
	OK        bool
	Changed   bool   // it said something new
	Err       string // a sentence for people, if not OK
	NextTryAt time.Time
	At        time.Time
}

const sqlReportSource = `
WITH before AS (SELECT name, failures, published_at FROM core.source WHERE name = $1 FOR UPDATE)
UPDATE core.source s SET
	checked_at   = greatest(s.checked_at, $2),
	succeeded_at = CASE WHEN $3 THEN greatest(s.succeeded_at, $2) ELSE s.succeeded_at END,
	changed_at   = CASE WHEN $3 AND $4 THEN greatest(s.changed_at, $2) ELSE s.changed_at END,
	failures     = CASE WHEN $3 THEN 0 ELSE s.failures + 1 END,
	last_error   = CASE WHEN $3 THEN '' ELSE $5 END,
	next_try_at  = $6,
	published_at = CASE WHEN b.published_at IS NULL OR $3 <> (b.failures = 0) OR b.published_at <= $2 - $7::interval
	               THEN $2 ELSE b.published_at END
  FROM before b WHERE s.name = b.name
RETURNING s.published_at = $2 AND b.published_at IS DISTINCT FROM s.published_at`

// ReportSource records a try. It publishes when the state changed, and else
// every five seconds at most. An undeclared source is ErrNotFound.
func (s *Store) ReportSource(ctx context.Context, r SourceReport) error {
	return s.write(ctx, func(s *Store) error {
		var next *time.Time
		if !r.NextTryAt.IsZero() {
			next = &r.NextTryAt
		}
		var announce bool
		err := s.q.QueryRow(ctx, sqlReportSource, r.Name, r.At, r.OK, r.Changed, printable(r.Err), next, sourceEvery).Scan(&announce)
		if err != nil || !announce {
			return wrap(err, "report source %s", r.Name)
		}
		return s.publish(ctx, map[string]string{topicSource: r.Name})
	})
}

// sourceRow is a row of core.source.
type sourceRow struct {
	Name        string
	Room        string
	Title       string
	Feeds       string
	CadenceS    float64
	CheckedAt   *time.Time
	SucceededAt *time.Time
	ChangedAt   *time.Time
	Failures    int
	LastError   string
	NextTryAt   *time.Time
}

// orZero is the time, or zero for never.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

const sqlSources = `
SELECT name, room, title, feeds, cadence_s, checked_at, succeeded_at, changed_at, failures, last_error, next_try_at
  FROM core.source ORDER BY name`

// Sources are the sources of the rooms this role may see, by name.
func (s *Store) Sources(ctx context.Context) ([]ops.Source, error) {
	rows, err := s.q.Query(ctx, sqlSources)
	if err != nil {
		return nil, wrap(err, "list sources")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[sourceRow])
	if err != nil {
		return nil, wrap(err, "list sources")
	}
	list := make([]ops.Source, len(found))
	for i, r := range found {
		list[i] = ops.Source{
			Name: r.Name, Room: r.Room, Title: r.Title, Feeds: r.Feeds, Cadence: seconds(r.CadenceS),
			CheckedAt: orZero(r.CheckedAt), SucceededAt: orZero(r.SucceededAt), ChangedAt: orZero(r.ChangedAt),
			Failures: r.Failures, LastError: r.LastError, NextTryAt: orZero(r.NextTryAt),
		}
	}
	return list, nil
}
