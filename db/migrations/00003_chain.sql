-- The chain, and rows that were refused.

-- +goose Up
CREATE TABLE market.block (
    height     bigint           PRIMARY KEY CHECK (height >= 0),
    hash       text             NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
    prev_hash  text             NOT NULL CHECK (prev_hash = '' OR prev_hash ~ '^[0-9a-f]{64}$'),
    t          timestamptz      NOT NULL,
    bits       bigint           NOT NULL CHECK (bits > 0 AND bits < 4294967296),
    difficulty double precision NOT NULL CHECK (difficulty > 0 AND difficulty < 'Infinity'),
    tx_count   bigint           CHECK (tx_count >= 0),
    weight     bigint           CHECK (weight >= 0),
    total_fees bigint           CHECK (total_fees BETWEEN 0 AND 2100000000000000),
    reward     bigint           CHECK (reward BETWEEN 0 AND 2100000000000000),
    median_fee double precision CHECK (median_fee >= 0 AND median_fee < 'Infinity'),
    pool_name  text             NOT NULL DEFAULT ''
);

CREATE TABLE market.quarantine (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source       text        NOT NULL,
    at           timestamptz NOT NULL,
    failed_check text        NOT NULL CHECK (failed_check <> ''),
    body         text        NOT NULL CHECK (length(body) <= 4096)
);
CREATE INDEX quarantine_newest ON market.quarantine (at DESC);

GRANT SELECT, INSERT, UPDATE, DELETE ON market.block, market.quarantine TO switchyard_jobs;
GRANT SELECT ON market.block TO
    switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance, switchyard_admin, switchyard_reader;
GRANT SELECT ON market.quarantine TO switchyard_executive, switchyard_mining, switchyard_admin;
