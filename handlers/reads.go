package handlers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
)

// readsEvery is how often noted reads are written. If the server is killed, at
// most these are lost.
const readsEvery = 20 * time.Second

// readsHeld bounds what is held; beyond it reads are written at once.
const readsHeld = 1000

// readKey is one reader of one page.
type readKey struct {
	id           int64
	role         access.Role
	action, path string
}

type readCount struct {
	entry access.Entry
	n     int
}

// reads collects who read sensitive pages until they are written to the audit
// log, one line for each reader and page.
type reads struct {
	mu   sync.Mutex // guards held
	held map[readKey]*readCount
	full chan struct{} // capacity 1: as many are held as may be
}

func newReads() *reads {
	return &reads{held: make(map[readKey]*readCount), full: make(chan struct{}, 1)}
}

// note counts a read of a page.
func (r *reads) note(c echo.Context, room access.Room, action string, now time.Time) {
	who := actorOf(c)
	key := readKey{who.ID, who.Role, action, c.Request().URL.Path}
	r.mu.Lock()
	defer r.mu.Unlock()
	if held := r.held[key]; held != nil {
		held.n++
		return
	}
	r.held[key] = &readCount{n: 1, entry: access.Entry{At: now, Actor: who, Room: room, Action: action, Object: key.path}}
	if len(r.held) >= readsHeld {
		select {
		case r.full <- struct{}{}:
		default: // somebody is told already
		}
	}
}

// take empties the collection.
func (r *reads) take() []access.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]access.Entry, 0, len(r.held))
	for _, held := range r.held {
		e := held.entry
		if held.n > 1 {
			e.Object += fmt.Sprintf(", %d times", held.n)
		}
		list = append(list, e)
	}
	clear(r.held)
	return list
}

// writeReads writes what has been collected, every readsEvery and once more when
// ctx ends.
func (a *App) writeReads(ctx context.Context) {
	tick := time.NewTicker(readsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			a.flushReads()
			return
		case <-tick.C:
		case <-a.reads.full:
		}
		a.flushReads()
	}
}

func (a *App) flushReads() {
	ctx, cancel := context.WithTimeout(context.Background(), pageTimeout)
	defer cancel()
	if err := a.db.Auth().Record(ctx, a.reads.take()); err != nil {
		a.log.Error("reads not written to the audit log", "error", err)
	}
}

// sensitive says whether reading by this rule is noted: the money, the AI unit's
// customers and terms, and the administration; of a share, everything.
func (r rule) sensitive(who access.Subject) bool {
	return who.Role == access.Share || r.room == access.RoomFinance || r.room == access.RoomAI || r.action == access.Manage
}
