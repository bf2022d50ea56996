DROP TABLE key_idle;
ALTER TABLE api_keys DROP COLUMN limits_at;
ALTER TABLE api_keys DROP COLUMN review_at;
ALTER TABLE api_keys DROP COLUMN responsible;
ALTER TABLE api_keys DROP COLUMN purpose;
ALTER TABLE api_keys DROP COLUMN own_policy;
ALTER TABLE api_keys DROP COLUMN networks;
ALTER TABLE api_keys DROP COLUMN idle_days;
ALTER TABLE api_keys DROP COLUMN expires_at;
