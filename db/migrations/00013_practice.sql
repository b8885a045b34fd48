-- How the mining unit runs its machines, where no meter or contract says it. One
-- thing, in versions.

-- +goose Up
CREATE TABLE mining.practice (
    id                integer       NOT NULL CHECK (id = 1),
    pool_fee_pct      numeric(20,6) NOT NULL CHECK (pool_fee_pct BETWEEN 0 AND 20),
    uptime_pct        numeric(20,6) NOT NULL CHECK (uptime_pct BETWEEN 0 AND 100),
    other_usd_per_mwh numeric(20,6) NOT NULL,
    start_usd_per_mw  numeric(20,6) NOT NULL CHECK (start_usd_per_mw >= 0),
    stop_usd_per_mw   numeric(20,6) NOT NULL CHECK (stop_usd_per_mw >= 0),
    minimum_off_hours integer       NOT NULL CHECK (minimum_off_hours BETWEEN 0 AND 168),
    valid_from        date          NOT NULL,
    known_from        timestamptz   NOT NULL,
    known_to          timestamptz   CHECK (known_to > known_from),
    who               text          NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX practice_now ON mining.practice (id) WHERE known_to IS NULL;

GRANT SELECT, INSERT ON mining.practice TO switchyard_mining;
GRANT UPDATE (known_to) ON mining.practice TO switchyard_mining;
GRANT SELECT ON mining.practice TO switchyard_executive, switchyard_reader;
