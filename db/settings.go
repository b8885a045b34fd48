package db

import (
	"context"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

const topicSetting = "core.setting"

type settingRow struct {
	Key   string
	Value string
}

const (
	sqlSettings      = `SELECT key, value FROM core.setting WHERE known_to IS NULL`
	sqlCloseSetting  = `UPDATE core.setting SET known_to = $2 WHERE key = $1 AND known_to IS NULL`
	sqlInsertSetting = `INSERT INTO core.setting (key, value, known_from, who) VALUES ($1, $2, $3, $4)`
)

// Settings are what an administrator has set, by key.
func (s *Store) Settings(ctx context.Context) (map[string]string, error) {
	rows, err := s.q.Query(ctx, sqlSettings)
	if err != nil {
		return nil, wrap(err, "read the settings")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[settingRow])
	if err != nil {
		return nil, wrap(err, "read the settings")
	}
	values := make(map[string]string, len(found))
	for _, r := range found {
		values[r.Key] = r.Value
	}
	return values, nil
}

// Set changes settings; those that have the value already stay as they are.
func (s *Store) Set(ctx context.Context, by access.Actor, values map[string]string) error {
	return s.write(ctx, func(s *Store) error {
		before, err := s.Settings(ctx)
		if err != nil {
			return err
		}
		now := s.now()
		var changed []string
		for key, value := range values {
			if old, ok := before[key]; ok && old == value {
				continue
			}
			if _, err := s.q.Exec(ctx, sqlCloseSetting, key, now); err != nil {
				return wrap(err, "close setting %s", key)
			}
			if _, err := s.q.Exec(ctx, sqlInsertSetting, key, value, now, by.Name); err != nil {
				return wrap(err, "set %s", key)
			}
			changed = append(changed, key)
		}
		if len(changed) == 0 {
			return nil
		}
		if err := s.record(ctx, by, access.RoomCore, "change settings", "settings", changed...); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicSetting: ""})
	})
}
