DROP INDEX sessions_former;
ALTER TABLE sessions DROP COLUMN former_id;
ALTER TABLE tickets DROP COLUMN used_at;
DROP TABLE refusals;
DROP TABLE forms;
