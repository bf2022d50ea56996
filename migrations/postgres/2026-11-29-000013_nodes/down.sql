DELETE FROM meta WHERE name = 'oldest_reader';
ALTER TABLE nodes DROP COLUMN lag_ms;
ALTER TABLE nodes DROP COLUMN address;
ALTER TABLE nodes DROP COLUMN schema_version;
