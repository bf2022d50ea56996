DROP TABLE service_refusals;
DROP TABLE key_refusals;
ALTER TABLE key_records DROP COLUMN verdict;
ALTER TABLE key_records DROP COLUMN coverage;
ALTER TABLE key_records DROP COLUMN path_prefix;
ALTER TABLE key_records DROP COLUMN host;
