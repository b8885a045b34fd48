-- The monthly production update of the mining unit. A month that was published
-- stays published; a later version of it says why it was restated.

-- +goose Up
CREATE TABLE mining.month (
    id              integer       NOT NULL CHECK (id BETWEEN 200901 AND 299912 AND id % 100 BETWEEN 1 AND 12),
    produced_sats   bigint        CHECK (produced_sats BETWEEN 0 AND 2100000000000000), -- net of pool fees
    sold_sats       bigint        CHECK (sold_sats BETWEEN 0 AND 2100000000000000),
    held_sats       bigint        CHECK (held_sats BETWEEN 0 AND 2100000000000000),
    restricted_sats bigint        CHECK (restricted_sats BETWEEN 0 AND held_sats),
    proceeds_usd    numeric(20,2), -- net, of what was sold
    revenue_usd     numeric(20,2),
    charges_usd     numeric(20,2), -- energy, wires, fees, adders and taxes, before credits
    credits_usd     numeric(20,2) CHECK (credits_usd >= 0),
    response_usd    numeric(20,2) CHECK (response_usd >= 0),
    site_usd        numeric(20,2),
    deployed_eh     numeric(20,6) CHECK (deployed_eh >= 0),
    energised_eh    numeric(20,6) CHECK (energised_eh BETWEEN 0 AND deployed_eh),
    operating_eh    numeric(20,6) CHECK (operating_eh >= 0),
    fleet_j_per_th  numeric(20,6) CHECK (fleet_j_per_th > 0),
    drawn_mwh       numeric(20,6) CHECK (drawn_mwh >= 0),
    published       boolean       NOT NULL,
    reason          text          NOT NULL CHECK (length(reason) <= 500),
    valid_from      date          NOT NULL,
    known_from      timestamptz   NOT NULL,
    known_to        timestamptz   CHECK (known_to > known_from),
    who             text          NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX month_now ON mining.month (id) WHERE known_to IS NULL;

GRANT SELECT, INSERT ON mining.month TO switchyard_mining;
GRANT UPDATE (known_to) ON mining.month TO switchyard_mining;
GRANT SELECT ON mining.month TO switchyard_executive, switchyard_reader;
