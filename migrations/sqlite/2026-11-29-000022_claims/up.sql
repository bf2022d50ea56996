-- Links that hand over what was just made, a first password or a key: opened once, in one browser. Token and browser are
-- kept as digests. A link of a key that is deleted, or of a user who is, goes with it.
CREATE TABLE claims (
    id TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    owner_uin BIGINT NOT NULL,
    secret_id TEXT REFERENCES api_keys (secret_id) ON DELETE CASCADE,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    browser TEXT,
    opened_at BIGINT,
    opened_ip TEXT,
    opened_client TEXT,
    used_at BIGINT
);
CREATE INDEX claims_user ON claims (uid, made_at);
CREATE INDEX claims_key ON claims (secret_id);
CREATE INDEX claims_end ON claims (expires_at);
-- Whoever disables a key, keeps a user out or gives a password ends the links that are still open, whatever the door.
CREATE TRIGGER api_keys_end_claims AFTER UPDATE OF status ON api_keys WHEN NEW.status <> 'enabled'
    BEGIN DELETE FROM claims WHERE secret_id = OLD.secret_id AND used_at IS NULL; END;
CREATE TRIGGER users_end_claims AFTER UPDATE OF console_login ON users WHEN NOT NEW.console_login
    BEGIN DELETE FROM claims WHERE uid = OLD.uid AND secret_id IS NULL AND used_at IS NULL; END;
CREATE TRIGGER identities_end_claims AFTER UPDATE OF password_hash ON identities WHEN OLD.password_hash IS NULL
    BEGIN DELETE FROM claims WHERE uid IN (SELECT uid FROM users WHERE uin = OLD.uin) AND secret_id IS NULL AND used_at IS NULL; END;
