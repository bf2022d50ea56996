ALTER TABLE accounts ADD COLUMN signature_v1 BOOLEAN NOT NULL DEFAULT FALSE;
-- Login restrictions and password rules as the API names them, JSON.
ALTER TABLE accounts ADD COLUMN login_rules TEXT NOT NULL DEFAULT '{}';
ALTER TABLE accounts ADD COLUMN password_rules TEXT NOT NULL DEFAULT '{}';

ALTER TABLE users ADD COLUMN country_code TEXT NOT NULL DEFAULT '';
-- Login and operation protection as `SetMfaFlag` sets them, JSON.
ALTER TABLE users ADD COLUMN protection TEXT NOT NULL DEFAULT '{}';
CREATE INDEX users_kind ON users (owner_uin, kind, uin);

-- Hashes of earlier passwords, newest first, JSON; as many as the account's rules keep from coming back.
ALTER TABLE identities ADD COLUMN former_passwords TEXT NOT NULL DEFAULT '[]';

-- When a key was last used. Apart from the key, so that verifying never writes a key's row.
CREATE TABLE key_usage (
    secret_id TEXT NOT NULL PRIMARY KEY,
    last_used_ms BIGINT NOT NULL,
    ip TEXT NOT NULL,
    service TEXT NOT NULL,
    action TEXT NOT NULL,
    client TEXT NOT NULL
);

-- Calls made with a key, newest kept.
CREATE TABLE key_records (
    secret_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    service TEXT NOT NULL,
    action TEXT NOT NULL,
    ip TEXT NOT NULL,
    client TEXT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('allowed', 'refused')),
    reason TEXT NOT NULL,
    PRIMARY KEY (secret_id, at_ms, request_id)
);
CREATE INDEX key_records_time ON key_records (at_ms);

-- Signatures that were used: each is bound to what it signed first.
CREATE TABLE replays (
    digest TEXT NOT NULL PRIMARY KEY,
    binding TEXT NOT NULL,
    -- The request that used it, which may record it more than once.
    request_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX replays_expires ON replays (expires_at);

ALTER TABLE policies ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
-- The highest number a version of it ever had: numbers are never given out again.
ALTER TABLE policies ADD COLUMN last_version BIGINT NOT NULL DEFAULT 0;

-- Every text that a custom policy had, five at most; the policy's own row repeats the default one.
CREATE TABLE policy_versions (
    policy_id BIGINT NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    PRIMARY KEY (policy_id, version)
);

CREATE TABLE user_groups (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL REFERENCES accounts (owner_uin),
    name TEXT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    remark TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    UNIQUE (owner_uin, name_key)
);

CREATE TABLE group_members (
    group_id BIGINT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, uid)
);
CREATE INDEX group_members_uid ON group_members (uid);

CREATE TABLE group_policies (
    group_id BIGINT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    policy_id BIGINT NOT NULL REFERENCES policies (id),
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (group_id, policy_id)
);
CREATE INDEX group_policies_policy ON group_policies (policy_id, group_id);

-- The policy that bounds what a user's other policies may allow.
CREATE TABLE user_boundaries (
    uid BIGINT NOT NULL PRIMARY KEY REFERENCES users (uid) ON DELETE CASCADE,
    policy_id BIGINT NOT NULL REFERENCES policies (id)
);
CREATE INDEX user_boundaries_policy ON user_boundaries (policy_id);

INSERT INTO sequences (name, value) VALUES ('group', 100000);
