-- Time series: one function makes a room's tables, so that private
-- measurements never lie in market.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION core.make_series_tables(room text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog
AS $$
DECLARE
    level text;
    bar   text := 'series_id integer NOT NULL, t timestamptz NOT NULL,
        n bigint NOT NULL CHECK (n > 0), sum double precision NOT NULL,
        min double precision NOT NULL, max double precision NOT NULL,
        first double precision NOT NULL, last double precision NOT NULL,
        CHECK (min <= max AND first BETWEEN min AND max AND last BETWEEN min AND max),
        CHECK (min > ''-Infinity'' AND max < ''Infinity'' AND sum > ''-Infinity'' AND sum < ''Infinity''),
        PRIMARY KEY (series_id, t)';
BEGIN
    EXECUTE format('CREATE TABLE %I.series (
        id         integer          GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key        text             NOT NULL CHECK (starts_with(key, %L)),
        unit       text             NOT NULL,
        interval_s double precision NOT NULL CHECK (interval_s > 0),
        world      text             NOT NULL CHECK (world IN (''public'', ''simulated'')),
        source     text             NOT NULL,
        licence    text             NOT NULL DEFAULT '''',
        UNIQUE (key, world))', room, room || '.');
    EXECUTE format('CREATE TABLE %I.tick (
        series_id integer NOT NULL, t timestamptz NOT NULL, v double precision NOT NULL,
        CHECK (t = date_bin(''1 second'', t, ''2000-01-01 00:00:00+00'')),
        CHECK (v > ''-Infinity'' AND v < ''Infinity''),
        PRIMARY KEY (series_id, t)) PARTITION BY RANGE (t)', room);
    EXECUTE format('CREATE TABLE %I.point_minute (%s) PARTITION BY RANGE (t)', room, bar);
    EXECUTE format('CREATE TABLE %I.point_hour (%s)', room, bar);
    EXECUTE format('CREATE TABLE %I.point_day (%s)', room, bar);
    FOREACH level IN ARRAY ARRAY['tick', 'point_minute', 'point_hour', 'point_day'] LOOP
        EXECUTE format('ALTER TABLE %I.%I ADD FOREIGN KEY (series_id) REFERENCES %I.series (id)', room, level, room);
    END LOOP;
    -- Hours whose coarser levels must be computed again. A writer locks the mark
    -- until it commits, so that nobody removes it before its rows can be seen.
    EXECUTE format('CREATE TABLE %I.dirty (
        series_id integer NOT NULL, hour timestamptz NOT NULL, touched timestamptz NOT NULL,
        PRIMARY KEY (series_id, hour)) WITH (fillfactor = 50)', room);
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.make_series_tables(text) FROM PUBLIC;

-- ensure_partition makes the partition that holds an instant: a day of ticks,
-- a month of minutes. It is all the DDL the jobs can cause.
-- +goose StatementBegin
CREATE FUNCTION core.ensure_partition(room text, level text, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
    SET timezone = 'UTC'
AS $$
DECLARE
    parent text;
    low    timestamptz;
    high   timestamptz;
    name   text;
BEGIN
    IF room NOT IN ('market', 'mining', 'ai', 'finance', 'fork') THEN
        RAISE EXCEPTION 'no room %', room;
    END IF;
    IF level = 'tick' THEN
        parent := 'tick'; low := date_trunc('day', at); high := low + interval '1 day';
        name := 'tick_' || to_char(low, 'YYYYMMDD');
    ELSIF level = 'minute' THEN
        parent := 'point_minute'; low := date_trunc('month', at); high := low + interval '1 month';
        name := 'point_minute_' || to_char(low, 'YYYYMM');
    ELSE
        RAISE EXCEPTION 'level % has no partitions', level;
    END IF;
    IF to_regclass(format('%I.%I', room, name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('switchyard partitions'));
    IF to_regclass(format('%I.%I', room, name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)', room, name, room, parent, low, high);
    RETURN true;
END
$$;
-- +goose StatementEnd

-- drop_partition drops one past partition and returns true, or marks the hours
-- whose roll-up does not hold what the partition holds and returns false.
-- +goose StatementBegin
CREATE FUNCTION core.drop_partition(room text, level text, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
    SET timezone = 'UTC'
AS $$
DECLARE
    low     timestamptz;
    high    timestamptz;
    name    text;
    summed  text; -- what the partition holds, by bar of the coarser level
    coarser text;
    pending boolean;
    wrong   bigint;
BEGIN
    IF room NOT IN ('market', 'mining', 'ai', 'finance', 'fork') THEN
        RAISE EXCEPTION 'no room %', room;
    END IF;
    IF level = 'tick' THEN
        low := date_trunc('day', at); high := low + interval '1 day';
        name := 'tick_' || to_char(low, 'YYYYMMDD'); coarser := 'point_minute';
        summed := format('SELECT series_id, date_bin(''1 minute'', t, ''2000-01-01 00:00:00+00'') AS t,
            count(*) AS n, min(v) AS min, max(v) AS max FROM %I.%I GROUP BY 1, 2', room, name);
        IF high > now() - interval '7 days' THEN RAISE EXCEPTION 'ticks of % are still kept', low; END IF;
    ELSIF level = 'minute' THEN
        low := date_trunc('month', at); high := low + interval '1 month';
        name := 'point_minute_' || to_char(low, 'YYYYMM'); coarser := 'point_hour';
        -- An hour may have been given whole, with a count of its own.
        summed := format('SELECT series_id, date_bin(''1 hour'', t, ''2000-01-01 00:00:00+00'') AS t,
            NULL::bigint AS n, min(min) AS min, max(max) AS max FROM %I.%I GROUP BY 1, 2', room, name);
        IF high > now() - interval '13 months' THEN RAISE EXCEPTION 'minutes of % are still kept', low; END IF;
    ELSE
        RAISE EXCEPTION 'level % has no partitions', level;
    END IF;
    IF to_regclass(format('%I.%I', room, name)) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.dirty WHERE hour >= $1 AND hour < $2)', room)
        INTO pending USING low, high;
    IF pending THEN
        RETURN false;
    END IF;
    EXECUTE format('INSERT INTO %1$I.dirty (series_id, hour, touched)
        SELECT DISTINCT f.series_id, date_bin(''1 hour'', f.t, ''2000-01-01 00:00:00+00''), statement_timestamp()
          FROM (%2$s) AS f LEFT JOIN %1$I.%3$I c ON c.series_id = f.series_id AND c.t = f.t
         WHERE c.t IS NULL OR c.min > f.min OR c.max < f.max OR c.n <> f.n ORDER BY 1, 2
        ON CONFLICT DO NOTHING', room, summed, coarser);
    GET DIAGNOSTICS wrong = ROW_COUNT;
    IF wrong > 0 THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE %I.%I', room, name);
    RETURN true;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.ensure_partition(text, text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION core.drop_partition(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.ensure_partition(text, text, timestamptz), core.drop_partition(text, text, timestamptz) TO switchyard_jobs;

SELECT core.make_series_tables('market');

GRANT USAGE ON SCHEMA market TO
    switchyard_jobs, switchyard_executive, switchyard_mining, switchyard_business,
    switchyard_finance, switchyard_admin, switchyard_reader;
GRANT SELECT, INSERT, UPDATE ON market.series TO switchyard_jobs;
GRANT SELECT, INSERT ON market.tick TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE ON market.point_minute, market.point_hour, market.point_day TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON market.dirty TO switchyard_jobs;
GRANT SELECT ON market.series, market.tick, market.point_minute, market.point_hour, market.point_day TO
    switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin, switchyard_reader;
