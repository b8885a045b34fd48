-- People, how they prove who they are, and what the house has been told about
-- itself. Secrets stand here only as hashes, or sealed by the server's key.

-- +goose Up
CREATE TABLE core.person (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email          text        NOT NULL CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
    name           text        NOT NULL CHECK (name <> '' AND length(name) <= 100),
    role           text        NOT NULL CHECK (role IN ('executive', 'mining', 'business', 'finance', 'admin')),
    persona        text        NOT NULL DEFAULT '' CHECK (length(persona) <= 400), -- of the demo: what this person does here
    created_at     timestamptz NOT NULL,
    created_by     text        NOT NULL,
    deactivated_at timestamptz,
    seen_at        timestamptz
);
CREATE UNIQUE INDEX person_email ON core.person (email);

-- How a person proves who they are. Only the role of sign-in reads it.
CREATE TABLE core.credential (
    person_id     bigint      PRIMARY KEY REFERENCES core.person,
    password_hash text        NOT NULL DEFAULT '',
    totp_sealed   bytea,
    totp_on_at    timestamptz,
    totp_step     bigint      NOT NULL DEFAULT 0,
    changed_at    timestamptz NOT NULL
);

CREATE TABLE core.recovery_code (
    person_id bigint NOT NULL REFERENCES core.person,
    code_hash bytea  NOT NULL CHECK (length(code_hash) = 32),
    PRIMARY KEY (person_id, code_hash)
);

CREATE TABLE core.identity (
    issuer    text        NOT NULL CHECK (issuer <> ''),
    subject   text        NOT NULL CHECK (subject <> ''),
    person_id bigint      NOT NULL REFERENCES core.person,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);

CREATE TABLE core.session (
    id_hash    bytea       PRIMARY KEY CHECK (length(id_hash) = 32),
    person_id  bigint      NOT NULL REFERENCES core.person,
    pending    boolean     NOT NULL DEFAULT false, -- a second proof is still owed
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    ended_at   timestamptz,
    address    text        NOT NULL,
    agent      text        NOT NULL CHECK (length(agent) <= 200)
);
CREATE INDEX session_person ON core.session (person_id) WHERE ended_at IS NULL;
CREATE INDEX session_expires ON core.session (expires_at);

-- Links that let somebody in once: an invitation, a reset, the first
-- administrator.
CREATE TABLE core.link (
    token_hash bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    purpose    text        NOT NULL CHECK (purpose IN ('invite', 'reset', 'admin')),
    person_id  bigint      REFERENCES core.person CHECK ((person_id IS NULL) = (purpose = 'admin')),
    created_at timestamptz NOT NULL,
    created_by text        NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at    timestamptz
);
CREATE INDEX link_person ON core.link (person_id);

CREATE TABLE core.api_token (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea       NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    person_id  bigint      NOT NULL REFERENCES core.person,
    name       text        NOT NULL CHECK (name <> '' AND length(name) <= 60),
    rooms      text[]      NOT NULL CHECK (cardinality(rooms) > 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at    timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_token_person ON core.api_token (person_id);

-- Failed tries by what they were made on: an account from an address, an
-- address, an account.
CREATE TABLE core.attempt (
    bucket   text        PRIMARY KEY CHECK (bucket <> ''),
    failures integer     NOT NULL CHECK (failures > 0),
    since    timestamptz NOT NULL
);
CREATE INDEX attempt_since ON core.attempt (since);

-- What an administrator has set. A change adds a row; the newest counts.
CREATE TABLE core.setting (
    key        text        NOT NULL CHECK (key <> ''),
    value      text        NOT NULL CHECK (length(value) <= 2000),
    known_from timestamptz NOT NULL,
    known_to   timestamptz CHECK (known_to > known_from),
    who        text        NOT NULL,
    PRIMARY KEY (key, known_from)
);
CREATE UNIQUE INDEX setting_now ON core.setting (key) WHERE known_to IS NULL;

GRANT SELECT, INSERT ON core.person TO switchyard_auth;
GRANT UPDATE (seen_at) ON core.person TO switchyard_auth;
GRANT SELECT, INSERT, UPDATE ON core.credential TO switchyard_auth;
GRANT SELECT, INSERT, DELETE ON core.recovery_code, core.identity TO switchyard_auth;
GRANT SELECT, INSERT, UPDATE ON core.session, core.link, core.api_token TO switchyard_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON core.attempt TO switchyard_auth;
GRANT SELECT ON core.setting, core.world TO switchyard_auth;
GRANT EXECUTE ON FUNCTION core.publish(text, text) TO switchyard_auth;

GRANT SELECT, INSERT, UPDATE ON core.person, core.link, core.setting TO switchyard_admin;
GRANT SELECT ON core.session, core.api_token TO switchyard_admin;
GRANT UPDATE (ended_at) ON core.session TO switchyard_admin;
GRANT UPDATE (revoked_at) ON core.api_token TO switchyard_admin;
GRANT SELECT ON core.setting TO
    switchyard_jobs, switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_reader;
GRANT SELECT, DELETE ON core.session, core.link, core.attempt TO switchyard_jobs;
