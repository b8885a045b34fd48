-- What waits for a second person. A proposal keeps what it would change and what
-- was known when it was made; whoever proposes never approves.

-- +goose Up
CREATE TABLE core.proposal (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room        text        NOT NULL,
    kind        text        NOT NULL CHECK (kind <> ''),
    target      text        NOT NULL CHECK (target <> ''),
    change      jsonb       NOT NULL, -- what it would set
    known       jsonb       NOT NULL, -- the same as it was then
    proposer_id bigint      NOT NULL,
    proposer    text        NOT NULL,
    proposed_at timestamptz NOT NULL,
    decider_id  bigint,
    decider     text        NOT NULL DEFAULT '',
    decided_at  timestamptz,
    decision    text        NOT NULL DEFAULT '' CHECK (decision IN ('', 'approved', 'rejected', 'withdrawn')),
    CHECK ((decision = '') = (decided_at IS NULL) AND (decision = '') = (decider_id IS NULL)),
    CHECK (decision <> 'approved' OR decider_id <> proposer_id)
);
CREATE UNIQUE INDEX proposal_open ON core.proposal (kind, target) WHERE decided_at IS NULL;

ALTER TABLE core.proposal ENABLE ROW LEVEL SECURITY;
CREATE POLICY room ON core.proposal USING (core.sees(room)) WITH CHECK (core.sees(room));
GRANT SELECT, INSERT ON core.proposal TO switchyard_admin;
GRANT UPDATE (decider_id, decider, decided_at, decision) ON core.proposal TO switchyard_admin;
