-- What machines say of themselves: the latest of each, the hours by what they
-- were seen to do, and the mining room's time series.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    IF to_regclass('mining.series') IS NULL THEN
        PERFORM core.make_series_tables('mining');
    END IF;
END
$$;
-- +goose StatementEnd
GRANT USAGE ON SCHEMA mining TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE ON mining.series TO switchyard_jobs;
GRANT SELECT, INSERT ON mining.tick TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE ON mining.point_minute, mining.point_hour, mining.point_day TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON mining.dirty TO switchyard_jobs;
GRANT SELECT ON mining.series, mining.tick, mining.point_minute, mining.point_hour, mining.point_day TO
    switchyard_executive, switchyard_mining, switchyard_reader;

-- The latest reading of each machine. A try that failed keeps what the machine
-- said last, with its time; what it did not say is null.
CREATE TABLE mining.unit_reading (
    unit_id     bigint      PRIMARY KEY,
    checked_at  timestamptz NOT NULL, -- last asked
    answered_at timestamptz,          -- the figures are of this time
    fault       text        NOT NULL CHECK (length(fault) <= 20), -- of the last try; empty: it answered
    why         text        NOT NULL CHECK (length(why) <= 300),
    failures    integer     NOT NULL CHECK (failures >= 0), -- in a row
    model       text        NOT NULL DEFAULT '' CHECK (length(model) <= 200),
    firmware    text        NOT NULL DEFAULT '' CHECK (length(firmware) <= 200),
    mode        text        NOT NULL DEFAULT '' CHECK (length(mode) <= 200),
    hashrate_hs double precision CHECK (hashrate_hs >= 0 AND hashrate_hs < 'Infinity'),
    average_hs  double precision CHECK (average_hs >= 0 AND average_hs < 'Infinity'),
    expected_hs double precision CHECK (expected_hs >= 0 AND expected_hs < 'Infinity'),
    power_w     double precision CHECK (power_w >= 0 AND power_w < 'Infinity'),
    inlet_c     double precision CHECK (inlet_c BETWEEN -100 AND 300),
    board_c     double precision CHECK (board_c BETWEEN -100 AND 300),
    chip_c      double precision CHECK (chip_c BETWEEN -100 AND 300),
    fans_rpm    text        NOT NULL DEFAULT '' CHECK (length(fans_rpm) <= 600), -- with blanks between
    uptime_s    bigint      CHECK (uptime_s >= 0),
    accepted    bigint      CHECK (accepted >= 0),
    rejected    bigint      CHECK (rejected >= 0),
    hw_errors   bigint      CHECK (hw_errors >= 0),
    pool_url    text        NOT NULL DEFAULT '' CHECK (length(pool_url) <= 200),
    worker      text        NOT NULL DEFAULT '' CHECK (length(worker) <= 200),
    pool_alive  boolean,
    CHECK ((fault = '') = (failures = 0)),
    CHECK (fault <> '' OR answered_at IS NOT NULL)
) WITH (fillfactor = 50);

-- Hours of machines by day, site, class and what they were seen to do (M11).
CREATE TABLE mining.seen_hours (
    day        date             NOT NULL, -- UTC
    site_id    bigint           NOT NULL,
    class_id   bigint           NOT NULL,
    seen       text             NOT NULL CHECK (seen IN ('hashing', 'idle', 'silent', 'curtailed', 'repair', 'unseen')),
    hours      double precision NOT NULL CHECK (hours >= 0 AND hours < 'Infinity'),
    hash_hours double precision NOT NULL CHECK (hash_hours >= 0 AND hash_hours < 'Infinity'), -- H/s·h while hashing
    PRIMARY KEY (site_id, class_id, day, seen)
) WITH (fillfactor = 50);

-- When a cycle was last counted, so that the time between two is counted once.
CREATE TABLE mining.telemetry_cycle (
    one boolean     PRIMARY KEY DEFAULT true CHECK (one),
    at  timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON mining.unit_reading TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE ON mining.seen_hours, mining.telemetry_cycle TO switchyard_jobs;
GRANT SELECT ON mining.unit_reading, mining.seen_hours, mining.telemetry_cycle TO
    switchyard_executive, switchyard_mining, switchyard_reader;
