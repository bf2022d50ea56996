-- What lists of users sort and filter by, one row for each user. `facet` is 32 × kind (root, sub-user, collaborator)
-- + 16 with an authenticator app + 4 × keys held + keys enabled. Triggers keep it, so that nodes of earlier versions and
-- whoever has a database shell do so too. Apart from `users`, whose changes make nodes forget what they know of keys.
-- Existing users get theirs before the server serves; the sequence says how far.
CREATE TABLE user_lines (
    uid BIGINT NOT NULL PRIMARY KEY REFERENCES users (uid) ON DELETE CASCADE,
    owner_uin BIGINT NOT NULL,
    facet SMALLINT NOT NULL,
    name_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When a key was last used, to the minute; 0: never.
    last_used_at BIGINT NOT NULL DEFAULT 0,
    -- Whether `user_terms` and `user_starts` hold all that this version looks for.
    is_searchable BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX user_lines_name ON user_lines (owner_uin, name_key, uid);
CREATE INDEX user_lines_created ON user_lines (owner_uin, created_at, uid);
CREATE INDEX user_lines_used ON user_lines (owner_uin, last_used_at, uid);
CREATE INDEX user_lines_facet_name ON user_lines (owner_uin, facet, name_key, uid);
CREATE INDEX user_lines_facet_created ON user_lines (owner_uin, facet, created_at, uid);
CREATE INDEX user_lines_facet_used ON user_lines (owner_uin, facet, last_used_at, uid);
CREATE INDEX user_lines_unsearchable ON user_lines (owner_uin, uid) WHERE NOT is_searchable;

-- One or two letters that name, a word of it, UIN or note begin with.
CREATE TABLE user_starts (
    owner_uin BIGINT NOT NULL,
    start TEXT NOT NULL,
    name_key TEXT NOT NULL,
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    PRIMARY KEY (owner_uin, start, name_key, uid)
) WITHOUT ROWID;
CREATE INDEX user_starts_uid ON user_starts (uid);

-- What is asked by these was looked for in every row.
CREATE INDEX sessions_created ON sessions (created_at);
CREATE INDEX tickets_session ON tickets (session);

-- How many users of an account a policy is attached to, and how many it bounds. On PostgreSQL, where everybody who attaches
-- the same policy would wait for one row, changes are added and folded in later; SQLite has one writer and needs none.
CREATE TABLE policy_uses (
    owner_uin BIGINT NOT NULL,
    policy_id BIGINT NOT NULL,
    users BIGINT NOT NULL,
    boundaries BIGINT NOT NULL,
    PRIMARY KEY (owner_uin, policy_id)
);
CREATE TABLE policy_use_changes (
    number INTEGER NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL,
    policy_id BIGINT NOT NULL,
    users BIGINT NOT NULL,
    boundaries BIGINT NOT NULL
);
CREATE INDEX policy_use_changes_policy ON policy_use_changes (owner_uin, policy_id);
INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries)
    SELECT owner_uin, policy_id, SUM(users), SUM(boundaries) FROM (
        SELECT u.owner_uin, a.policy_id, COUNT(*) AS users, 0 AS boundaries
            FROM policy_attachments a JOIN users u ON u.uid = a.uid GROUP BY u.owner_uin, a.policy_id
        UNION ALL
        SELECT u.owner_uin, b.policy_id, 0, COUNT(*)
            FROM user_boundaries b JOIN users u ON u.uid = b.uid GROUP BY u.owner_uin, b.policy_id
    ) AS uses GROUP BY owner_uin, policy_id;

INSERT INTO sequences (name, value)
    SELECT 'listed', CASE WHEN EXISTS (SELECT 1 FROM users) THEN 0 ELSE 9223372036854775807 END;

CREATE TRIGGER users_insert_lists AFTER INSERT ON users
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at,
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uid = NEW.uid
        ON CONFLICT (uid) DO UPDATE SET facet = excluded.facet, name_key = excluded.name_key;
END;

CREATE TRIGGER users_update_lists AFTER UPDATE OF kind, name, name_key, note, phone, email ON users
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at,
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uid = NEW.uid
        ON CONFLICT (uid) DO UPDATE SET facet = excluded.facet, name_key = excluded.name_key, is_searchable = FALSE;
END;

