-- What a server tells of itself beyond that it runs.
ALTER TABLE nodes ADD COLUMN schema_version BIGINT;
ALTER TABLE nodes ADD COLUMN address TEXT;
ALTER TABLE nodes ADD COLUMN lag_ms BIGINT;

-- A program whose newest migration is this one, or a later one, works on a schema that was added to. What does more than
-- add sets this to its own number.
INSERT INTO meta (name, value) VALUES ('oldest_reader', CAST('20261129000013' AS BLOB));
