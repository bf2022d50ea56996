ALTER TABLE key_usage DROP COLUMN first_used_ms;
DROP TRIGGER api_keys_end_trial ON api_keys;
DROP FUNCTION trial_ended();
DROP TABLE trials;
