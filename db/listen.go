package db

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

// Notice says that a topic changed. Key says which part, never with a value.
type Notice struct {
	Topic string `json:"topic"`
	Seq   int64  `json:"seq"`
	Key   string `json:"key"`
}

// Times of a listener.
const (
	checkEvery   = 10 * time.Second // its connection is tried this often
	checkTimeout = 5 * time.Second
	minBackOff   = 200 * time.Millisecond
	maxBackOff   = 10 * time.Second
)

// Listener hears of changes on a connection of its own.
type Listener struct {
	cfg  Config
	role string
	log  *slog.Logger
	seen map[string]int64 // number last heard of each topic; touched by Run alone
}

// NewListener returns a listener that connects as role.
func NewListener(cfg Config, role access.Role) *Listener {
	return &Listener{cfg: cfg, role: "switchyard_" + string(role), log: cfg.Log, seen: make(map[string]int64)}
}

// Run listens until ctx ends, whose error it returns. onState hears when the
// connection is there and when it is lost, once each time. After a loss it
// connects again and emits a notice, without a key, for every topic that moved
// meanwhile, so none is missed. Both functions are called one at a time.
func (l *Listener) Run(ctx context.Context, onNotice func(Notice), onState func(up bool)) error {
	if err := l.baseline(ctx); err != nil && ctx.Err() == nil {
		l.log.Warn("listener has no baseline yet", "error", err)
	}
	wait := minBackOff
	up, told := false, false
	state := func(now bool) {
		if now != up || !told {
			up, told = now, true
			onState(now)
		}
	}
	for ctx.Err() == nil {
		began := l.cfg.Now()
		err := l.listen(ctx, onNotice, state)
		state(false)
		if ctx.Err() != nil {
			break
		}
		if l.cfg.Now().Sub(began) > maxBackOff {
			wait = minBackOff
		}
		pause := wait/2 + rand.N(wait/2+1)
		l.log.Warn("listener lost its connection", "again_in_ms", pause.Milliseconds(), "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		wait = min(2*wait, maxBackOff)
	}
	return ctx.Err()
}

func (l *Listener) connect(ctx context.Context) (*pgx.Conn, error) {
	cc, err := direct(l.cfg, l.role)
	if err != nil {
		return nil, err
	}
	cc.RuntimeParams["application_name"] = l.role + " listener"
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, cc)
	return conn, wrap(err, "connect the listener")
}

// baseline remembers where every topic stands at the beginning: pages rendered
// from here on carry at least these numbers.
func (l *Listener) baseline(ctx context.Context) error {
	conn, err := l.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending on it
	return l.moved(ctx, conn, func(Notice) {})
}

func (l *Listener) listen(ctx context.Context, onNotice func(Notice), onState func(bool)) error {
	conn, err := l.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending on it
	if _, err := conn.Exec(ctx, "LISTEN switchyard"); err != nil {
		return wrap(err, "listen")
	}
	onState(true)
	if err := l.moved(ctx, conn, onNotice); err != nil {
		return err
	}
	for {
		if err := l.wait(ctx, conn, onNotice); err != nil {
			return err
		}
	}
}

// wait takes one notice, or tries the connection if none came for a while: a
// dead peer would otherwise look like a quiet one.
func (l *Listener) wait(ctx context.Context, conn *pgx.Conn, onNotice func(Notice)) error {
	waiting, cancel := context.WithTimeout(ctx, checkEvery)
	defer cancel()
	n, err := conn.WaitForNotification(waiting)
	if err != nil {
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return wrap(err, "wait for a notice")
		}
		trying, cancel := context.WithTimeout(ctx, checkTimeout)
		defer cancel()
		_, err := conn.Exec(trying, "SELECT 1")
		return wrap(err, "try the listener's connection")
	}
	var notice Notice
	if err := json.Unmarshal([]byte(n.Payload), &notice); err != nil {
		l.log.Warn("a notice cannot be read", "error", err)
		return nil
	}
	if notice.Seq > l.seen[notice.Topic] {
		l.seen[notice.Topic] = notice.Seq
		onNotice(notice)
	}
	return nil
}

// moved emits a notice for every topic whose number is higher than the one
// last heard.
func (l *Listener) moved(ctx context.Context, conn *pgx.Conn, onNotice func(Notice)) error {
	rows, err := conn.Query(ctx, `SELECT name, seq FROM core.topic`)
	if err != nil {
		return wrap(err, "compare topics")
	}
	topics, err := pgx.CollectRows(rows, pgx.RowToStructByName[topicRow])
	if err != nil {
		return wrap(err, "compare topics")
	}
	for _, t := range topics {
		if t.Seq > l.seen[t.Name] {
			l.seen[t.Name] = t.Seq
			onNotice(Notice{Topic: t.Name, Seq: t.Seq})
		}
	}
	return nil
}
