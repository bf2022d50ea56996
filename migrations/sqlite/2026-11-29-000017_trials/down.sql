ALTER TABLE key_usage DROP COLUMN first_used_ms;
DROP TRIGGER api_keys_end_trial;
DROP TABLE trials;
