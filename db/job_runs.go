package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/ops"
)

const sqlStartRun = `INSERT INTO core.job_run (job, room, started_at, status) VALUES ($1, $2, $3, 'running') RETURNING id`

// StartRun records that a run of a job begins, and returns its id.
func (s *Store) StartRun(ctx context.Context, job, room string) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlStartRun, job, room, s.now()).Scan(&id); err != nil {
			return wrap(err, "start a run of %s", job)
		}
		return s.publish(ctx, map[string]string{topicJob: job})
	})
	return id, err
}

const sqlNoteRun = `UPDATE core.job_run SET note = $2, rows = $3 WHERE id = $1 AND status = 'running' RETURNING job`

// NoteRun records how far a run has come.
func (s *Store) NoteRun(ctx context.Context, id int64, note string, rows int64) error {
	return s.write(ctx, func(s *Store) error {
		var job string
		if err := s.q.QueryRow(ctx, sqlNoteRun, id, printable(note), rows).Scan(&job); err != nil {
			return wrap(err, "note run %d", id)
		}
		return s.publish(ctx, map[string]string{topicJob: job})
	})
}

const sqlEndRun = `
UPDATE core.job_run SET ended_at = greatest($2, started_at), status = $3, rows = $4, note = $5, error = $6
 WHERE id = $1 AND status = 'running' RETURNING job`

// EndRun records how a run ended. A run that has ended already is ErrNotFound.
func (s *Store) EndRun(ctx context.Context, r ops.Run) error {
	return s.write(ctx, func(s *Store) error {
		var job string
		err := s.q.QueryRow(ctx, sqlEndRun, r.ID, r.EndedAt, string(r.Status), r.Rows, printable(r.Note), printable(r.Error)).Scan(&job)
		if err != nil {
			return wrap(err, "end run %d", r.ID)
		}
		return s.publish(ctx, map[string]string{topicJob: job})
	})
}

const sqlAbandonRuns = `
UPDATE core.job_run SET ended_at = greatest($1, started_at), status = 'abandoned', error = 'Its process ended before the run did.'
 WHERE status = 'running'`

// AbandonRuns ends the runs of a process that is gone. The caller holds the
// lock of the jobs.
func (s *Store) AbandonRuns(ctx context.Context) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlAbandonRuns, s.now())
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(err, "abandon runs")
		}
		return s.publish(ctx, map[string]string{topicJob: ""})
	})
}

const (
	sqlTrimRuns     = `DELETE FROM core.job_run WHERE started_at < $1 AND status <> 'running'`
	sqlTrimRequests = `DELETE FROM core.job_request WHERE taken_at < $1`
)

// TrimRuns deletes the runs that began before a time and have ended, and the
// requests taken before it. It returns how many runs.
func (s *Store) TrimRuns(ctx context.Context, before time.Time) (int, error) {
	tag, err := s.q.Exec(ctx, sqlTrimRuns, before)
	if err != nil {
		return 0, wrap(err, "trim runs")
	}
	_, err = s.q.Exec(ctx, sqlTrimRequests, before)
	return int(tag.RowsAffected()), wrap(err, "trim requests")
}

// runRow is a row of core.job_run.
type runRow struct {
	ID        int64
	Job       string
	Room      string
	StartedAt time.Time
	EndedAt   *time.Time
	Status    string
	Rows      int64
	Note      string
	Error     string
}

const (
	sqlRuns     = `SELECT id, job, room, started_at, ended_at, status, rows, note, error FROM core.job_run ORDER BY started_at DESC, id DESC LIMIT $1`
	sqlLastRuns = `
SELECT r.id, r.job, r.room, r.started_at, r.ended_at, r.status, r.rows, r.note, r.error
  FROM core.job j CROSS JOIN LATERAL (
	SELECT * FROM core.job_run WHERE job = j.name ORDER BY started_at DESC, id DESC LIMIT 1) AS r ORDER BY r.job`
)

// Runs are the newest runs.
func (s *Store) Runs(ctx context.Context, limit int) ([]ops.Run, error) {
	return s.runs(ctx, sqlRuns, limit)
}

// LastRuns are the newest run of each declared job that has run, by job.
func (s *Store) LastRuns(ctx context.Context) ([]ops.Run, error) { return s.runs(ctx, sqlLastRuns) }

func (s *Store) runs(ctx context.Context, sql string, args ...any) ([]ops.Run, error) {
	rows, err := s.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, wrap(err, "list runs")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[runRow])
	if err != nil {
		return nil, wrap(err, "list runs")
	}
	list := make([]ops.Run, len(found))
	for i, r := range found {
		list[i] = ops.Run{
			ID: r.ID, Job: r.Job, Room: r.Room, StartedAt: r.StartedAt.UTC(), EndedAt: orZero(r.EndedAt),
			Status: ops.RunStatus(r.Status), Rows: r.Rows, Note: r.Note, Error: r.Error,
		}
	}
	return list, nil
}
