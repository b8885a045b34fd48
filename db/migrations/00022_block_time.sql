-- Blocks are read by their time too: the network of a day, what a pool found.

-- +goose Up
CREATE INDEX block_time ON market.block (t);
