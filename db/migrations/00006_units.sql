-- The first table of each unit, and what each tells the others. A row is a
-- version: an edit closes the one that is known and adds the next.

-- +goose Up
GRANT USAGE ON SCHEMA mining TO switchyard_executive, switchyard_mining, switchyard_reader;
GRANT USAGE ON SCHEMA ai TO switchyard_executive, switchyard_business, switchyard_reader;
GRANT USAGE ON SCHEMA finance TO switchyard_executive, switchyard_finance, switchyard_reader;
GRANT USAGE ON SCHEMA fork TO switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance;

CREATE SEQUENCE mining.site_id;
CREATE TABLE mining.site (
    id              bigint        NOT NULL DEFAULT nextval('mining.site_id'),
    name            text          NOT NULL CHECK (name <> '' AND length(name) <= 80),
    place           text          NOT NULL CHECK (length(place) <= 120),
    time_zone       text          NOT NULL CHECK (time_zone <> ''),
    interconnect_mw numeric(20,6) NOT NULL CHECK (interconnect_mw > 0 AND interconnect_mw <= 10000),
    pue             numeric(20,6) NOT NULL CHECK (pue >= 1 AND pue <= 3),
    valid_from      date          NOT NULL,
    known_from      timestamptz   NOT NULL,
    known_to        timestamptz   CHECK (known_to > known_from),
    who             text          NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX site_now ON mining.site (id) WHERE known_to IS NULL;
CREATE UNIQUE INDEX site_name ON mining.site (lower(name)) WHERE known_to IS NULL;

CREATE SEQUENCE ai.customer_id;
CREATE TABLE ai.customer (
    id         bigint      NOT NULL DEFAULT nextval('ai.customer_id'),
    name       text        NOT NULL CHECK (name <> '' AND length(name) <= 80),
    country    text        NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    segment    text        NOT NULL CHECK (segment IN ('lab', 'enterprise', 'cloud', 'public', 'research')),
    contact    text        NOT NULL CHECK (length(contact) <= 120),
    note       text        NOT NULL CHECK (length(note) <= 1000),
    valid_from date        NOT NULL,
    known_from timestamptz NOT NULL,
    known_to   timestamptz CHECK (known_to > known_from),
    who        text        NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX customer_now ON ai.customer (id) WHERE known_to IS NULL;
CREATE UNIQUE INDEX customer_name ON ai.customer (lower(name)) WHERE known_to IS NULL;

CREATE SEQUENCE finance.account_id;
CREATE TABLE finance.account (
    id          bigint      NOT NULL DEFAULT nextval('finance.account_id'),
    name        text        NOT NULL CHECK (name <> '' AND length(name) <= 80),
    kind        text        NOT NULL CHECK (kind IN ('cash', 'bitcoin')),
    institution text        NOT NULL CHECK (length(institution) <= 80),
    restricted  boolean     NOT NULL, -- pledged or otherwise not free to use
    valid_from  date        NOT NULL,
    known_from  timestamptz NOT NULL,
    known_to    timestamptz CHECK (known_to > known_from),
    who         text        NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX account_now ON finance.account (id) WHERE known_to IS NULL;
CREATE UNIQUE INDEX account_name ON finance.account (lower(name)) WHERE known_to IS NULL;

-- What an account held at the end of a day. Cash is in dollars, bitcoin in
-- satoshi.
CREATE TABLE finance.balance (
    account_id bigint        NOT NULL,
    as_of      date          NOT NULL,
    usd        numeric(20,2),
    sats       bigint        CHECK (sats BETWEEN 0 AND 2100000000000000),
    known_from timestamptz   NOT NULL,
    known_to   timestamptz   CHECK (known_to > known_from),
    who        text          NOT NULL,
    PRIMARY KEY (account_id, as_of, known_from),
    CHECK ((usd IS NULL) <> (sats IS NULL))
);
CREATE UNIQUE INDEX balance_now ON finance.balance (account_id, as_of) WHERE known_to IS NULL;

GRANT SELECT, INSERT ON mining.site TO switchyard_mining;
GRANT UPDATE (known_to) ON mining.site TO switchyard_mining;
GRANT USAGE ON SEQUENCE mining.site_id TO switchyard_mining;
GRANT SELECT ON mining.site TO switchyard_executive, switchyard_reader;

GRANT SELECT, INSERT ON ai.customer TO switchyard_business;
GRANT UPDATE (known_to) ON ai.customer TO switchyard_business;
GRANT USAGE ON SEQUENCE ai.customer_id TO switchyard_business;
GRANT SELECT ON ai.customer TO switchyard_executive, switchyard_reader;

GRANT SELECT, INSERT ON finance.account, finance.balance TO switchyard_finance;
GRANT UPDATE (known_to) ON finance.account, finance.balance TO switchyard_finance;
GRANT USAGE ON SEQUENCE finance.account_id TO switchyard_finance;
GRANT SELECT ON finance.account, finance.balance TO switchyard_executive, switchyard_reader;

-- Which unit's headline the present role may hear.
-- +goose StatementBegin
CREATE FUNCTION core.hears(unit text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
    RETURN CASE current_user
        WHEN 'switchyard_executive' THEN true
        WHEN 'switchyard_finance' THEN unit IN ('mining', 'ai', 'finance')
        WHEN 'switchyard_mining' THEN unit = 'mining'
        WHEN 'switchyard_business' THEN unit = 'ai'
        ELSE false
    END;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.hears(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.hears(text) TO
    switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance;

-- The few figures a unit tells. It reads with its owner's rights, and shows a
-- unit's rows to those who may hear them.
CREATE VIEW fork.headline WITH (security_barrier) AS
SELECT h.unit, h.measure, h.value, h.at FROM (
    SELECT 'mining' AS unit, 'sites' AS measure, count(*)::numeric AS value, max(known_from) AS at
      FROM mining.site WHERE known_to IS NULL
    UNION ALL
    SELECT 'mining', 'interconnect_mw', sum(interconnect_mw), max(known_from)
      FROM mining.site WHERE known_to IS NULL
    UNION ALL
    SELECT 'ai', 'customers', count(*)::numeric, max(known_from)
      FROM ai.customer WHERE known_to IS NULL
    UNION ALL
    SELECT 'finance', CASE a.kind WHEN 'cash' THEN 'cash_usd' ELSE 'bitcoin_sats' END,
           sum(coalesce(b.usd, b.sats)), max(b.known_from)
      FROM finance.account a
      JOIN LATERAL (SELECT usd, sats, known_from FROM finance.balance
                     WHERE account_id = a.id AND known_to IS NULL ORDER BY as_of DESC LIMIT 1) b ON true
     WHERE a.known_to IS NULL GROUP BY a.kind
) AS h WHERE core.hears(h.unit);
GRANT SELECT ON fork.headline TO switchyard_executive, switchyard_mining, switchyard_business, switchyard_finance;
