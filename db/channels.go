package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/alert"
)

type channelRow struct {
	ID         int64
	Kind       string
	Name       string
	Rooms      []string
	Key        string
	Sealed     string
	Secret     string
	CreatedAt  time.Time
	DisabledAt *time.Time
	Why        string
	BeatAt     *time.Time
}

func (r channelRow) channel() alert.Channel {
	return alert.Channel{
		ID: r.ID, Kind: alert.ChannelKind(r.Kind), Name: r.Name, Rooms: r.Rooms, Key: r.Key, Sealed: r.Sealed, Secret: r.Secret,
		CreatedAt: r.CreatedAt.UTC(), DisabledAt: orZero(r.DisabledAt), Why: r.Why, BeatAt: orZero(r.BeatAt),
	}
}

const (
	channelColumns   = `id, kind, name, rooms, key, sealed, secret, created_at, disabled_at, why, beat_at`
	sqlChannels      = `SELECT ` + channelColumns + ` FROM core.channel ORDER BY disabled_at IS NOT NULL, lower(name), id`
	sqlChannel       = `SELECT ` + channelColumns + ` FROM core.channel WHERE id = $1`
	sqlChannelNames  = `SELECT id, kind, name, rooms FROM core.channel WHERE disabled_at IS NULL AND kind <> 'heartbeat' ORDER BY lower(name), id`
	sqlInsertChannel = `
INSERT INTO core.channel (kind, name, rooms, key, sealed, secret, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`
	sqlDisableChannel = `UPDATE core.channel SET disabled_at = $2, why = $3 WHERE id = $1 AND disabled_at IS NULL`
	sqlBeat           = `UPDATE core.channel SET beat_at = $2, why = $3 WHERE id = $1`
	sqlHouseAlert     = `INSERT INTO core.alert (rule_id, room, name, critical, text, fired_at) VALUES (0, 'core', $1, false, $2, $3)`
)

// Channels are all channels, those that work first.
func (s *Store) Channels(ctx context.Context) ([]alert.Channel, error) {
	rows, err := allRows[channelRow](s.q.Query(ctx, sqlChannels))
	if err != nil {
		return nil, wrap(err, "list channels")
	}
	list := make([]alert.Channel, len(rows))
	for i, r := range rows {
		list[i] = r.channel()
	}
	return list, nil
}

// Channel is a channel by id, also one that is disabled.
func (s *Store) Channel(ctx context.Context, id int64) (alert.Channel, error) {
	r, err := onlyRow[channelRow](s.q.Query(ctx, sqlChannel, id))
	return r.channel(), wrap(err, "read channel %d", id)
}

type channelName struct {
	ID    int64
	Kind  string
	Name  string
	Rooms []string
}

// ChannelsFor are the channels that may carry alerts of a room, by name alone.
func (s *Store) ChannelsFor(ctx context.Context) ([]alert.Channel, error) {
	rows, err := allRows[channelName](s.q.Query(ctx, sqlChannelNames))
	if err != nil {
		return nil, wrap(err, "list the names of channels")
	}
	list := make([]alert.Channel, len(rows))
	for i, r := range rows {
		list[i] = alert.Channel{ID: r.ID, Kind: alert.ChannelKind(r.Kind), Name: r.Name, Rooms: r.Rooms}
	}
	return list, nil
}

// InsertChannel adds a channel, whose address is sealed already. A name that is
// there already is ErrTaken.
func (s *Store) InsertChannel(ctx context.Context, by access.Actor, c alert.Channel) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		if c.Rooms == nil {
			c.Rooms = []string{}
		}
		err := s.q.QueryRow(ctx, sqlInsertChannel, string(c.Kind), c.Name, c.Rooms, c.Key, c.Sealed, c.Secret, s.now(), by.Name).Scan(&id)
		if err != nil {
			return taken(err, "insert channel %s", c.Name)
		}
		if err := s.record(ctx, by, access.RoomCore, "add channel", channelObject(id), "kind", "name", "rooms", "address"); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicAlert: channelObject(id)})
	})
	return id, err
}

func channelObject(id int64) string { return fmt.Sprintf("channel %d", id) }

// RemoveChannel ends a channel; ErrNotFound if there is none that works.
func (s *Store) RemoveChannel(ctx context.Context, by access.Actor, id int64) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlDisableChannel, id, s.now(), "Removed by "+by.Name+".")
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(orNone(err), "remove channel %d", id)
		}
		if err := s.record(ctx, by, access.RoomCore, "remove channel", channelObject(id)); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicAlert: channelObject(id)})
	})
}

// TestChannel queues a notice to a channel that says it works.
func (s *Store) TestChannel(ctx context.Context, by access.Actor, id int64, notice string) error {
	return s.write(ctx, func(s *Store) error {
		c, err := s.Channel(ctx, id)
		if err != nil {
			return err
		}
		n := Dispatch{
			ID: "test-" + notice, Room: string(access.RoomCore), Type: "channel.test", At: s.now(), Title: "A test of " + c.Name,
			Body: by.Name + " asked whether this channel works. It does.", Path: "/admin/alerts",
		}
		if err := s.queue(ctx, n, id, by.ID); err != nil {
			return err
		}
		if err := s.record(ctx, by, access.RoomCore, "test channel", channelObject(id)); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicAlert: channelObject(id)})
	})
}

// DisableChannel ends a channel that its receiver has ended, and tells
// administrators on their page.
func (s *Store) DisableChannel(ctx context.Context, c alert.Channel, why string) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlDisableChannel, c.ID, s.now(), why)
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(err, "disable channel %d", c.ID)
		}
		text := "The channel " + c.Name + " was turned off: " + why + ". What goes to it does not arrive. Look at it and add it again."
		if _, err := s.q.Exec(ctx, sqlHouseAlert, "Channel "+c.Name+" is off", text, s.now()); err != nil {
			return wrap(err, "tell of channel %d", c.ID)
		}
		return s.publish(ctx, map[string]string{topicAlert: channelObject(c.ID)})
	})
}

// Beat notes a heartbeat that was heard; why is empty, or why it was not.
func (s *Store) Beat(ctx context.Context, c alert.Channel, heard bool, why string) error {
	at := orNull(c.BeatAt)
	if heard {
		now := s.now()
		at = &now
	}
	_, err := s.q.Exec(ctx, sqlBeat, c.ID, at, why)
	return wrap(err, "note a heartbeat of channel %d", c.ID)
}
