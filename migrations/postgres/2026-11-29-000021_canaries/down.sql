DROP TRIGGER canaries_are_no_keys ON canaries;
DROP TRIGGER api_keys_are_no_canaries ON api_keys;
DROP TABLE canary_alerts;
DROP TABLE canary_touches;
DROP TABLE canaries;
DROP FUNCTION canary_changed();
DROP FUNCTION secret_id_is_free();
