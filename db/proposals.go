package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

// ErrOwnProposal is returned where somebody approves what they proposed.
var ErrOwnProposal = errors.New("whoever proposes does not approve")

// Kinds of proposals about a person.
const (
	proposalRole   = "role"   // changes what they may do
	proposalActive = "active" // lets them sign in, again or for the first time
)

type proposalRow struct {
	ID         int64
	Room       string
	Kind       string
	Target     string
	Change     map[string]string
	Known      map[string]string
	ProposerID int64
	Proposer   string
	ProposedAt time.Time
}

func (r proposalRow) proposal() access.Proposal {
	return access.Proposal{
		ID: r.ID, Room: access.Room(r.Room), Kind: r.Kind, Target: r.Target, Change: r.Change, Known: r.Known,
		ProposerID: r.ProposerID, Proposer: r.Proposer, ProposedAt: r.ProposedAt.UTC(),
	}
}

const (
	proposalColumns   = `id, room, kind, target, change, known, proposer_id, proposer, proposed_at`
	sqlInsertProposal = `
INSERT INTO core.proposal (room, kind, target, change, known, proposer_id, proposer, proposed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlOpenProposal = `SELECT ` + proposalColumns + ` FROM core.proposal WHERE kind = ANY ($1) AND target = $2 AND decided_at IS NULL ORDER BY id LIMIT 1`
	sqlTakeProposal = `SELECT ` + proposalColumns + ` FROM core.proposal WHERE id = $1 AND decided_at IS NULL FOR UPDATE`
	sqlDecide       = `UPDATE core.proposal SET decider_id = $2, decider = $3, decided_at = $4, decision = $5 WHERE id = $1`
	sqlHolders      = `SELECT count(*) FROM core.person WHERE role = $1 AND deactivated_at IS NULL`
)

// Holders counts the people of a role who may sign in.
func (s *Store) Holders(ctx context.Context, role access.Role) (int, error) {
	var n int
	return n, wrap(s.q.QueryRow(ctx, sqlHolders, string(role)).Scan(&n), "count the people of role %s", role)
}

// ProposeRole proposes a change of somebody's role. One that is open for the
// same person already is ErrTaken.
func (s *Store) ProposeRole(ctx context.Context, by access.Actor, person access.Person, role access.Role) error {
	return s.proposePerson(ctx, by, person.ID, proposalRole, string(role), string(person.Role))
}

// ProposeActive proposes to let somebody sign in who may not. One that is open
// already is ErrTaken.
func (s *Store) ProposeActive(ctx context.Context, by access.Actor, person int64) error {
	return s.proposePerson(ctx, by, person, proposalActive, "yes", "no")
}

func (s *Store) proposePerson(ctx context.Context, by access.Actor, person int64, kind, next, now string) error {
	return s.write(ctx, func(s *Store) error {
		object := personObject(person)
		_, err := s.q.Exec(ctx, sqlInsertProposal, string(access.RoomCore), kind, object,
			map[string]string{kind: next}, map[string]string{kind: now}, by.ID, by.Name, s.now())
		if err != nil {
			return taken(err, "propose %s of %s", kind, object)
		}
		if err := s.record(ctx, by, access.RoomCore, "propose "+kind, object, kind); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicPeople: fmt.Sprint(person)})
	})
}

// PersonProposal is the open proposal about somebody; nil if there is none.
func (s *Store) PersonProposal(ctx context.Context, person int64) (*access.Proposal, error) {
	return s.openProposal(ctx, personObject(person), proposalRole, proposalActive)
}

func (s *Store) openProposal(ctx context.Context, object string, kinds ...string) (*access.Proposal, error) {
	rows, err := allRows[proposalRow](s.q.Query(ctx, sqlOpenProposal, kinds, object))
	if err != nil || len(rows) == 0 {
		return nil, wrap(err, "read the proposal for %s", object)
	}
	p := rows[0].proposal()
	return &p, nil
}

// DecidePerson approves or ends the open proposal id about somebody. Approved, it
// is done in the same transaction, provided that the person still is what they
// were when it was proposed: else it is ErrChanged. Whoever proposed may
// withdraw, and gets ErrOwnProposal for an approval. A proposal that is decided
// already is ErrNotFound.
func (s *Store) DecidePerson(ctx context.Context, by access.Actor, id, person int64, approve bool) error {
	return s.write(ctx, func(s *Store) error {
		r, err := onlyRow[proposalRow](s.q.Query(ctx, sqlTakeProposal, id))
		if err == nil && (r.Kind != proposalRole && r.Kind != proposalActive || r.Target != personObject(person)) {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return wrap(err, "take proposal %d", id)
		}
		decision := "rejected"
		switch {
		case approve && r.ProposerID == by.ID:
			return ErrOwnProposal
		case approve:
			decision = "approved"
		case r.ProposerID == by.ID:
			decision = "withdrawn"
		}
		if _, err := s.q.Exec(ctx, sqlDecide, id, by.ID, by.Name, s.now(), decision); err != nil {
			return wrap(err, "decide proposal %d", id)
		}
		if err := s.record(ctx, by, access.RoomCore, "proposal "+decision, r.Target, r.Kind); err != nil {
			return err
		}
		if !approve {
			return s.publish(ctx, map[string]string{topicPeople: fmt.Sprint(person)})
		}
		now, err := s.Person(ctx, person)
		if err != nil {
			return err
		}
		if r.Kind == proposalActive {
			if now.Active() {
				return ErrChanged
			}
			return s.Reactivate(ctx, by, person)
		}
		if string(now.Role) != r.Known["role"] {
			return ErrChanged
		}
		return s.SetRole(ctx, by, person, access.Role(r.Change["role"]))
	})
}