CREATE TRIGGER api_keys_insert_lists AFTER INSERT ON api_keys
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at,
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uid = NEW.uid
        ON CONFLICT (uid) DO UPDATE SET facet = excluded.facet, name_key = excluded.name_key;
END;

CREATE TRIGGER api_keys_update_lists AFTER UPDATE OF uid, status ON api_keys
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at,
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uid IN (OLD.uid, NEW.uid)
        ON CONFLICT (uid) DO UPDATE SET facet = excluded.facet, name_key = excluded.name_key;
END;

CREATE TRIGGER api_keys_delete_lists AFTER DELETE ON api_keys
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at,
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uid = OLD.uid
        ON CONFLICT (uid) DO UPDATE SET facet = excluded.facet, name_key = excluded.name_key;
END;

CREATE TRIGGER totp_devices_insert_lists AFTER INSERT ON totp_devices
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at,
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uin = NEW.uin
        ON CONFLICT (uid) DO UPDATE SET facet = excluded.facet, name_key = excluded.name_key;
END;

CREATE TRIGGER totp_devices_update_lists AFTER UPDATE OF uin ON totp_devices
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at,
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uin IN (OLD.uin, NEW.uin)
        ON CONFLICT (uid) DO UPDATE SET facet = excluded.facet, name_key = excluded.name_key;
END;

CREATE TRIGGER totp_devices_delete_lists AFTER DELETE ON totp_devices
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at,
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uin = OLD.uin
        ON CONFLICT (uid) DO UPDATE SET facet = excluded.facet, name_key = excluded.name_key;
END;

CREATE TRIGGER policy_attachments_insert_uses AFTER INSERT ON policy_attachments
BEGIN
    INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries)
        SELECT u.owner_uin, NEW.policy_id, 1, 0 FROM users u WHERE u.uid = NEW.uid
        ON CONFLICT (owner_uin, policy_id) DO UPDATE
        SET users = users + excluded.users, boundaries = boundaries + excluded.boundaries;
END;

CREATE TRIGGER policy_attachments_delete_uses AFTER DELETE ON policy_attachments
BEGIN
    INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries)
        SELECT u.owner_uin, OLD.policy_id, -1, 0 FROM users u WHERE u.uid = OLD.uid
        ON CONFLICT (owner_uin, policy_id) DO UPDATE
        SET users = users + excluded.users, boundaries = boundaries + excluded.boundaries;
END;

CREATE TRIGGER user_boundaries_insert_uses AFTER INSERT ON user_boundaries
BEGIN
    INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries)
        SELECT u.owner_uin, NEW.policy_id, 0, 1 FROM users u WHERE u.uid = NEW.uid
        ON CONFLICT (owner_uin, policy_id) DO UPDATE
        SET users = users + excluded.users, boundaries = boundaries + excluded.boundaries;
END;

CREATE TRIGGER user_boundaries_update_uses AFTER UPDATE ON user_boundaries
BEGIN
    INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries)
        SELECT u.owner_uin, OLD.policy_id, 0, -1 FROM users u WHERE u.uid = OLD.uid
        ON CONFLICT (owner_uin, policy_id) DO UPDATE
        SET users = users + excluded.users, boundaries = boundaries + excluded.boundaries;
    INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries)
        SELECT u.owner_uin, NEW.policy_id, 0, 1 FROM users u WHERE u.uid = NEW.uid
        ON CONFLICT (owner_uin, policy_id) DO UPDATE
        SET users = users + excluded.users, boundaries = boundaries + excluded.boundaries;
END;

CREATE TRIGGER user_boundaries_delete_uses AFTER DELETE ON user_boundaries
BEGIN
    INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries)
        SELECT u.owner_uin, OLD.policy_id, 0, -1 FROM users u WHERE u.uid = OLD.uid
        ON CONFLICT (owner_uin, policy_id) DO UPDATE
        SET users = users + excluded.users, boundaries = boundaries + excluded.boundaries;
END;

-- While the user is still there: what is deleted with it could not be told whose it was.
CREATE TRIGGER users_delete_uses BEFORE DELETE ON users
BEGIN
    DELETE FROM policy_attachments WHERE uid = OLD.uid;
    DELETE FROM user_boundaries WHERE uid = OLD.uid;
END;
