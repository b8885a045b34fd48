-- The audit log. No role of the dashboard can change or delete a row of it; it is
-- written through one function, which notes the Postgres role by itself. A row
-- says who did what to which thing and which fields it touched, never a value.

-- +goose Up
CREATE TABLE core.audit (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    pg_role  text        NOT NULL,
    actor_id bigint      NOT NULL, -- 0: the system
    actor    text        NOT NULL,
    role     text        NOT NULL,
    room     text        NOT NULL,
    action   text        NOT NULL CHECK (action <> ''),
    object   text        NOT NULL,
    fields   text[]      NOT NULL,
    address  text        NOT NULL,
    request  text        NOT NULL
);
CREATE INDEX audit_at ON core.audit (at DESC, id DESC);
CREATE INDEX audit_actor ON core.audit (actor_id, id DESC);

-- The seal orders the rows and chains them: each hash covers the row and the
-- hash before. The rows themselves are never touched.
CREATE TABLE core.audit_seal (
    ordinal   bigint      PRIMARY KEY CHECK (ordinal > 0),
    audit_id  bigint      NOT NULL UNIQUE,
    hash      bytea       NOT NULL CHECK (length(hash) = 32),
    sealed_at timestamptz NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION core.record(at timestamptz, actor_id bigint, actor text, role text, room text,
                            action text, object text, fields text[], address text, request text) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog
    BEGIN ATOMIC
        INSERT INTO core.audit (at, pg_role, actor_id, actor, role, room, action, object, fields, address, request)
        VALUES (record.at, session_user, record.actor_id, record.actor, record.role, record.room,
                record.action, record.object, record.fields, record.address, record.request)
        RETURNING id;
    END;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.record(timestamptz, bigint, text, text, text, text, text, text[], text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.record(timestamptz, bigint, text, text, text, text, text, text[], text, text) TO
    switchyard_auth, switchyard_jobs, switchyard_executive, switchyard_mining,
    switchyard_business, switchyard_finance, switchyard_admin;
GRANT SELECT ON core.audit, core.audit_seal TO switchyard_jobs, switchyard_admin;
GRANT INSERT ON core.audit_seal TO switchyard_jobs;
