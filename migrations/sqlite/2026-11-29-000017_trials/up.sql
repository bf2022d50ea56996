-- Keys that are tried off: disabled until then, and enabled again by themselves unless somebody changed them meanwhile.
CREATE TABLE trials (
    secret_id TEXT NOT NULL PRIMARY KEY REFERENCES api_keys (secret_id) ON DELETE CASCADE,
    uid BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    began_by TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX trials_end ON trials (ends_at);
-- Whoever changes the standing of a key ends its trial, nodes of earlier versions and other programs too.
CREATE TRIGGER api_keys_end_trial AFTER UPDATE OF status, changed_at, changed_by, limits_at ON api_keys
    BEGIN DELETE FROM trials WHERE secret_id = OLD.secret_id; END;

-- When a key was used first; null of keys that were used before this was kept.
ALTER TABLE key_usage ADD COLUMN first_used_ms BIGINT;
