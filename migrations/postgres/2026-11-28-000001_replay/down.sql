ALTER TABLE accounts DROP COLUMN signed_action;
DROP TABLE nodes;
DROP TABLE signed_seconds;
DROP TABLE signed_changes;
