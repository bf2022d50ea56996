DELETE FROM sequences WHERE name = 'retired';
DROP TABLE retired_ids;
DROP TABLE user_looks;
DROP INDEX users_without_looks;
ALTER TABLE users DROP COLUMN has_looks;
