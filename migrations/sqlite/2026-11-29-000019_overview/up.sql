-- What the overview asks of keys, one row for each: found by an index, however many there are. Triggers keep it, so that
-- nodes of earlier versions and whoever has a database shell do so too. Existing keys get theirs in batches after the start;
-- the sequence says up to which user.
CREATE TABLE key_lines (
    secret_id TEXT NOT NULL PRIMARY KEY REFERENCES api_keys (secret_id) ON DELETE CASCADE,
    owner_uin BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    is_enabled BOOLEAN NOT NULL,
    -- Whether a call with it was ever accepted.
    was_used BOOLEAN NOT NULL,
    -- When it was last used, to the day; of one that never was, when it was made.
    quiet_since BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    -- When the hour began in which a call was last refused, and in which one was refused because the key was not in use.
    refused_at BIGINT,
    halted_at BIGINT
);
CREATE INDEX key_lines_quiet ON key_lines (owner_uin, is_enabled, was_used, quiet_since, secret_id);
CREATE INDEX key_lines_age ON key_lines (owner_uin, is_enabled, created_at, secret_id);
CREATE INDEX key_lines_end ON key_lines (owner_uin, is_enabled, expires_at, secret_id) WHERE expires_at IS NOT NULL;
CREATE INDEX key_lines_refused ON key_lines (owner_uin, refused_at, secret_id) WHERE refused_at IS NOT NULL;
CREATE INDEX key_lines_halted ON key_lines (owner_uin, halted_at, secret_id) WHERE halted_at IS NOT NULL;

-- How many rows of `key_lines` an account has. On PostgreSQL changes are added and folded in later, as with `policy_uses`.
CREATE TABLE key_counts (
    owner_uin BIGINT NOT NULL PRIMARY KEY,
    enabled BIGINT NOT NULL,
    held BIGINT NOT NULL
);
CREATE TABLE key_count_changes (
    number INTEGER NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL,
    enabled BIGINT NOT NULL,
    held BIGINT NOT NULL
);
CREATE INDEX key_count_changes_owner ON key_count_changes (owner_uin);

-- Calls with the keys of an account, by hour. Written in batches, kept for 35 days.
CREATE TABLE account_hours (
    owner_uin BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    PRIMARY KEY (owner_uin, hour)
);
CREATE INDEX account_hours_hour ON account_hours (hour);

-- Whom AdministratorAccess (1) or QcloudCamFullAccess (596169) is attached to, by account: `policy_attachments` has those of
-- all accounts under one policy.
CREATE TABLE administrators (
    owner_uin BIGINT NOT NULL,
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    policy_id BIGINT NOT NULL,
    PRIMARY KEY (owner_uin, uid, policy_id)
);
CREATE INDEX administrators_uid ON administrators (uid);
INSERT INTO administrators (owner_uin, uid, policy_id)
    SELECT u.owner_uin, a.uid, a.policy_id FROM policy_attachments a JOIN users u ON u.uid = a.uid
    WHERE a.policy_id IN (1, 596169);

-- When a user last signed in or used a key, to half a day; at first, when it was made. 0: not known yet.
ALTER TABLE user_lines ADD COLUMN active_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX user_lines_active ON user_lines (owner_uin, active_at, uid);

INSERT INTO sequences (name, value)
    SELECT 'surveyed', CASE WHEN EXISTS (SELECT 1 FROM users) THEN 0 ELSE 9223372036854775807 END;

CREATE TRIGGER api_keys_insert_line AFTER INSERT ON api_keys
BEGIN
    INSERT INTO key_lines (secret_id, owner_uin, uid, is_enabled, was_used, quiet_since, created_at, expires_at)
        SELECT k.secret_id, k.owner_uin, k.uid, k.status = 'enabled', g.secret_id IS NOT NULL,
            COALESCE(g.last_used_ms / 1000, k.created_at), k.created_at, k.expires_at
        FROM api_keys k LEFT JOIN key_usage g ON g.secret_id = k.secret_id WHERE k.secret_id = NEW.secret_id
        ON CONFLICT (secret_id) DO NOTHING;
END;
CREATE TRIGGER api_keys_update_line AFTER UPDATE OF owner_uin, uid, status, created_at, expires_at ON api_keys
BEGIN
    INSERT INTO key_lines (secret_id, owner_uin, uid, is_enabled, was_used, quiet_since, created_at, expires_at)
        SELECT k.secret_id, k.owner_uin, k.uid, k.status = 'enabled', g.secret_id IS NOT NULL,
            COALESCE(g.last_used_ms / 1000, k.created_at), k.created_at, k.expires_at
        FROM api_keys k LEFT JOIN key_usage g ON g.secret_id = k.secret_id WHERE k.secret_id = NEW.secret_id
        ON CONFLICT (secret_id) DO UPDATE SET owner_uin = excluded.owner_uin, uid = excluded.uid,
            is_enabled = excluded.is_enabled, was_used = excluded.was_used, quiet_since = excluded.quiet_since,
            created_at = excluded.created_at, expires_at = excluded.expires_at;
