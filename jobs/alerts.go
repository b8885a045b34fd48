package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/alert"
)

// headlineKey stands in a figure's key between the room and the measure of a
// headline, e.g. finance.headline.cash_usd.
const headlineKey = ".headline."

// watchAlerts looks once at every rule. Each is read through the Postgres role of
// its owner, so that a rule sees what its owner may see and nothing else. A rule
// that cannot be read does not keep the others waiting.
func watchAlerts(ctx context.Context, env *Env) (int64, error) {
	if _, err := env.Store.EndOrphans(ctx); err != nil {
		return 0, fmt.Errorf("end alerts without a rule: %w", err)
	}
	rules, err := env.Store.Rules(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the alert rules: %w", err)
	}
	owners := make(map[int64]access.Person)
	var told int64
	var failed []error
	for _, r := range rules {
		if r.Off {
			continue
		}
		event, err := watchRule(ctx, env, r, owners)
		if ctx.Err() != nil {
			return told, ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("rule %d: %w", r.ID, err))
			continue
		}
		if event != nil {
			told++
		}
	}
	env.Note(ctx, fmt.Sprintf("looked at %d rules", len(rules)), told)
	if len(failed) == 0 {
		env.watchedAt.Store(env.Now().Unix())
	}
	return told, errors.Join(failed...)
}

func watchRule(ctx context.Context, env *Env, r alert.Record, owners map[int64]access.Person) (*alert.Event, error) {
	owner, known := owners[r.OwnerID]
	if !known {
		var err error
		if owner, err = env.Store.Person(ctx, r.OwnerID); err != nil {
			return nil, err
		}
		owners[r.OwnerID] = owner
	}
	seen := alert.Observation{}
	if owner.DeactivatedAt.IsZero() && access.Can(owner.Role, r.Room, access.Read) {
		var err error
		if seen, err = observe(ctx, env.DB.As(owner.Role), r.Rule); err != nil {
			return nil, err
		}
	}
	return env.Store.MoveRule(ctx, r, func(before alert.State) (alert.State, *alert.Event) {
		return alert.Evaluate(r.Rule, before, seen, env.Now().UTC())
	})
}

// observe reads what a rule watches; a figure that is not there is not known.
func observe(ctx context.Context, s *db.Store, r alert.Rule) (alert.Observation, error) {
	if room, measure, is := strings.Cut(r.Figure, headlineKey); is {
		return observeHeadline(ctx, s, access.Room(room), measure)
	}
	last, err := s.LastPoint(ctx, r.Figure)
	if errors.Is(err, db.ErrNotFound) {
		return alert.Observation{}, nil
	}
	if err != nil {
		return alert.Observation{}, err
	}
	o := alert.Observation{Value: &last.V, At: last.T.UTC()}
	if r.Kind != alert.Rate {
		return o, nil
	}
	before, err := s.PointAt(ctx, r.Figure, last.T.Add(-r.Window))
	if errors.Is(err, db.ErrNotFound) || err == nil && last.T.Sub(before.T) > 2*r.Window {
		return o, nil // what is older than twice the window is no value of its beginning
	}
	o.Previous = &before.V
	return o, err
}

func observeHeadline(ctx context.Context, s *db.Store, room access.Room, measure string) (alert.Observation, error) {
	list, err := s.Headlines(ctx)
	if err != nil {
		return alert.Observation{}, err
	}
	i := slices.IndexFunc(list, func(h db.Headline) bool { return h.Room == room && h.Measure == measure })
	if i < 0 || list[i].Value == nil {
		return alert.Observation{}, nil
	}
	v := list[i].Value.InexactFloat64()
	return alert.Observation{Value: &v, At: list[i].At}, nil
}

// heartbeatFresh is how long after the last look at the rules a heartbeat may
// still say that all is well.
const heartbeatFresh = 2 * time.Minute

// beatHearts tells watchdogs that this server looks at its rules. It is silent
// once it does not, so that the watchdog raises the alarm.
func beatHearts(ctx context.Context, env *Env) (int64, error) {
	channels, err := env.Store.Channels(ctx)
	if err != nil {
		return 0, fmt.Errorf("list the channels: %w", err)
	}
	channels = slices.DeleteFunc(channels, func(c alert.Channel) bool { return c.Kind != alert.Heartbeat || !c.DisabledAt.IsZero() })
	if len(channels) == 0 {
		return 0, nil
	}
	if last := time.Unix(env.watchedAt.Load(), 0); env.Now().Sub(last) > heartbeatFresh {
		return 0, errors.New("the rules have not been looked at lately, so no heartbeat is sent")
	}
	var heard int64
	var failed []error
	for _, c := range channels {
		err := beatOne(ctx, env, c)
		if ctx.Err() != nil {
			return heard, ctx.Err()
		}
		why := ""
		if err != nil {
			failed, why = append(failed, fmt.Errorf("channel %d: %w", c.ID, err)), sentence(err)
		} else {
			heard++
		}
		if err := env.Store.Beat(ctx, c, err == nil, why); err != nil {
			failed = append(failed, err)
		}
	}
	return heard, errors.Join(failed...)
}

func beatOne(ctx context.Context, env *Env, c alert.Channel) error {
	address, err := env.Open(c.Key, c.Sealed)
	if err != nil {
		return err
	}
	return env.Notify.Heartbeat(ctx, string(address))
}
