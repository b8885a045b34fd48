package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/alert"
	"switchyard/jobs/notify"
)

// Limits of one round of the outbox.
const (
	parcelsAtOnce = 32
	parcelLease   = 2 * time.Minute // a try ends long before, or its sender is dead
	senders       = 8
)

// sendOutbox sends what is due, a few at a time, until nothing is.
func sendOutbox(ctx context.Context, env *Env) (int64, error) {
	var sent int64
	for {
		parcels, err := env.Store.TakeParcels(ctx, parcelsAtOnce, env.Now().Add(parcelLease))
		if err != nil {
			return sent, fmt.Errorf("take what is due: %w", err)
		}
		n, err := sendAll(ctx, env, parcels)
		sent += n
		if err != nil || len(parcels) < parcelsAtOnce {
			return sent, err
		}
	}
}

// sendAll sends parcels at once. An error is one of the store; that of a receiver
// is noted with the parcel.
func sendAll(ctx context.Context, env *Env, parcels []db.Parcel) (int64, error) {
	var (
		group  sync.WaitGroup
		mu     sync.Mutex // guards sent and failed
		sent   int64
		failed []error
		places = make(chan struct{}, senders)
	)
	for _, p := range parcels {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			ok, err := sendOne(ctx, env, p)
			mu.Lock()
			defer mu.Unlock()
			if ok {
				sent++
			}
			if err != nil {
				failed = append(failed, err)
			}
		})
	}
	group.Wait()
	return sent, errors.Join(failed...)
}

// sendOne tries a parcel and notes how that went, also if ctx has ended
// meanwhile: what has arrived is not sent again.
func sendOne(ctx context.Context, env *Env, p db.Parcel) (bool, error) {
	var err error
	if why := refusal(p); why != "" {
		err = &notify.Error{Channel: "the outbox", Kind: notify.Reject, Msg: why}
	} else {
		err = guarded(func() error { return carry(ctx, env, p) })
	}
	noteCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err == nil {
		return true, env.Store.Delivered(noteCtx, p.Row)
	}
	return false, settle(noteCtx, env, p, err)
}

// refusal says why a parcel must not be delivered; empty if it may. What its
// recipient may see is asked again here: it may have changed since it was queued.
// The end of an alert goes wherever its beginning went.
func refusal(p db.Parcel) string {
	room := access.Room(p.Room)
	mayRead := p.Person.DeactivatedAt.IsZero() && access.Can(p.Person.Role, room, access.Read)
	switch {
	case p.Type == db.TypeLink && p.Person.DeactivatedAt.IsZero():
		return "" // it is about the recipient alone
	case p.Channel == nil && !mayRead:
		return "the recipient may not read this any more"
	case p.Channel == nil:
		return ""
	case !p.Channel.DisabledAt.IsZero():
		return "the channel is off"
	case p.Rule == 0:
		return ""
	case !slices.Contains(p.Channel.Rooms, p.Room):
		return "the channel does not carry this room"
	case !p.Resolved && !mayRead:
		return "the owner of the rule may not read this any more"
	}
	return ""
}

// carry sends a parcel by its channel.
func carry(ctx context.Context, env *Env, p db.Parcel) error {
	n := notify.Notice{ID: p.ID, Type: p.Type, Time: p.At, Title: p.Title, Text: p.Body, Resolved: p.Resolved}
	if p.Type == db.TypeLink {
		body, err := env.Open(p.ID, p.Body)
		if err != nil {
			return fmt.Errorf("open the letter %s: %w", p.ID, err)
		}
		n.Text = string(body)
	} else if env.Link != "" {
		n.URL = env.Link + p.Path
	}
	if p.Channel == nil {
		if env.Mail == nil {
			return &notify.Error{Channel: "email", Kind: notify.Reject, Msg: "no mail server is set"}
		}
		return env.Mail.Send(ctx, p.Person.Email, n)
	}
	address, err := env.Open(p.Channel.Key, p.Channel.Sealed)
	if err != nil {
		return fmt.Errorf("open the address of channel %d: %w", p.Channel.ID, err)
	}
	switch p.Channel.Kind {
	case alert.Slack:
		return env.Notify.Slack(ctx, string(address), n)
	case alert.Webhook:
		text, err := env.Open(p.Channel.Key, p.Channel.Secret)
		if err != nil {
			return fmt.Errorf("open the secret of channel %d: %w", p.Channel.ID, err)
		}
		secret, err := notify.ParseSecret(string(text))
		if err != nil {
			return fmt.Errorf("read the secret of channel %d: %w", p.Channel.ID, err)
		}
		return env.Notify.Webhook(ctx, string(address), []notify.Secret{secret}, n)
	case alert.Heartbeat:
		return env.Notify.Heartbeat(ctx, string(address))
	default:
		return &notify.Error{Channel: string(p.Channel.Kind), Kind: notify.Reject, Msg: "nobody knows this kind of channel"}
	}
}

// settle decides what becomes of a parcel that did not arrive.
func settle(ctx context.Context, env *Env, p db.Parcel, err error) error {
	why := sentence(err)
	var refused *notify.Error
	if !errors.As(err, &refused) {
		refused = &notify.Error{Kind: notify.Retry}
	}
	switch refused.Kind {
	case notify.Reject:
		return env.Store.GiveUp(ctx, p.Row, why)
	case notify.Disable:
		if err := env.Store.GiveUp(ctx, p.Row, why); err != nil || p.Channel == nil {
			return err
		}
		return env.Store.DisableChannel(ctx, *p.Channel, why)
	case notify.Retry:
	}
	wait, more := notify.Backoff(p.Attempt+1, rand.Float64)
	if !more {
		if err := env.Store.GiveUp(ctx, p.Row, why+"; it was tried for days"); err != nil || p.Channel == nil {
			return err
		}
		return env.Store.DisableChannel(ctx, *p.Channel, why)
	}
	return env.Store.TryAgain(ctx, p.Row, env.Now().Add(max(wait, refused.After)), why)
}
