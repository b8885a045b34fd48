-- Accounts at mining pools: what is typed of them, what the pools tell, and what
-- the company has to say to it. Sums are satoshi.

-- +goose Up
CREATE SEQUENCE mining.pool_account_id;
CREATE TABLE mining.pool_account (
    id            bigint        NOT NULL,
    name          text          NOT NULL CHECK (name <> '' AND length(name) <= 80),
    party         text          NOT NULL CHECK (party IN ('luxor', 'foundry', 'braiins', 'ocean', 'ckpool', 'f2pool', 'viabtc', 'antpool')),
    account       text          NOT NULL CHECK (account <> '' AND length(account) <= 120), -- the pool's name of it
    scheme        text          NOT NULL CHECK (scheme IN ('FPPS', 'PPS+', 'PPLNS', 'TIDES', 'solo')),
    fee_pct       numeric(20,6) NOT NULL CHECK (fee_pct BETWEEN 0 AND 100),
    fees_fee_pct  numeric(20,6) NOT NULL CHECK (fees_fee_pct BETWEEN 0 AND 100),  -- of transaction fees, under PPS+
    tolerance_pct numeric(20,6) NOT NULL CHECK (tolerance_pct BETWEEN 0 AND 50),  -- of a day's expected sum
    finder        text          NOT NULL CHECK (length(finder) <= 80),            -- name under which the chain knows the pool's blocks
    rules         text          NOT NULL CHECK (length(rules) <= 2000),           -- worker names, a rule a line
    watched       boolean       NOT NULL,
    valid_from    date          NOT NULL,
    known_from    timestamptz   NOT NULL,
    known_to      timestamptz   CHECK (known_to > known_from),
    who           text          NOT NULL,
    PRIMARY KEY (id, known_from)
);
CREATE UNIQUE INDEX pool_account_now ON mining.pool_account (id) WHERE known_to IS NULL;
CREATE UNIQUE INDEX pool_account_name ON mining.pool_account (lower(name)) WHERE known_to IS NULL;
CREATE UNIQUE INDEX pool_account_there ON mining.pool_account (party, account) WHERE known_to IS NULL;
GRANT SELECT, INSERT ON mining.pool_account TO switchyard_mining;
GRANT UPDATE (known_to) ON mining.pool_account TO switchyard_mining;
GRANT USAGE ON SEQUENCE mining.pool_account_id TO switchyard_mining;
GRANT SELECT ON mining.pool_account TO switchyard_jobs, switchyard_executive, switchyard_reader;

-- What opens an account, sealed under a key of the configuration. Who types it
-- cannot read it again; only the jobs can.
CREATE TABLE mining.pool_key (
    account_id bigint      PRIMARY KEY,
    seal_id    text        NOT NULL CHECK (seal_id <> '' AND length(seal_id) <= 40), -- which key of the configuration
    sealed     text        NOT NULL CHECK (sealed <> '' AND length(sealed) <= 4000),
    set_at     timestamptz NOT NULL,
    set_by     text        NOT NULL
);
GRANT SELECT (account_id, seal_id, set_at, set_by), INSERT, UPDATE ON mining.pool_key TO switchyard_mining;
GRANT SELECT (account_id, seal_id, set_at, set_by) ON mining.pool_key TO switchyard_executive;
GRANT SELECT, UPDATE (seal_id, sealed) ON mining.pool_key TO switchyard_jobs;

-- How each account stands, and how reading it goes.
CREATE TABLE mining.pool_state (
    account_id    bigint      PRIMARY KEY,
    checked_at    timestamptz, -- last asked for its values; null: never yet
    answered_at   timestamptz, -- last without an error
    kind          text        NOT NULL DEFAULT '' CHECK (length(kind) <= 20), -- of the last error; empty: it answered
    error         text        NOT NULL DEFAULT '' CHECK (length(error) <= 600),
    failing_since timestamptz,
    retry_at      timestamptz, -- not before, as the pool asked
    at            timestamptz, -- of the figures that follow
    now_hs        double precision CHECK (now_hs >= 0 AND now_hs < 'Infinity'),
    hour_hs       double precision CHECK (hour_hs >= 0 AND hour_hs < 'Infinity'),
    day_hs        double precision CHECK (day_hs >= 0 AND day_hs < 'Infinity'),
    active        bigint      CHECK (active >= 0),
    inactive      bigint      CHECK (inactive >= 0),
    unpaid_sats   bigint,
    stale         double precision CHECK (stale BETWEEN 0 AND 1),
    rejected      double precision CHECK (rejected BETWEEN 0 AND 1),
    workers_at    timestamptz, -- of the last whole list of workers
    workers       bigint      NOT NULL DEFAULT 0 CHECK (workers >= 0), -- in it
    workers_s     double precision NOT NULL DEFAULT 0 CHECK (workers_s >= 0), -- that reading it took, seconds
    workers_every double precision NOT NULL DEFAULT 0 CHECK (workers_every >= 0), -- seconds between two readings, as worked out
    workers_error text        NOT NULL DEFAULT '' CHECK (length(workers_error) <= 600),
    CHECK ((kind = '') = (failing_since IS NULL))
) WITH (fillfactor = 50);

