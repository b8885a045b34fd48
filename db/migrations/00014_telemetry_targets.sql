-- The job that asks machines reads which there are, and where.

-- +goose Up
GRANT SELECT ON mining.unit TO switchyard_jobs;
