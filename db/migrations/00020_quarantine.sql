-- Refused rows may hold what a unit alone may know: they move to core, where each
-- row belongs to a room.

-- +goose Up
ALTER TABLE market.quarantine SET SCHEMA core;
ALTER TABLE core.quarantine ADD COLUMN room text NOT NULL DEFAULT 'market';
UPDATE core.quarantine SET room = 'mining' WHERE source LIKE 'ercot.%' OR source LIKE 'miners.%';
ALTER TABLE core.quarantine ALTER COLUMN room DROP DEFAULT;
ALTER TABLE core.quarantine ENABLE ROW LEVEL SECURITY;
CREATE POLICY room ON core.quarantine USING (core.sees(room)) WITH CHECK (core.sees(room));
