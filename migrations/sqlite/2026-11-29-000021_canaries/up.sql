-- Pairs that look like keys and authenticate nothing: whoever uses one has found it where it was placed. What is deleted stays as a
-- record, and its SecretId is never given out again.
CREATE TABLE canaries (
    secret_id TEXT NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL REFERENCES accounts (owner_uin),
    secret BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    deleted_at BIGINT,
    deleted_by TEXT NOT NULL DEFAULT '',
    touches BIGINT NOT NULL DEFAULT 0,
    touched_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX canaries_account ON canaries (owner_uin, deleted_at);

-- The newest uses of each.
CREATE TABLE canary_touches (
    secret_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    ip TEXT NOT NULL,
    client TEXT NOT NULL,
    face TEXT NOT NULL,
    service TEXT NOT NULL,
    action TEXT NOT NULL,
    proof TEXT NOT NULL,
    PRIMARY KEY (secret_id, at_ms, request_id)
);

-- The hours and addresses of which the log has an event, so that nobody fills it.
CREATE TABLE canary_alerts (
    secret_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (secret_id, hour, address)
);

-- A SecretId belongs to a key or to a canary. What would make it belong to both breaks the unique rule of the other table.
CREATE TRIGGER api_keys_are_no_canaries BEFORE INSERT ON api_keys
    WHEN EXISTS (SELECT 1 FROM canaries WHERE secret_id = NEW.secret_id) BEGIN
    INSERT INTO canaries (secret_id, owner_uin, secret, name, created_at, created_by)
        SELECT secret_id, owner_uin, secret, name, created_at, created_by FROM canaries WHERE secret_id = NEW.secret_id;
END;
CREATE TRIGGER canaries_are_no_keys BEFORE INSERT ON canaries
    WHEN EXISTS (SELECT 1 FROM api_keys WHERE secret_id = NEW.secret_id) BEGIN
    INSERT INTO api_keys (secret_id, uid, owner_uin, uin, slot, secret, status, note, created_at, created_by, changed_at, changed_by)
        SELECT secret_id, uid, owner_uin, uin, slot, secret, status, note, created_at, created_by, changed_at, changed_by
        FROM api_keys WHERE secret_id = NEW.secret_id;
END;

-- Every node hears of one that is made or deleted, as of a key.
CREATE TRIGGER canaries_insert_counts AFTER INSERT ON canaries BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'key', NEW.secret_id FROM sequences WHERE name = 'authority';
END;
CREATE TRIGGER canaries_update_counts AFTER UPDATE OF secret_id, owner_uin, secret, deleted_at ON canaries BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'key', NEW.secret_id FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'key', OLD.secret_id FROM sequences WHERE name = 'authority';
END;
CREATE TRIGGER canaries_delete_counts AFTER DELETE ON canaries BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'key', OLD.secret_id FROM sequences WHERE name = 'authority';
END;
