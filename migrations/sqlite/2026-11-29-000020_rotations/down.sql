DROP TRIGGER api_keys_rotation_deleted;
DROP TRIGGER api_keys_rotation_changed;
DROP TABLE rotations;