END;

CREATE TRIGGER key_usage_insert_line AFTER INSERT ON key_usage
BEGIN
    UPDATE key_lines SET was_used = TRUE, quiet_since = NEW.last_used_ms / 1000 WHERE secret_id = NEW.secret_id;
END;
CREATE TRIGGER key_usage_update_line AFTER UPDATE OF last_used_ms ON key_usage
    WHEN NEW.last_used_ms / 86400000 <> OLD.last_used_ms / 86400000
BEGIN
    UPDATE key_lines SET was_used = TRUE, quiet_since = NEW.last_used_ms / 1000 WHERE secret_id = NEW.secret_id;
END;
CREATE TRIGGER key_hours_insert_line AFTER INSERT ON key_hours WHEN NEW.outcome <> 'allowed'
BEGIN
    UPDATE key_lines SET refused_at = NEW.hour
        WHERE secret_id = NEW.secret_id AND (refused_at IS NULL OR refused_at < NEW.hour);
    UPDATE key_lines SET halted_at = NEW.hour
        WHERE secret_id = NEW.secret_id AND NEW.outcome IN ('disabled_key', 'expired_key')
        AND (halted_at IS NULL OR halted_at < NEW.hour);
END;

CREATE TRIGGER key_lines_insert_counts AFTER INSERT ON key_lines
BEGIN
    INSERT INTO key_counts (owner_uin, enabled, held) VALUES (NEW.owner_uin, NEW.is_enabled, 1)
        ON CONFLICT (owner_uin) DO UPDATE SET enabled = enabled + excluded.enabled, held = held + 1;
END;
CREATE TRIGGER key_lines_update_counts AFTER UPDATE OF owner_uin, is_enabled ON key_lines
    WHEN NEW.owner_uin <> OLD.owner_uin OR NEW.is_enabled <> OLD.is_enabled
BEGIN
    UPDATE key_counts SET enabled = enabled - OLD.is_enabled, held = held - 1 WHERE owner_uin = OLD.owner_uin;
    INSERT INTO key_counts (owner_uin, enabled, held) VALUES (NEW.owner_uin, NEW.is_enabled, 1)
        ON CONFLICT (owner_uin) DO UPDATE SET enabled = enabled + excluded.enabled, held = held + 1;
END;
CREATE TRIGGER key_lines_delete_counts AFTER DELETE ON key_lines
BEGIN
    UPDATE key_counts SET enabled = enabled - OLD.is_enabled, held = held - 1 WHERE owner_uin = OLD.owner_uin;
END;

CREATE TRIGGER policy_attachments_insert_administrator AFTER INSERT ON policy_attachments
    WHEN NEW.policy_id IN (1, 596169)
BEGIN
    INSERT INTO administrators (owner_uin, uid, policy_id)
        SELECT u.owner_uin, u.uid, NEW.policy_id FROM users u WHERE u.uid = NEW.uid ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER policy_attachments_delete_administrator AFTER DELETE ON policy_attachments
    WHEN OLD.policy_id IN (1, 596169)
BEGIN
    DELETE FROM administrators WHERE uid = OLD.uid AND policy_id = OLD.policy_id;
END;

CREATE TRIGGER user_lines_insert_activity AFTER INSERT ON user_lines
BEGIN
    UPDATE user_lines SET active_at = MAX(created_at, last_used_at,
        COALESCE((SELECT u.last_activity_at FROM users u WHERE u.uid = NEW.uid), 0)) WHERE uid = NEW.uid;
END;
CREATE TRIGGER user_lines_update_activity AFTER UPDATE OF last_used_at ON user_lines
    WHEN NEW.last_used_at - NEW.active_at > 43200
BEGIN
    UPDATE user_lines SET active_at = NEW.last_used_at WHERE uid = NEW.uid;
END;
CREATE TRIGGER users_update_activity AFTER UPDATE OF last_activity_at ON users
    WHEN NEW.last_activity_at IS NOT NULL
BEGIN
    UPDATE user_lines SET active_at = NEW.last_activity_at
        WHERE uid = NEW.uid AND active_at < NEW.last_activity_at - 43200;
END;
