-- What lists of users sort and filter by, one row for each user. `facet` is 32 × kind (root, sub-user, collaborator)
-- + 16 with an authenticator app + 4 × keys held + keys enabled. Triggers keep it, so that nodes of earlier versions and
-- whoever has a database shell do so too. Apart from `users`, whose changes make nodes forget what they know of keys.
-- Existing users get theirs before the server serves; the sequence says how far.
CREATE TABLE user_lines (
    uid BIGINT NOT NULL PRIMARY KEY REFERENCES users (uid) ON DELETE CASCADE,
    owner_uin BIGINT NOT NULL,
    facet SMALLINT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
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
    start TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    PRIMARY KEY (owner_uin, start, name_key, uid)
);
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
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
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

-- The row is locked before anything is counted: whoever comes second counts what the first one did.
CREATE FUNCTION list_user(wanted bigint) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet)
        SELECT u.uid, u.owner_uin, u.name_key, u.created_at, 0 FROM users u WHERE u.uid = wanted
        ON CONFLICT (uid) DO NOTHING;
    PERFORM 1 FROM user_lines WHERE uid = wanted FOR UPDATE;
    UPDATE user_lines SET name_key = u.name_key, facet =
            CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END
            + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END
            + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0)
        FROM users u WHERE u.uid = wanted AND user_lines.uid = wanted;
END $$;

CREATE FUNCTION users_listed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM list_user(NEW.uid);
    IF TG_OP = 'UPDATE' THEN
        UPDATE user_lines SET is_searchable = FALSE WHERE uid = NEW.uid AND is_searchable;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION api_keys_listed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM list_user(OLD.uid);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.uid <> OLD.uid) THEN
        PERFORM list_user(NEW.uid);
    END IF;
    RETURN NULL;
END $$;

-- Of several memberships in the order of their UIDs.
CREATE FUNCTION totp_devices_listed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    member bigint;
    identity bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.uin ELSE NEW.uin END;
BEGIN
    FOR member IN SELECT uid FROM users WHERE uin = identity ORDER BY uid LOOP
        PERFORM list_user(member);
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER users_lists AFTER INSERT OR UPDATE OF kind, name, name_key, note, phone, email ON users
    FOR EACH ROW EXECUTE FUNCTION users_listed();
CREATE TRIGGER api_keys_lists AFTER INSERT OR UPDATE OF uid, status OR DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION api_keys_listed();
CREATE TRIGGER totp_devices_lists AFTER INSERT OR DELETE ON totp_devices
    FOR EACH ROW EXECUTE FUNCTION totp_devices_listed();

CREATE FUNCTION policy_used() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    is_user int := CASE TG_TABLE_NAME WHEN 'policy_attachments' THEN 1 ELSE 0 END;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO policy_use_changes (owner_uin, policy_id, users, boundaries)
            SELECT u.owner_uin, OLD.policy_id, -is_user, is_user - 1 FROM users u WHERE u.uid = OLD.uid;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO policy_use_changes (owner_uin, policy_id, users, boundaries)
            SELECT u.owner_uin, NEW.policy_id, is_user, 1 - is_user FROM users u WHERE u.uid = NEW.uid;
    END IF;
    RETURN NULL;
END $$;

-- While the user is still there: what is deleted with it could not be told whose it was.
CREATE FUNCTION users_use_no_policy() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM policy_attachments WHERE uid = OLD.uid;
    DELETE FROM user_boundaries WHERE uid = OLD.uid;
    RETURN OLD;
END $$;

CREATE TRIGGER policy_attachments_uses AFTER INSERT OR UPDATE OF uid, policy_id OR DELETE ON policy_attachments
    FOR EACH ROW EXECUTE FUNCTION policy_used();
CREATE TRIGGER user_boundaries_uses AFTER INSERT OR UPDATE OF uid, policy_id OR DELETE ON user_boundaries
    FOR EACH ROW EXECUTE FUNCTION policy_used();
CREATE TRIGGER users_uses BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION users_use_no_policy();
