DROP TRIGGER api_keys_rotation_deleted ON api_keys;
DROP TRIGGER api_keys_rotation_changed ON api_keys;
DROP FUNCTION rotation_touched();
DROP TABLE rotations;
