package db

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// topicRow is a row of core.topic.
type topicRow struct {
	Name string
	Seq  int64
}

// TopicSeqs are the numbers of the last change of topics; 0 for one that never
// changed.
func (s *Store) TopicSeqs(ctx context.Context, topics []string) (map[string]int64, error) {
	seqs := make(map[string]int64, len(topics))
	for _, t := range topics {
		seqs[t] = 0
	}
	rows, err := s.q.Query(ctx, `SELECT name, seq FROM core.topic WHERE name = ANY ($1)`, topics)
	if err != nil {
		return nil, wrap(err, "numbers of topics")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[topicRow])
	if err != nil {
		return nil, wrap(err, "numbers of topics")
	}
	for _, r := range found {
		seqs[r.Name] = r.Seq
	}
	return seqs, nil
}
