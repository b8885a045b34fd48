-- Rooms, and what the house itself needs: world, topics, sources, jobs.

-- +goose Up
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA market;
CREATE SCHEMA mining;
CREATE SCHEMA ai;
CREATE SCHEMA finance;
CREATE SCHEMA fork;

GRANT USAGE ON SCHEMA core TO
    switchyard_auth, switchyard_jobs, switchyard_executive, switchyard_mining,
    switchyard_business, switchyard_finance, switchyard_admin, switchyard_reader;

-- One row: the world this database holds, and where a simulated one began.
CREATE TABLE core.world (
    one        boolean     PRIMARY KEY DEFAULT true CHECK (one),
    world      text        NOT NULL CHECK (world IN ('public', 'simulated')),
    origin     timestamptz NOT NULL,
    seed       bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON core.world TO
    switchyard_jobs, switchyard_executive, switchyard_mining, switchyard_business,
    switchyard_finance, switchyard_admin, switchyard_reader;

-- Which room's rows of core the present role may see. A role that is not named
-- sees none.
-- +goose StatementBegin
CREATE FUNCTION core.sees(room text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
    RETURN CASE current_user
        WHEN 'switchyard_jobs' THEN true
        WHEN 'switchyard_executive' THEN true
        WHEN 'switchyard_admin' THEN room IN ('core', 'market')
        WHEN 'switchyard_mining' THEN room IN ('market', 'mining')
        WHEN 'switchyard_business' THEN room IN ('market', 'ai')
        WHEN 'switchyard_finance' THEN room IN ('market', 'finance')
        WHEN 'switchyard_reader' THEN room = 'market'
        ELSE false
    END;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.sees(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.sees(text) TO
    switchyard_jobs, switchyard_executive, switchyard_mining, switchyard_business,
    switchyard_finance, switchyard_admin, switchyard_reader;

-- Live topics: seq numbers the changes of each, without gaps and in the order
-- of their commits, which a sequence would not.
CREATE TABLE core.topic (
    name       text        PRIMARY KEY CHECK (name <> ''),
    seq        bigint      NOT NULL CHECK (seq > 0),
    changed_at timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT ON core.topic TO
    switchyard_jobs, switchyard_executive, switchyard_mining, switchyard_business,
    switchyard_finance, switchyard_admin, switchyard_reader;

-- publish is the last statement of a transaction that changed something people
-- may be looking at. The notice carries a name and a number, never a value:
-- anybody in the database can listen.
-- +goose StatementBegin
CREATE FUNCTION core.publish(topic text, key text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
AS $$
DECLARE
    number bigint;
BEGIN
    INSERT INTO core.topic AS t (name, seq, changed_at) VALUES (publish.topic, 1, pg_catalog.now())
        ON CONFLICT (name) DO UPDATE SET seq = t.seq + 1, changed_at = EXCLUDED.changed_at
        RETURNING seq INTO number;
    PERFORM pg_catalog.pg_notify('switchyard',
        pg_catalog.json_build_object('topic', publish.topic, 'seq', number, 'key', publish.key)::text);
    RETURN number;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.publish(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.publish(text, text) TO
    switchyard_jobs, switchyard_executive, switchyard_mining, switchyard_business,
    switchyard_finance, switchyard_admin;

CREATE TABLE core.source (
    name         text             PRIMARY KEY CHECK (name <> ''),
    room         text             NOT NULL,
    title        text             NOT NULL,
    feeds        text             NOT NULL,
    cadence_s    double precision NOT NULL CHECK (cadence_s > 0),
    checked_at   timestamptz,
    succeeded_at timestamptz,
    changed_at   timestamptz,
    failures     integer          NOT NULL DEFAULT 0 CHECK (failures >= 0),
    last_error   text             NOT NULL DEFAULT '',
    next_try_at  timestamptz,
    published_at timestamptz
) WITH (fillfactor = 50);

CREATE TABLE core.job (
    name     text PRIMARY KEY CHECK (name <> ''),
    room     text NOT NULL,
    title    text NOT NULL,
    schedule text NOT NULL,
    next_at  timestamptz
);

CREATE TABLE core.job_run (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job        text        NOT NULL CHECK (job <> ''),
    room       text        NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz CHECK (ended_at >= started_at),
    status     text        NOT NULL CHECK (status IN ('running', 'succeeded', 'failed', 'panicked', 'timed_out', 'abandoned')),
    rows       bigint      NOT NULL DEFAULT 0 CHECK (rows >= 0),
    note       text        NOT NULL DEFAULT '',
    error      text        NOT NULL DEFAULT '',
    CHECK ((status = 'running') = (ended_at IS NULL))
);
CREATE INDEX job_run_newest ON core.job_run (job, started_at DESC);
CREATE INDEX job_run_started ON core.job_run (started_at DESC);

CREATE TABLE core.job_request (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action   text        NOT NULL CHECK (action IN ('run', 'release')),
    target   text        NOT NULL CHECK (target <> ''),
    asked_by text        NOT NULL,
    asked_at timestamptz NOT NULL,
    taken_at timestamptz
);
CREATE INDEX job_request_open ON core.job_request (id) WHERE taken_at IS NULL;

CREATE TABLE core.progress (
    name  text        PRIMARY KEY CHECK (name <> ''),
    room  text        NOT NULL DEFAULT 'market',
    title text        NOT NULL,
    unit  text        NOT NULL,
    done  bigint      NOT NULL CHECK (done >= 0),
    total bigint      NOT NULL CHECK (total >= 0),
    note  text        NOT NULL DEFAULT '',
    at    timestamptz NOT NULL
);

ALTER TABLE core.source ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.job ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.job_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE core.progress ENABLE ROW LEVEL SECURITY;
CREATE POLICY room ON core.source USING (core.sees(room)) WITH CHECK (core.sees(room));
CREATE POLICY room ON core.job USING (core.sees(room)) WITH CHECK (core.sees(room));
CREATE POLICY room ON core.job_run USING (core.sees(room)) WITH CHECK (core.sees(room));
CREATE POLICY room ON core.progress USING (core.sees(room)) WITH CHECK (core.sees(room));

GRANT SELECT, INSERT, UPDATE, DELETE ON core.source, core.job, core.job_run, core.job_request, core.progress TO switchyard_jobs;
GRANT SELECT ON core.source, core.job, core.job_run, core.progress TO
    switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin, switchyard_reader;
GRANT SELECT ON core.job_request TO switchyard_executive, switchyard_admin;
GRANT INSERT ON core.job_request TO switchyard_admin;