-- The latest of each worker, and what its running day adds up to. A day that is
-- over becomes one row of pool_worker_day.
CREATE TABLE mining.pool_worker (
    account_id    bigint      NOT NULL,
    name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    id            integer     GENERATED ALWAYS AS IDENTITY UNIQUE,
    pool_id       text        NOT NULL CHECK (length(pool_id) <= 200),
    state         text        NOT NULL CHECK (state IN ('online', 'low', 'offline', 'disabled', 'gone')), -- gone: no longer listed
    now_hs        double precision CHECK (now_hs >= 0 AND now_hs < 'Infinity'),
    hour_hs       double precision CHECK (hour_hs >= 0 AND hour_hs < 'Infinity'),
    day_hs        double precision CHECK (day_hs >= 0 AND day_hs < 'Infinity'),
    stale         real        CHECK (stale BETWEEN 0 AND 1),
    rejected      real        CHECK (rejected BETWEEN 0 AND 1),
    last_share_at timestamptz,
    first_at      timestamptz NOT NULL,
    seen_at       timestamptz NOT NULL, -- last listed
    dark_since    timestamptz,          -- offline since, as far as we saw
    unit_id       bigint,               -- machine of the register; null: none is named
    site_id       bigint,
    building      text        NOT NULL DEFAULT '',
    nameplate_hs  double precision CHECK (nameplate_hs >= 0 AND nameplate_hs < 'Infinity'),
    unmatched     text        NOT NULL DEFAULT '' CHECK (length(unmatched) <= 20), -- why no machine is named
    day           date        NOT NULL, -- UTC; of what follows
    readings      smallint    NOT NULL CHECK (readings >= 0),
    online        smallint    NOT NULL CHECK (online BETWEEN 0 AND readings),
    sum_hs        double precision NOT NULL CHECK (sum_hs >= 0 AND sum_hs < 'Infinity'),
    PRIMARY KEY (account_id, name)
) WITH (fillfactor = 45); -- every row of a page changes with each list
CREATE INDEX pool_worker_dark ON mining.pool_worker (account_id, name) WHERE state = 'offline';
CREATE INDEX pool_worker_unmatched ON mining.pool_worker (account_id, name) WHERE unmatched <> '';

CREATE TABLE mining.pool_worker_day (
    worker_id integer  NOT NULL,
    day       date     NOT NULL, -- UTC
    mean_hs   real     NOT NULL CHECK (mean_hs >= 0 AND mean_hs < 'Infinity'),
    readings  smallint NOT NULL CHECK (readings > 0),
    online    smallint NOT NULL CHECK (online BETWEEN 0 AND readings),
    PRIMARY KEY (worker_id, day)
);

-- Sums of the last list of workers by account, site, building and state, so that
-- a page does not count a hundred thousand rows.
CREATE TABLE mining.pool_worker_count (
    account_id   bigint           NOT NULL,
    site_id      bigint           NOT NULL, -- 0: no machine is named
    building     text             NOT NULL,
    state        text             NOT NULL,
    workers      bigint           NOT NULL CHECK (workers > 0),
    now_hs       double precision NOT NULL,
    nameplate_hs double precision NOT NULL,
    PRIMARY KEY (account_id, site_id, building, state)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON mining.pool_state, mining.pool_worker, mining.pool_worker_day, mining.pool_worker_count TO switchyard_jobs;
GRANT SELECT ON mining.pool_state, mining.pool_worker, mining.pool_worker_day, mining.pool_worker_count TO
    switchyard_executive, switchyard_mining, switchyard_reader;

-- What a pool credited, and what it paid, as it told us; what it tells
-- differently later is a version.
CREATE TABLE mining.pool_earning (
    account_id  bigint      NOT NULL,
    ref         text        NOT NULL CHECK (ref <> '' AND length(ref) <= 200), -- the pool's own
    from_at     timestamptz NOT NULL,
    to_at       timestamptz NOT NULL CHECK (to_at >= from_at), -- of a block both are its time
    net_sats    bigint      NOT NULL,
    fee_sats    bigint,
    fees_sats   bigint, -- part of it that stands for transaction fees
    hashrate_hs double precision CHECK (hashrate_hs >= 0 AND hashrate_hs < 'Infinity'),
    open        boolean     NOT NULL, -- the span is not over
    known_from  timestamptz NOT NULL,
    known_to    timestamptz CHECK (known_to > known_from),
    PRIMARY KEY (account_id, ref, known_from)
);
CREATE UNIQUE INDEX pool_earning_now ON mining.pool_earning (account_id, ref) WHERE known_to IS NULL;
CREATE INDEX pool_earning_time ON mining.pool_earning (account_id, from_at);

CREATE TABLE mining.pool_payout (
    account_id bigint      NOT NULL,
    ref        text        NOT NULL CHECK (ref <> '' AND length(ref) <= 200),
    at         timestamptz NOT NULL,
    sats       bigint      NOT NULL CHECK (sats > 0),
    fee_sats   bigint      CHECK (fee_sats >= 0),
    state      text        NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    txid       text        NOT NULL CHECK (length(txid) <= 80),
    address    text        NOT NULL CHECK (length(address) <= 120),
    off_net    boolean     NOT NULL,
    known_from timestamptz NOT NULL,
    known_to   timestamptz CHECK (known_to > known_from),
    PRIMARY KEY (account_id, ref, known_from)
);
CREATE UNIQUE INDEX pool_payout_now ON mining.pool_payout (account_id, ref) WHERE known_to IS NULL;
CREATE INDEX pool_payout_time ON mining.pool_payout (account_id, at);

-- What the chain shows of a payout's transaction.
CREATE TABLE mining.pool_chain (
    account_id bigint      NOT NULL,
    ref        text        NOT NULL,
    found      boolean     NOT NULL,
    sats       bigint      NOT NULL CHECK (sats >= 0), -- to the address of the payout, or of all outputs where the pool names none
    height     bigint      CHECK (height >= 0),        -- null: not in a block yet
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, ref)
) WITH (fillfactor = 70);
GRANT SELECT, INSERT ON mining.pool_earning, mining.pool_payout TO switchyard_jobs;
GRANT UPDATE (known_to) ON mining.pool_earning, mining.pool_payout TO switchyard_jobs;
GRANT SELECT, INSERT, UPDATE ON mining.pool_chain TO switchyard_jobs;
GRANT SELECT ON mining.pool_earning, mining.pool_payout, mining.pool_chain TO switchyard_executive, switchyard_mining, switchyard_reader;

