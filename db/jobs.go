package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/ops"
)

const (
	sqlDeclareJobs = `
INSERT INTO core.job (name, room, title, schedule) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (name) DO UPDATE SET room = EXCLUDED.room, title = EXCLUDED.title, schedule = EXCLUDED.schedule`
	// The name of a job that belongs to one account ends in its number.
	sqlDropJobs = `DELETE FROM core.job WHERE name <> ALL ($1) AND (name ~ '\.[0-9]+$') = $2`
)

// DeclareJobs makes the jobs of the table known to people; those that are no
// longer declared are forgotten, their runs are not.
func (s *Store) DeclareJobs(ctx context.Context, jobs []ops.Job) error {
	return s.declareJobs(ctx, jobs, false)
}

// DeclareAccountJobs is DeclareJobs for the jobs that belong to one account each,
// whose names end in a dot and its number.
func (s *Store) DeclareAccountJobs(ctx context.Context, jobs []ops.Job) error {
	return s.declareJobs(ctx, jobs, true)
}

func (s *Store) declareJobs(ctx context.Context, jobs []ops.Job, accounts bool) error {
	names := []string{} // not null: nothing is equal to all of null
	var rooms, titles, schedules []string
	for _, j := range jobs {
		names, rooms, titles, schedules = append(names, j.Name), append(rooms, j.Room), append(titles, j.Title), append(schedules, j.Schedule)
	}
	return s.write(ctx, func(s *Store) error {
		if _, err := s.q.Exec(ctx, sqlDropJobs, names, accounts); err != nil {
			return wrap(err, "forget jobs")
		}
		if _, err := s.q.Exec(ctx, sqlDeclareJobs, names, rooms, titles, schedules); err != nil {
			return wrap(err, "declare jobs")
		}
		return s.publish(ctx, map[string]string{topicJob: ""})
	})
}

const sqlScheduleJob = `UPDATE core.job SET next_at = $2 WHERE name = $1`

// ScheduleJob records when a job runs next; zero is not known.
func (s *Store) ScheduleJob(ctx context.Context, name string, next time.Time) error {
	var at *time.Time
	if !next.IsZero() {
		at = &next
	}
	_, err := s.q.Exec(ctx, sqlScheduleJob, name, at)
	return wrap(err, "schedule job %s", name)
}

// jobRow is a row of core.job.
type jobRow struct {
	Name     string
	Room     string
	Title    string
	Schedule string
	NextAt   *time.Time
}

// Jobs are the declared jobs, by name.
func (s *Store) Jobs(ctx context.Context) ([]ops.Job, error) {
	rows, err := s.q.Query(ctx, `SELECT name, room, title, schedule, next_at FROM core.job ORDER BY name`)
	if err != nil {
		return nil, wrap(err, "list jobs")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[jobRow])
	if err != nil {
		return nil, wrap(err, "list jobs")
	}
	list := make([]ops.Job, len(found))
	for i, r := range found {
		list[i] = ops.Job{Name: r.Name, Room: r.Room, Title: r.Title, Schedule: r.Schedule, NextAt: orZero(r.NextAt)}
	}
	return list, nil
}

const sqlReportProgress = `
INSERT INTO core.progress (name, title, unit, done, total, note, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (name) DO UPDATE SET title = EXCLUDED.title, unit = EXCLUDED.unit, done = EXCLUDED.done,
       total = EXCLUDED.total, note = EXCLUDED.note, at = EXCLUDED.at`

// ReportProgress records how far a long piece of work has come.
func (s *Store) ReportProgress(ctx context.Context, p ops.Progress) error {
	return s.write(ctx, func(s *Store) error {
		_, err := s.q.Exec(ctx, sqlReportProgress, p.Name, p.Title, p.Unit, p.Done, p.Total, printable(p.Note), p.At)
		if err != nil {
			return wrap(err, "report progress of %s", p.Name)
		}
		return s.publish(ctx, map[string]string{topicJob: p.Name})
	})
}

// progressRow is a row of core.progress.
type progressRow struct {
	Name  string
	Title string
	Unit  string
	Done  int64
	Total int64
	Note  string
	At    time.Time
}

// ProgressList is how far each long piece of work has come, by name.
func (s *Store) ProgressList(ctx context.Context) ([]ops.Progress, error) {
	rows, err := s.q.Query(ctx, `SELECT name, title, unit, done, total, note, at FROM core.progress ORDER BY name`)
	if err != nil {
		return nil, wrap(err, "list progress")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[progressRow])
	if err != nil {
		return nil, wrap(err, "list progress")
	}
	list := make([]ops.Progress, len(found))
	for i, r := range found {
		list[i] = ops.Progress{Name: r.Name, Title: r.Title, Unit: r.Unit, Done: r.Done, Total: r.Total, Note: r.Note, At: r.At.UTC()}
	}
	return list, nil
}
