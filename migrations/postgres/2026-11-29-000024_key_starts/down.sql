DROP INDEX api_keys_start;
