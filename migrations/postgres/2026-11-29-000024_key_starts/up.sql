-- An account's keys are found by how their SecretIds begin.
CREATE INDEX api_keys_start ON api_keys (owner_uin, secret_id COLLATE "C");
