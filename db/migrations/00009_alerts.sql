-- Alerts: rules, what they told, and the outbox by which it leaves the house. A
-- row belongs to a room, and only those who see the room see the row. Addresses
-- of channels are sealed by the server's key.

-- +goose Up
CREATE SEQUENCE core.alert_rule_id;
CREATE TABLE core.alert_rule (
    id         bigint           NOT NULL,
    room       text             NOT NULL,
    owner_id   bigint           NOT NULL REFERENCES core.person,
    name       text             NOT NULL CHECK (name <> '' AND length(name) <= 100),
    owner      text             NOT NULL CHECK (owner <> '' AND length(owner) <= 100),
    figure     text             NOT NULL CHECK (figure <> '' AND length(figure) <= 200),
    unit       text             NOT NULL CHECK (length(unit) <= 20),
    kind       text             NOT NULL CHECK (kind IN ('threshold', 'rate', 'stale')),
    side       text             NOT NULL CHECK (side IN ('', 'above', 'below')),
    high       double precision NOT NULL CHECK (high > '-Infinity' AND high < 'Infinity'), -- the limit
    clear      double precision NOT NULL CHECK (clear > '-Infinity' AND clear < 'Infinity'),
    span_s     double precision NOT NULL CHECK (span_s >= 0),
    max_age_s  double precision NOT NULL CHECK (max_age_s >= 0),
    for_s      double precision NOT NULL CHECK (for_s >= 0),
    cooldown_s double precision NOT NULL CHECK (cooldown_s >= 0),
    critical   boolean          NOT NULL,
    email      boolean          NOT NULL,
    channels   bigint[]         NOT NULL,
    off        boolean          NOT NULL,
    valid_from date             NOT NULL,
    known_from timestamptz      NOT NULL,
    known_to   timestamptz      CHECK (known_to > known_from),
    who        text             NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX alert_rule_now ON core.alert_rule (id) WHERE known_to IS NULL;
CREATE INDEX alert_rule_owner ON core.alert_rule (owner_id) WHERE known_to IS NULL;

-- Where a version of a rule stands between two looks at it.
CREATE TABLE core.alert_state (
    rule_id    bigint      PRIMARY KEY,
    known_from timestamptz NOT NULL, -- of the version
    state      jsonb       NOT NULL
);

CREATE TABLE core.alert (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id         bigint      NOT NULL, -- 0: the house itself
    room            text        NOT NULL,
    name            text        NOT NULL,
    critical        boolean     NOT NULL,
    text            text        NOT NULL,
    fired_at        timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text        NOT NULL DEFAULT '',
    resolved_at     timestamptz CHECK (resolved_at >= fired_at),
    resolved_text   text        NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX alert_open ON core.alert (rule_id) WHERE resolved_at IS NULL AND rule_id <> 0;
CREATE INDEX alert_newest ON core.alert (fired_at DESC, id DESC);

CREATE TABLE core.channel (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('slack', 'webhook', 'heartbeat')),
    name        text        NOT NULL CHECK (name <> '' AND length(name) <= 60),
    rooms       text[]      NOT NULL,
    key         text        NOT NULL UNIQUE,
    sealed      text        NOT NULL CHECK (sealed <> ''),
    secret      text        NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  text        NOT NULL,
    disabled_at timestamptz,
    why         text        NOT NULL DEFAULT '',
    beat_at     timestamptz
);
CREATE UNIQUE INDEX channel_name ON core.channel (lower(name)) WHERE disabled_at IS NULL;

-- One row for each notice and destination. A try takes a row by moving its next
-- time, so that a sender that dies leaves it to another; the notice keeps its
-- number.
CREATE TABLE core.outbox (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice       text        NOT NULL CHECK (notice <> ''),
    room         text        NOT NULL,
    rule_id      bigint      NOT NULL, -- 0: no rule
    channel_id   bigint      NOT NULL, -- 0: e-mail to the person
    person_id    bigint      NOT NULL, -- 0: no person
    type         text        NOT NULL,
    at           timestamptz NOT NULL,
    title        text        NOT NULL,
    body         text        NOT NULL,
    path         text        NOT NULL, -- of the page to look at
    resolved     boolean     NOT NULL,
    created_at   timestamptz NOT NULL,
    attempt      integer     NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL,
    delivered_at timestamptz,
    failed_at    timestamptz,
    error        text        NOT NULL DEFAULT '',
    UNIQUE (notice, channel_id, person_id),
    CHECK (channel_id <> 0 OR person_id <> 0)
);
CREATE INDEX outbox_due ON core.outbox (next_at) WHERE delivered_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_newest ON core.outbox (id DESC);

ALTER TABLE core.alert_rule ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY room ON core.alert_rule USING (core.sees(room)) WITH CHECK (core.sees(room));
CREATE POLICY room ON core.alert USING (core.sees(room)) WITH CHECK (core.sees(room));
CREATE POLICY room ON core.outbox USING (core.sees(room)) WITH CHECK (core.sees(room));

GRANT SELECT, INSERT ON core.alert_rule TO switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin;
GRANT UPDATE (known_to) ON core.alert_rule TO switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin;
GRANT USAGE ON SEQUENCE core.alert_rule_id TO switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin;
GRANT SELECT ON core.alert, core.outbox TO switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin;
GRANT UPDATE (acknowledged_at, acknowledged_by) ON core.alert TO
    switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin;

-- Channels are kept by administrators; of others each sees the name and what it
-- carries, never the address.
GRANT SELECT, INSERT ON core.channel TO switchyard_admin;
GRANT UPDATE (disabled_at, why) ON core.channel TO switchyard_admin;
GRANT INSERT ON core.outbox TO switchyard_admin;
GRANT SELECT (id, kind, name, rooms, disabled_at) ON core.channel TO
    switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance;

GRANT SELECT ON core.alert_rule, core.channel TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON core.alert_state TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON core.alert, core.outbox TO switchyard_jobs;
GRANT UPDATE (disabled_at, why, beat_at) ON core.channel TO switchyard_jobs;
GRANT SELECT ON core.person TO switchyard_jobs;

-- What waits for a second person in a unit's room is proposed and decided there.
GRANT SELECT, INSERT ON core.proposal TO switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance;
GRANT UPDATE (decider_id, decider, decided_at, decision) ON core.proposal TO
    switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance;

-- How many people of some roles may sign in: a number, not who they are.
-- +goose StatementBegin
CREATE FUNCTION core.holders(roles text[]) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog
    RETURN (SELECT count(*) FROM core.person p WHERE p.role = ANY (roles) AND p.deactivated_at IS NULL);
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.holders(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.holders(text[]) TO
    switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin;

-- Rules end with their owner's rights; the administrator who ends those sees the
-- rules of no unit.
-- +goose StatementBegin
CREATE FUNCTION core.end_rules(person bigint, at timestamptz) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog
    BEGIN ATOMIC
        WITH ended AS (
            UPDATE core.alert_rule SET known_to = end_rules.at WHERE owner_id = end_rules.person AND known_to IS NULL RETURNING 1
        ) SELECT count(*) FROM ended;
    END;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.end_rules(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.end_rules(bigint, timestamptz) TO switchyard_admin;
