-- What limits a key. A change of any of it is told to every node, as every change of the table is.
ALTER TABLE api_keys ADD COLUMN expires_at BIGINT;
ALTER TABLE api_keys ADD COLUMN idle_days BIGINT;
-- Addresses and networks, a space between them; empty: any.
ALTER TABLE api_keys ADD COLUMN networks TEXT NOT NULL DEFAULT '';
-- The text of a policy document.
ALTER TABLE api_keys ADD COLUMN own_policy TEXT;
ALTER TABLE api_keys ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN responsible TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN review_at BIGINT;
ALTER TABLE api_keys ADD COLUMN limits_at BIGINT;

-- When keys that are switched off after some days of silence are to be looked at next.
CREATE TABLE key_idle (
    secret_id TEXT PRIMARY KEY NOT NULL,
    due_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX key_idle_due ON key_idle (due_at);
