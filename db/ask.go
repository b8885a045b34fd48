package db

import (
	"context"

	"switchyard/econ/access"
)

const sqlAsk = `SELECT core.ask($1, $2, $3)`

// Ask tells administrators that somebody asks for a page which their role does
// not open. The same question is asked once, and at most five a day.
func (s *Store) Ask(ctx context.Context, by access.Actor, path string) error {
	return s.write(ctx, func(s *Store) error {
		var asked bool
		text := by.Name + " (" + by.Role.Title() + ") asks to open " + path + ". It follows from the role; answer by changing it, or by telling them why not."
		if err := s.q.QueryRow(ctx, sqlAsk, by.Name+" asks for a page", text, s.now()).Scan(&asked); err != nil {
			return wrap(err, "ask for %s", path)
		}
		if !asked {
			return nil
		}
		if err := s.record(ctx, by, access.RoomCore, "ask for access", path); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicAlert: "ask"})
	})
}