-- Our own ledger: what of the payouts has arrived in a wallet of ours, as a
-- person booked it.
CREATE TABLE mining.pool_booking (
    account_id bigint      NOT NULL,
    ref        text        NOT NULL, -- of the payout
    sats       bigint      NOT NULL CHECK (sats >= 0),
    note       text        NOT NULL CHECK (length(note) <= 400),
    valid_from date        NOT NULL, -- day on which it arrived
    known_from timestamptz NOT NULL,
    known_to   timestamptz CHECK (known_to > known_from),
    who        text        NOT NULL,
    PRIMARY KEY (account_id, ref, known_from)
);
CREATE UNIQUE INDEX pool_booking_now ON mining.pool_booking (account_id, ref) WHERE known_to IS NULL;

-- What the company has to say to a credited span: that it is disputed, or what
-- it is corrected by, each with a reason.
CREATE TABLE mining.pool_remark (
    account_id bigint      NOT NULL,
    from_at    timestamptz NOT NULL, -- of the span
    disputed   boolean     NOT NULL,
    sats       bigint      NOT NULL CHECK (sats BETWEEN -2100000000000000 AND 2100000000000000), -- correction, added to what is expected
    reason     text        NOT NULL CHECK (reason <> '' AND length(reason) <= 400),
    valid_from date        NOT NULL,
    known_from timestamptz NOT NULL,
    known_to   timestamptz CHECK (known_to > known_from),
    who        text        NOT NULL,
    PRIMARY KEY (account_id, from_at, known_from)
);
CREATE UNIQUE INDEX pool_remark_now ON mining.pool_remark (account_id, from_at) WHERE known_to IS NULL;

-- Months that were closed. A later version says why it was restated.
CREATE TABLE mining.pool_month (
    account_id      bigint      NOT NULL,
    month           date        NOT NULL CHECK (extract(day FROM month) = 1),
    from_at         timestamptz NOT NULL, -- of the pool's calendar
    to_at           timestamptz NOT NULL CHECK (to_at > from_at),
    due_sats        bigint      NOT NULL,
    paid_sats       bigint      NOT NULL,
    correction_sats bigint      NOT NULL,
    days            integer     NOT NULL CHECK (days > 0),
    short_days      integer     NOT NULL CHECK (short_days BETWEEN 0 AND days),
    over_days       integer     NOT NULL CHECK (over_days BETWEEN 0 AND days),
    luck_days       integer     NOT NULL CHECK (luck_days BETWEEN 0 AND days), -- off, and no more than luck explains
    reason          text        NOT NULL CHECK (length(reason) <= 400), -- of a restatement
    valid_from      date        NOT NULL,
    known_from      timestamptz NOT NULL,
    known_to        timestamptz CHECK (known_to > known_from),
    who             text        NOT NULL,
    PRIMARY KEY (account_id, month, known_from)
);
CREATE UNIQUE INDEX pool_month_now ON mining.pool_month (account_id, month) WHERE known_to IS NULL;
GRANT SELECT, INSERT ON mining.pool_booking, mining.pool_remark, mining.pool_month TO switchyard_mining;
GRANT UPDATE (known_to) ON mining.pool_booking, mining.pool_remark, mining.pool_month TO switchyard_mining;
GRANT SELECT ON mining.pool_booking, mining.pool_remark, mining.pool_month TO switchyard_executive, switchyard_reader;

-- Jobs find the machine that a worker names, and what it should hash.
GRANT SELECT ON mining.site, mining.machine_class, mining.machine_mode TO switchyard_jobs;
