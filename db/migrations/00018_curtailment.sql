-- The curtailment log: when a site drew less than it could, and why, in
-- versions. What it earned is computed from prices, contract and hashprice.

-- +goose Up
CREATE SEQUENCE mining.curtailment_id;
CREATE TABLE mining.curtailment (
    id          bigint        NOT NULL,
    site_id     bigint        NOT NULL,
    from_at     timestamptz   NOT NULL,
    to_at       timestamptz   NOT NULL CHECK (to_at > from_at AND to_at <= from_at + interval '31 days'),
    power_mw    numeric(20,6) NOT NULL CHECK (power_mw > 0),     -- not drawn, at the meter
    hashrate_ph numeric(20,6) NOT NULL CHECK (hashrate_ph >= 0), -- not hashed, PH/s
    cause       text          NOT NULL CHECK (cause IN ('price', 'call', 'weather', 'other')),
    term        text          NOT NULL CHECK (length(term) <= 80), -- of the power contract, which was called
    note        text          NOT NULL CHECK (length(note) <= 400),
    valid_from  date          NOT NULL, -- the day on which it began, UTC
    known_from  timestamptz   NOT NULL,
    known_to    timestamptz   CHECK (known_to > known_from),
    who         text          NOT NULL,
    CHECK ((cause = 'call') = (term <> '')),
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX curtailment_now ON mining.curtailment (id) WHERE known_to IS NULL;
CREATE INDEX curtailment_time ON mining.curtailment (from_at, to_at);

GRANT SELECT, INSERT ON mining.curtailment TO switchyard_mining;
GRANT UPDATE (known_to) ON mining.curtailment TO switchyard_mining;
GRANT USAGE ON SEQUENCE mining.curtailment_id TO switchyard_mining;
GRANT SELECT ON mining.curtailment TO switchyard_executive, switchyard_reader;
