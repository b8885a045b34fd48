-- Power contracts: how a site pays for what it draws, in versions. Lists are kept
-- as they were typed, a line each; what computes reads them again.

-- +goose Up
CREATE SEQUENCE mining.power_contract_id;
CREATE TABLE mining.power_contract (
    id                     bigint        NOT NULL,
    site_id                bigint        NOT NULL,
    name                   text          NOT NULL CHECK (name <> '' AND length(name) <= 80),
    kind                   text          NOT NULL CHECK (kind IN ('fixed', 'index', 'blocks')),
    price_usd_per_mwh      numeric(20,6) NOT NULL,
    loss_pct               numeric(20,6) NOT NULL CHECK (loss_pct BETWEEN 0 AND 50),
    adders                 text          NOT NULL CHECK (length(adders) <= 2000),
    blocks                 text          NOT NULL CHECK (length(blocks) <= 2000),
    terms                  text          NOT NULL CHECK (length(terms) <= 2000),
    resale_usd_per_mwh     numeric(20,6) NOT NULL CHECK (resale_usd_per_mwh >= 0),
    purchase_usd_per_mwh   numeric(20,6) NOT NULL CHECK (purchase_usd_per_mwh >= 0),
    demand_usd_per_kw      numeric(20,6) NOT NULL CHECK (demand_usd_per_kw >= 0),     -- a month
    coincident_usd_per_kw  numeric(20,6) NOT NULL CHECK (coincident_usd_per_kw >= 0), -- a year
    valid_from             date          NOT NULL,
    known_from             timestamptz   NOT NULL,
    known_to               timestamptz   CHECK (known_to > known_from),
    who                    text          NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX power_contract_now ON mining.power_contract (id) WHERE known_to IS NULL;
CREATE UNIQUE INDEX power_contract_site ON mining.power_contract (site_id) WHERE known_to IS NULL;

GRANT SELECT, INSERT ON mining.power_contract TO switchyard_mining;
GRANT UPDATE (known_to) ON mining.power_contract TO switchyard_mining;
GRANT USAGE ON SEQUENCE mining.power_contract_id TO switchyard_mining;
GRANT SELECT ON mining.power_contract TO switchyard_executive, switchyard_reader;
