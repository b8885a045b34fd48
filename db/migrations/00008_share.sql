-- Links for people outside the company: an auditor, a lender. Each names the
-- pages it opens and ends by itself; only its hash is kept. A browser that opened
-- one holds a visit.

-- +goose Up
CREATE TABLE core.share (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea       NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    recipient  text        NOT NULL CHECK (recipient <> '' AND length(recipient) <= 100),
    pages      text[]      NOT NULL CHECK (cardinality(pages) > 0),
    exports    boolean     NOT NULL,
    person_id  bigint      NOT NULL REFERENCES core.person,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    opened     integer     NOT NULL DEFAULT 0 CHECK (opened >= 0),
    opened_at  timestamptz,
    revoked_at timestamptz
);
CREATE INDEX share_person ON core.share (person_id);

CREATE TABLE core.visit (
    id_hash  bytea       PRIMARY KEY CHECK (length(id_hash) = 32),
    share_id bigint      NOT NULL REFERENCES core.share,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    address  text        NOT NULL
);
CREATE INDEX visit_share ON core.visit (share_id);

GRANT SELECT, INSERT, UPDATE ON core.share, core.visit TO switchyard_auth;
GRANT SELECT ON core.share TO switchyard_admin;
GRANT UPDATE (revoked_at) ON core.share TO switchyard_admin;
GRANT SELECT ON core.share TO switchyard_jobs;
GRANT SELECT, DELETE ON core.visit TO switchyard_jobs;
