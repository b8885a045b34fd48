package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/alert"
)

// Dispatch is a notice that is to leave the house. Its ID is the same for every
// destination and every try.
type Dispatch struct {
	ID       string
	Room     string // whose readers may see it
	Rule     int64  // that told it; 0: none
	Type     string // e.g. alert.fired
	At       time.Time
	Title    string
	Body     string
	Path     string // of the page to look at
	Resolved bool
}

// Parcel is a dispatch on its way to one destination, taken for one try.
type Parcel struct {
	Dispatch
	Row     int64
	Attempt int            // tries made before this one
	Channel *alert.Channel // nil: by e-mail
	// Of the person it is for: the owner of the rule, or who asked for it.
	Person access.Person
}

const (
	sqlQueue = `
INSERT INTO core.outbox (notice, room, rule_id, channel_id, person_id, type, at, title, body, path, resolved, created_at, next_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) ON CONFLICT (notice, channel_id, person_id) DO NOTHING`
	sqlTakeParcels = `
UPDATE core.outbox SET next_at = $2, attempt = attempt + 1
 WHERE id IN (SELECT id FROM core.outbox WHERE delivered_at IS NULL AND failed_at IS NULL AND next_at <= $1
               ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, notice, room, rule_id, channel_id, person_id, type, at, title, body, path, resolved, attempt`
	sqlDelivered  = `UPDATE core.outbox SET delivered_at = $2, error = '' WHERE id = $1`
	sqlTryAgain   = `UPDATE core.outbox SET next_at = $2, error = $3 WHERE id = $1`
	sqlGiveUp     = `UPDATE core.outbox SET failed_at = $2, error = $3 WHERE id = $1`
	sqlDeliveries = `
SELECT o.id, o.notice, o.room, o.channel_id, coalesce(c.name, 'e-mail') AS name, o.title, o.created_at, o.attempt, o.next_at, o.delivered_at, o.failed_at, o.error
  FROM core.outbox o LEFT JOIN core.channel c ON c.id = o.channel_id ORDER BY o.id DESC LIMIT $1`
)

// queue adds a notice for one destination: a channel, or by e-mail a person. One
// that is there already stays as it is.
func (s *Store) queue(ctx context.Context, n Dispatch, channel, person int64) error {
	_, err := s.q.Exec(ctx, sqlQueue, n.ID, n.Room, n.Rule, channel, person, n.Type, n.At, n.Title, n.Body, n.Path, n.Resolved, s.now())
	return wrap(err, "queue notice %s", n.ID)
}

// TypeLink is the type of a notice that carries a one-time link to the person it
// is for. Its body is sealed under its number: the table holds no link.
const TypeLink = "person.link"

// QueueLink queues a letter with a one-time link, whose body is sealed.
func (s *Store) QueueLink(ctx context.Context, person int64, id, title, sealed string) error {
	return s.queue(ctx, Dispatch{ID: id, Room: string(access.RoomCore), Type: TypeLink, At: s.now(), Title: title, Body: sealed}, 0, person)
}

type parcelRow struct {
	ID        int64
	Notice    string
	Room      string
	RuleID    int64
	ChannelID int64
	PersonID  int64
	Type      string
	At        time.Time
	Title     string
	Body      string
	Path      string
	Resolved  bool
	Attempt   int
}

// TakeParcels takes up to limit notices that are due. Each is left alone until
// lease, so that it is tried again if its sender dies meanwhile.
func (s *Store) TakeParcels(ctx context.Context, limit int, lease time.Time) ([]Parcel, error) {
	var list []Parcel
	err := s.write(ctx, func(s *Store) error {
		rows, err := allRows[parcelRow](s.q.Query(ctx, sqlTakeParcels, s.now(), lease, limit))
		if err != nil {
			return wrap(err, "take notices")
		}
		for _, r := range rows {
			p := Parcel{Row: r.ID, Attempt: r.Attempt - 1, Dispatch: Dispatch{
				ID: r.Notice, Room: r.Room, Rule: r.RuleID, Type: r.Type, At: r.At.UTC(), Title: r.Title, Body: r.Body, Path: r.Path, Resolved: r.Resolved,
			}}
			if r.ChannelID != 0 {
				c, err := s.Channel(ctx, r.ChannelID)
				if err != nil {
					return err
				}
				p.Channel = &c
			}
			if r.PersonID != 0 {
				if p.Person, err = s.Person(ctx, r.PersonID); err != nil {
					return err
				}
			}
			list = append(list, p)
		}
		return nil
	})
	return list, err
}

// Delivered notes that a notice has arrived.
func (s *Store) Delivered(ctx context.Context, row int64) error {
	return s.settle(ctx, row, sqlDelivered, s.now())
}

// TryAgain notes why a notice did not arrive, and when it is tried next.
func (s *Store) TryAgain(ctx context.Context, row int64, at time.Time, why string) error {
	return s.settle(ctx, row, sqlTryAgain, at, why)
}

// GiveUp notes why a notice will not arrive.
func (s *Store) GiveUp(ctx context.Context, row int64, why string) error {
	return s.settle(ctx, row, sqlGiveUp, s.now(), why)
}

func (s *Store) settle(ctx context.Context, row int64, sql string, args ...any) error {
	return s.write(ctx, func(s *Store) error {
		if _, err := s.q.Exec(ctx, sql, append([]any{row}, args...)...); err != nil {
			return wrap(err, "settle notice %d", row)
		}
		return s.publish(ctx, map[string]string{topicAlert: fmt.Sprintf("notice %d", row)})
	})
}

type deliveryRow struct {
	ID          int64
	Notice      string
	Room        string
	ChannelID   int64
	Name        string
	Title       string
	CreatedAt   time.Time
	Attempt     int
	NextAt      time.Time
	DeliveredAt *time.Time
	FailedAt    *time.Time
	Error       string
}

// Deliveries are the newest notices of the rooms that the present role sees, and
// how each fared.
func (s *Store) Deliveries(ctx context.Context, limit int) ([]alert.Delivery, error) {
	rows, err := allRows[deliveryRow](s.q.Query(ctx, sqlDeliveries, limit))
	if err != nil {
		return nil, wrap(err, "list deliveries")
	}
	list := make([]alert.Delivery, len(rows))
	for i, r := range rows {
		list[i] = alert.Delivery{
			ID: r.ID, Notice: r.Notice, Room: r.Room, Channel: r.ChannelID, To: r.Name, Title: r.Title, CreatedAt: r.CreatedAt.UTC(), Attempt: r.Attempt,
			NextAt: r.NextAt.UTC(), DeliveredAt: orZero(r.DeliveredAt), FailedAt: orZero(r.FailedAt), Error: r.Error,
		}
	}
	return list, nil
}
