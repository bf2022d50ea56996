-- Times are unix seconds. Ids are made by Camlock (see `sequences`), never by the database.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE sequences (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO sequences (name, value) VALUES
    ('uin', 100000000000), ('uid', 100000000), ('app_id', 1250000000), ('policy', 1000000), ('audit', 0);

CREATE TABLE accounts (
    owner_uin BIGINT NOT NULL PRIMARY KEY,
    app_id BIGINT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    user_count BIGINT NOT NULL DEFAULT 0,
    secret_reveal TEXT NOT NULL DEFAULT 'step_up' CHECK (secret_reveal IN ('step_up', 'once')),
    step_up_window_minutes BIGINT NOT NULL DEFAULT 0 CHECK (step_up_window_minutes BETWEEN 0 AND 15),
    mfa_required BOOLEAN NOT NULL DEFAULT FALSE,
    operation_protection BOOLEAN NOT NULL DEFAULT FALSE,
    api_delete_enabled_keys BOOLEAN NOT NULL DEFAULT TRUE,
    password_min_length BIGINT NOT NULL DEFAULT 12 CHECK (password_min_length BETWEEN 12 AND 64)
);

-- A person or program that can prove who it is: a root or a sub-user. Collaborators are roots of other accounts.
CREATE TABLE identities (
    uin BIGINT NOT NULL PRIMARY KEY,
    password_hash TEXT,
    password_changed_at BIGINT,
    must_change_password BOOLEAN NOT NULL DEFAULT FALSE,
    last_sign_in_at BIGINT,
    last_sign_in_ip TEXT,
    theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    density TEXT NOT NULL DEFAULT 'comfortable' CHECK (density IN ('comfortable', 'compact'))
);

-- A membership: an identity inside one account.
CREATE TABLE users (
    uid BIGINT NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL REFERENCES accounts (owner_uin),
    uin BIGINT NOT NULL REFERENCES identities (uin),
    kind TEXT NOT NULL CHECK (kind IN ('root', 'sub_user', 'collaborator')),
    name TEXT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    console_login BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    last_activity_at BIGINT,
    UNIQUE (owner_uin, uin),
    UNIQUE (owner_uin, name_key)
);
CREATE INDEX users_uin ON users (uin);
CREATE INDEX users_root_name ON users (name_key) WHERE kind = 'root';

-- Every suffix that a search may start at, so that a search is one range of one index.
CREATE TABLE user_terms (
    owner_uin BIGINT NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    PRIMARY KEY (owner_uin, term, uid)
);
CREATE INDEX user_terms_uid ON user_terms (uid);

CREATE TABLE api_keys (
    secret_id TEXT NOT NULL PRIMARY KEY,
    uid BIGINT NOT NULL REFERENCES users (uid),
    owner_uin BIGINT NOT NULL,
    uin BIGINT NOT NULL,
    slot SMALLINT NOT NULL CHECK (slot IN (1, 2)),
    secret BYTEA NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled')),
    note TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    UNIQUE (uid, slot)
);
CREATE FUNCTION api_keys_ensure_disabled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'disabled' THEN RAISE EXCEPTION 'an enabled key cannot be deleted'; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER api_keys_delete_disabled BEFORE DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION api_keys_ensure_disabled();

CREATE TABLE totp_devices (
    id TEXT NOT NULL PRIMARY KEY,
    uin BIGINT NOT NULL REFERENCES identities (uin) ON DELETE CASCADE,
    name TEXT NOT NULL,
    seed BYTEA NOT NULL,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    UNIQUE (uin, name)
);

CREATE TABLE recovery_codes (
    digest BYTEA NOT NULL PRIMARY KEY,
    uin BIGINT NOT NULL REFERENCES identities (uin) ON DELETE CASCADE,
    used_at BIGINT
);
CREATE INDEX recovery_codes_uin ON recovery_codes (uin);

CREATE TABLE sessions (
    id_hash TEXT NOT NULL PRIMARY KEY,
    family TEXT NOT NULL,
    state TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('second_factor', 'full')),
    uin BIGINT NOT NULL REFERENCES identities (uin) ON DELETE CASCADE,
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    method TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    step_up_at BIGINT
);
CREATE INDEX sessions_uin ON sessions (uin);
CREATE INDEX sessions_uid ON sessions (uid);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- A question that only a second factor answers: who asked, in which session, for what.
CREATE TABLE step_ups (
    id TEXT NOT NULL PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id_hash) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    uid BIGINT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX step_ups_session ON step_ups (session);
CREATE INDEX step_ups_expires ON step_ups (expires_at);

-- What a passed step-up, or a page that shows something once, is worth: one use, by the digest of its token.
CREATE TABLE tickets (
    digest TEXT NOT NULL PRIMARY KEY,
    session TEXT NOT NULL,
    purpose TEXT NOT NULL,
    uid BIGINT NOT NULL,
    object TEXT NOT NULL,
    sealed BYTEA,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tickets_expires ON tickets (expires_at);

-- A TOTP seed that waits for its first code.
CREATE TABLE enrolments (
    session TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id_hash) ON DELETE CASCADE,
    seed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE setup_tokens (
    digest TEXT NOT NULL PRIMARY KEY,
    seed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE throttles (
    bucket TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_failed_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL
);
CREATE INDEX throttles_last_failed ON throttles (last_failed_at);

-- owner_uin 0: a preset, the same for every account.
CREATE TABLE policies (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (owner_uin, name)
);

CREATE TABLE policy_attachments (
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    policy_id BIGINT NOT NULL REFERENCES policies (id),
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (uid, policy_id)
);
CREATE INDEX policy_attachments_policy ON policy_attachments (policy_id, uid);

CREATE TABLE audit_events (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    owner_uin BIGINT NOT NULL,
    event TEXT NOT NULL,
    actor_uin BIGINT NOT NULL,
    actor TEXT NOT NULL,
    target_uin BIGINT NOT NULL,
    target TEXT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('allowed', 'refused')),
    reason TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_events_owner ON audit_events (owner_uin, seq);
CREATE INDEX audit_events_time ON audit_events (owner_uin, at, seq);
CREATE INDEX audit_events_event ON audit_events (owner_uin, event, seq);
CREATE INDEX audit_events_result ON audit_events (owner_uin, result, seq);
CREATE INDEX audit_events_actor ON audit_events (owner_uin, actor_uin, seq);
CREATE INDEX audit_events_target ON audit_events (owner_uin, target_uin, seq);
CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed';
END $$;
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();
