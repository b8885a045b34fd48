package db

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/ops"
)

const sqlRequestJob = `INSERT INTO core.job_request (action, target, asked_by, asked_at) VALUES ($1, $2, $3, $4) RETURNING id`

// RequestJob leaves a request for the jobs and returns its id.
func (s *Store) RequestJob(ctx context.Context, r ops.Request) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlRequestJob, r.Action, r.Target, r.By, r.At).Scan(&id); err != nil {
			return wrap(err, "ask for %s of %s", r.Action, r.Target)
		}
		return s.publish(ctx, map[string]string{topicJob: r.Target, topicRequest: r.Target})
	})
	return id, err
}

// requestRow is a row of core.job_request.
type requestRow struct {
	ID      int64
	Action  string
	Target  string
	AskedBy string
	AskedAt time.Time
}

func requests(rows pgx.Rows) ([]ops.Request, error) {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[requestRow])
	list := make([]ops.Request, len(found))
	for i, r := range found {
		list[i] = ops.Request{ID: r.ID, Action: r.Action, Target: r.Target, By: r.AskedBy, At: r.AskedAt.UTC()}
	}
	slices.SortFunc(list, func(a, b ops.Request) int { return cmp.Compare(a.ID, b.ID) })
	return list, err
}

const sqlTakeRequests = `
UPDATE core.job_request SET taken_at = $1
 WHERE id IN (SELECT id FROM core.job_request WHERE taken_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED)
RETURNING id, action, target, asked_by, asked_at`

// TakeRequests hands out the open requests, each to one caller alone, oldest
// first.
func (s *Store) TakeRequests(ctx context.Context) ([]ops.Request, error) {
	rows, err := s.q.Query(ctx, sqlTakeRequests, s.now())
	if err != nil {
		return nil, wrap(err, "take requests")
	}
	list, err := requests(rows)
	return list, wrap(err, "take requests")
}

const sqlOpenRequests = `SELECT id, action, target, asked_by, asked_at FROM core.job_request WHERE taken_at IS NULL`

// OpenRequests are the requests that nobody has taken yet, oldest first.
func (s *Store) OpenRequests(ctx context.Context) ([]ops.Request, error) {
	rows, err := s.q.Query(ctx, sqlOpenRequests)
	if err != nil {
		return nil, wrap(err, "list open requests")
	}
	list, err := requests(rows)
	return list, wrap(err, "list open requests")
}
