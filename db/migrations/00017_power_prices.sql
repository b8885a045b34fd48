-- What energy costs at the points of power markets, and which documents of a
-- market were read for them. A price without wires, losses or adders; it may be
-- negative. A correction of the market takes the place of what it said before.

-- +goose Up
CREATE TABLE mining.power_price (
    point       text          NOT NULL CHECK (length(point) BETWEEN 3 AND 60), -- market and the market's name of it, e.g. "ERCOT HB_WEST"
    product     text          NOT NULL CHECK (product IN ('real-time', 'day-ahead')),
    begins_at   timestamptz   NOT NULL,
    width_s     integer       NOT NULL CHECK (width_s IN (300, 900, 1800, 3600)),
    usd_per_mwh numeric(20,6) NOT NULL CHECK (usd_per_mwh BETWEEN -10000 AND 50000),
    source      text          NOT NULL CHECK (length(source) BETWEEN 1 AND 80),
    known_at    timestamptz   NOT NULL,
    PRIMARY KEY (point, product, begins_at, width_s)
);
GRANT SELECT, INSERT, UPDATE ON mining.power_price TO switchyard_jobs, switchyard_mining;
GRANT SELECT ON mining.power_price TO switchyard_executive, switchyard_reader;

CREATE TABLE mining.power_document (
    id           text        PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 80), -- the market's own
    published_at timestamptz NOT NULL,
    points       text[]      NOT NULL, -- that were looked for in it
    read_at      timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON mining.power_document TO switchyard_jobs;

-- The point whose spot price a contract follows; empty for a fixed price.
ALTER TABLE mining.power_contract ADD COLUMN point text NOT NULL DEFAULT '' CHECK (length(point) <= 60);

-- The points that contracts follow now, for the jobs that fetch their prices.
CREATE VIEW mining.followed_point AS
SELECT DISTINCT point FROM mining.power_contract WHERE known_to IS NULL AND point <> '';
GRANT SELECT ON mining.followed_point TO switchyard_jobs, switchyard_mining, switchyard_executive, switchyard_reader;
