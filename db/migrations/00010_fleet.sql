-- The fleet: machine classes with their power modes, every unit with its life,
-- and the files that units came from.

-- +goose Up
CREATE SEQUENCE mining.machine_class_id;
CREATE TABLE mining.machine_class (
    id         bigint      NOT NULL DEFAULT nextval('mining.machine_class_id'),
    name       text        NOT NULL CHECK (name <> '' AND length(name) <= 80),
    maker      text        NOT NULL CHECK (length(maker) <= 80),
    cooling    text        NOT NULL CHECK (cooling IN ('air', 'hydro', 'immersion')),
    source     text        NOT NULL CHECK (length(source) <= 200),
    valid_from date        NOT NULL,
    known_from timestamptz NOT NULL,
    known_to   timestamptz CHECK (known_to > known_from),
    who        text        NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX machine_class_now ON mining.machine_class (id) WHERE known_to IS NULL;
CREATE UNIQUE INDEX machine_class_name ON mining.machine_class (lower(name)) WHERE known_to IS NULL;

-- The modes of one version of a class; one machine in the mode.
CREATE TABLE mining.machine_mode (
    class_id     bigint        NOT NULL,
    known_from   timestamptz   NOT NULL,
    name         text          NOT NULL CHECK (name IN ('nameplate', 'eco', 'overclock')),
    hashrate_ths numeric(20,6) NOT NULL CHECK (hashrate_ths > 0 AND hashrate_ths <= 10000),
    power_w      numeric(20,6) NOT NULL CHECK (power_w > 0 AND power_w <= 100000),
    PRIMARY KEY (class_id, known_from, name),
    FOREIGN KEY (class_id, known_from) REFERENCES mining.machine_class (id, known_from)
);

-- A unit has one row; its past is in unit_event. Texts that are searched by
-- their beginning are ordered byte by byte.
CREATE SEQUENCE mining.unit_id;
CREATE TABLE mining.unit (
    id         bigint           NOT NULL DEFAULT nextval('mining.unit_id') PRIMARY KEY,
    serial     text COLLATE "C" NOT NULL CHECK (serial ~ '^[A-Z0-9][A-Z0-9._-]{3,39}$'),
    mac        text COLLATE "C" NOT NULL CHECK (mac = '' OR mac ~ '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'),
    class_id   bigint           NOT NULL,
    site_id    bigint           NOT NULL,
    building   text COLLATE "C" NOT NULL CHECK (length(building) <= 40),
    aisle      text COLLATE "C" NOT NULL CHECK (length(aisle) <= 20),
    rack       text COLLATE "C" NOT NULL CHECK (length(rack) <= 20),
    slot       text COLLATE "C" NOT NULL CHECK (length(slot) <= 20),
    address    text COLLATE "C" NOT NULL CHECK (length(address) <= 45),
    state      text             NOT NULL CHECK (state IN ('received', 'deployed', 'running', 'curtailed', 'repair', 'retired', 'sold')),
    since      timestamptz      NOT NULL, -- when the state began
    note       text             NOT NULL CHECK (length(note) <= 500),
    known_from timestamptz      NOT NULL,
    who        text             NOT NULL
);
CREATE UNIQUE INDEX unit_serial ON mining.unit (serial);
CREATE INDEX unit_mac ON mining.unit (mac) WHERE mac <> '';
CREATE INDEX unit_address ON mining.unit (address) WHERE address <> '';
CREATE INDEX unit_since ON mining.unit (since, id);
CREATE INDEX unit_place ON mining.unit (site_id, building, aisle, rack, slot, id);
CREATE INDEX unit_class ON mining.unit (class_id, state, serial);
CREATE INDEX unit_state ON mining.unit (state, serial);

CREATE TABLE mining.unit_event (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint      NOT NULL REFERENCES mining.unit (id),
    at         timestamptz NOT NULL,
    before     text        NOT NULL, -- empty: the unit was new
    state      text        NOT NULL,
    why        text        NOT NULL CHECK (length(why) <= 500),
    known_from timestamptz NOT NULL,
    who        text        NOT NULL
);
CREATE INDEX unit_event_unit ON mining.unit_event (unit_id, id DESC);

-- How many units there are of each kind; kept by the triggers below, so that a
-- sum over the fleet never reads the fleet.
CREATE TABLE mining.unit_count (
    site_id  bigint           NOT NULL,
    building text COLLATE "C" NOT NULL,
    class_id bigint           NOT NULL,
    state    text             NOT NULL,
    n        bigint           NOT NULL CHECK (n >= 0),
    PRIMARY KEY (site_id, building, class_id, state)
);

-- Both halves of a change are summed before anything is written, and rows are
-- taken in one order, so that two writers never wait for one another in a
-- circle.
-- +goose StatementBegin
CREATE FUNCTION mining.count_new_units() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
AS $$ BEGIN
    INSERT INTO mining.unit_count AS c (site_id, building, class_id, state, n)
    SELECT site_id, building, class_id, state, count(*) FROM after GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (site_id, building, class_id, state) DO UPDATE SET n = c.n + EXCLUDED.n;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION mining.count_moved_units() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
AS $$ BEGIN
    PERFORM 1 FROM mining.unit_count c
      JOIN (SELECT site_id, building, class_id, state FROM before UNION SELECT site_id, building, class_id, state FROM after) AS k
     USING (site_id, building, class_id, state)
     ORDER BY c.site_id, c.building, c.class_id, c.state FOR UPDATE OF c;
    INSERT INTO mining.unit_count AS c (site_id, building, class_id, state, n)
    SELECT site_id, building, class_id, state, 0 FROM after GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING;
    UPDATE mining.unit_count AS c SET n = c.n + d.n
      FROM (SELECT site_id, building, class_id, state, sum(n)::bigint AS n
              FROM (SELECT site_id, building, class_id, state, 1 AS n FROM after
                    UNION ALL SELECT site_id, building, class_id, state, -1 FROM before) AS both_halves
             GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0) AS d
     WHERE (c.site_id, c.building, c.class_id, c.state) = (d.site_id, d.building, d.class_id, d.state);
    RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION mining.count_new_units(), mining.count_moved_units() FROM PUBLIC;
CREATE TRIGGER unit_counted AFTER INSERT ON mining.unit REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION mining.count_new_units();
CREATE TRIGGER unit_recounted AFTER UPDATE ON mining.unit REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION mining.count_moved_units();

-- A file that has been imported: known by its content, so that it counts once.
CREATE TABLE mining.import (
    hash      bytea       PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256 of the file
    name      text        NOT NULL CHECK (length(name) <= 200),
    added     integer     NOT NULL CHECK (added >= 0),
    changed   integer     NOT NULL CHECK (changed >= 0),
    unchanged integer     NOT NULL CHECK (unchanged >= 0),
    at        timestamptz NOT NULL,
    who       text        NOT NULL
);
CREATE INDEX import_at ON mining.import (at DESC);

-- A file that has been looked at and not yet confirmed. The store keeps few, for
-- a day.
CREATE TABLE mining.import_draft (
    hash bytea       PRIMARY KEY CHECK (length(hash) = 32),
    name text        NOT NULL CHECK (length(name) <= 200),
    body bytea       NOT NULL CHECK (length(body) BETWEEN 1 AND 8388608),
    at   timestamptz NOT NULL
);

GRANT SELECT, INSERT ON mining.machine_class, mining.machine_mode, mining.unit, mining.unit_event, mining.import TO switchyard_mining;
GRANT UPDATE (known_to) ON mining.machine_class TO switchyard_mining;
GRANT UPDATE (mac, class_id, site_id, building, aisle, rack, slot, address, state, since, note, known_from, who) ON mining.unit TO switchyard_mining;
GRANT SELECT, INSERT, DELETE ON mining.import_draft TO switchyard_mining;
GRANT USAGE ON SEQUENCE mining.machine_class_id, mining.unit_id TO switchyard_mining;
GRANT SELECT ON mining.unit_count TO switchyard_mining;
GRANT SELECT ON mining.machine_class, mining.machine_mode, mining.unit, mining.unit_event, mining.unit_count, mining.import TO
    switchyard_executive, switchyard_reader;
