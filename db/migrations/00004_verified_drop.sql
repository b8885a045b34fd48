-- A partition is dropped only if its roll-up says the same as it does, not merely
-- if there is one.

-- +goose Up
-- drop_partition drops one past partition and returns true, or marks the hours
-- whose roll-up does not hold what the partition holds and returns false.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION core.drop_partition(room text, level text, at timestamptz) RETURNS boolean
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
