DROP TRIGGER canaries_are_no_keys;
DROP TRIGGER api_keys_are_no_canaries;
DROP TABLE canary_alerts;
DROP TABLE canary_touches;
DROP TABLE canaries;
