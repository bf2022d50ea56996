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
CREATE FUNCTION claims_of_key_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.claims WHERE secret_id = $1 AND used_at IS NULL', TG_TABLE_SCHEMA) USING OLD.secret_id;
    RETURN NULL;
END $$;
CREATE TRIGGER api_keys_end_claims AFTER UPDATE OF status ON api_keys
    FOR EACH ROW WHEN (NEW.status <> 'enabled') EXECUTE FUNCTION claims_of_key_ended();
CREATE FUNCTION claims_of_user_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.claims WHERE uid = $1 AND secret_id IS NULL AND used_at IS NULL', TG_TABLE_SCHEMA) USING OLD.uid;
    RETURN NULL;
END $$;
CREATE TRIGGER users_end_claims AFTER UPDATE OF console_login ON users
    FOR EACH ROW WHEN (NOT NEW.console_login) EXECUTE FUNCTION claims_of_user_ended();
CREATE FUNCTION claims_of_identity_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %1$I.claims WHERE uid IN (SELECT uid FROM %1$I.users WHERE uin = $1) AND secret_id IS NULL AND used_at IS NULL', TG_TABLE_SCHEMA)
        USING OLD.uin;
    RETURN NULL;
END $$;
CREATE TRIGGER identities_end_claims AFTER UPDATE OF password_hash ON identities
    FOR EACH ROW WHEN (OLD.password_hash IS NULL) EXECUTE FUNCTION claims_of_identity_ended();
