-- Of the workers that are counted by place: how many should hash, and since when
-- those that are dark have been, so that a page asks neither of each worker.

-- +goose Up
ALTER TABLE mining.pool_worker_count
    ADD COLUMN rated      bigint NOT NULL DEFAULT 0 CHECK (rated BETWEEN 0 AND workers), -- workers whose machine should hash
    ADD COLUMN dark_since timestamptz; -- since when half of them have been offline; null of other states
