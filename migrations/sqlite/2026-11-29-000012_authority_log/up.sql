-- What each of those commits touched that verdicts rest on, under its number of `authority`: whoever knows the database as of one number
-- forgets what was touched since, and keeps the rest. `all` stands for everything.
CREATE TABLE authority_log (
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (number, kind, id)
) WITHOUT ROWID;
INSERT INTO authority_log (number, kind, id) SELECT value, 'all', '' FROM sequences WHERE name = 'authority';

DROP TRIGGER accounts_insert_counts;
CREATE TRIGGER accounts_insert_counts AFTER INSERT ON accounts BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'account', NEW.owner_uin FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER accounts_update_counts;
CREATE TRIGGER accounts_update_counts AFTER UPDATE OF owner_uin, app_id, name, created_at, secret_reveal, step_up_window_minutes, mfa_required,
    operation_protection, api_delete_enabled_keys, password_min_length, signature_v1, login_rules, password_rules,
    signed_action, grant_window_minutes, grant_age_hours ON accounts BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'account', NEW.owner_uin FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'account', OLD.owner_uin FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER accounts_delete_counts;
CREATE TRIGGER accounts_delete_counts AFTER DELETE ON accounts BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'account', OLD.owner_uin FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER users_insert_counts;
CREATE TRIGGER users_insert_counts AFTER INSERT ON users BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', NEW.uid FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER users_update_counts;
CREATE TRIGGER users_update_counts AFTER UPDATE OF uid, owner_uin, uin, kind, name, name_key, note, phone, email, console_login,
    created_at, created_by, country_code, protection, granted_at, stepped_up, loosened_at ON users BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', NEW.uid FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'user', OLD.uid FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER users_delete_counts;
CREATE TRIGGER users_delete_counts AFTER DELETE ON users BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', OLD.uid FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER api_keys_insert_counts;
CREATE TRIGGER api_keys_insert_counts AFTER INSERT ON api_keys BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'key', NEW.secret_id FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER api_keys_update_counts;
CREATE TRIGGER api_keys_update_counts AFTER UPDATE ON api_keys BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'key', NEW.secret_id FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'key', OLD.secret_id FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER api_keys_delete_counts;
CREATE TRIGGER api_keys_delete_counts AFTER DELETE ON api_keys BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'key', OLD.secret_id FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER policies_insert_counts;
CREATE TRIGGER policies_insert_counts AFTER INSERT ON policies BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'policy', NEW.id FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER policies_update_counts;
CREATE TRIGGER policies_update_counts AFTER UPDATE ON policies BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'policy', NEW.id FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'policy', OLD.id FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER policies_delete_counts;
CREATE TRIGGER policies_delete_counts AFTER DELETE ON policies BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'policy', OLD.id FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER policy_attachments_insert_counts;
CREATE TRIGGER policy_attachments_insert_counts AFTER INSERT ON policy_attachments BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', NEW.uid FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER policy_attachments_update_counts;
CREATE TRIGGER policy_attachments_update_counts AFTER UPDATE ON policy_attachments BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', NEW.uid FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'user', OLD.uid FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER policy_attachments_delete_counts;
CREATE TRIGGER policy_attachments_delete_counts AFTER DELETE ON policy_attachments BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', OLD.uid FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER user_groups_insert_counts;
CREATE TRIGGER user_groups_insert_counts AFTER INSERT ON user_groups BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'group', NEW.id FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER user_groups_update_counts;
CREATE TRIGGER user_groups_update_counts AFTER UPDATE ON user_groups BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'group', NEW.id FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'group', OLD.id FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER user_groups_delete_counts;
CREATE TRIGGER user_groups_delete_counts AFTER DELETE ON user_groups BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'group', OLD.id FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER group_members_insert_counts;
CREATE TRIGGER group_members_insert_counts AFTER INSERT ON group_members BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', NEW.uid FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER group_members_update_counts;
CREATE TRIGGER group_members_update_counts AFTER UPDATE ON group_members BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', NEW.uid FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'user', OLD.uid FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER group_members_delete_counts;
CREATE TRIGGER group_members_delete_counts AFTER DELETE ON group_members BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', OLD.uid FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER group_policies_insert_counts;
CREATE TRIGGER group_policies_insert_counts AFTER INSERT ON group_policies BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'group', NEW.group_id FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER group_policies_update_counts;
CREATE TRIGGER group_policies_update_counts AFTER UPDATE ON group_policies BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'group', NEW.group_id FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'group', OLD.group_id FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER group_policies_delete_counts;
CREATE TRIGGER group_policies_delete_counts AFTER DELETE ON group_policies BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'group', OLD.group_id FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER user_boundaries_insert_counts;
CREATE TRIGGER user_boundaries_insert_counts AFTER INSERT ON user_boundaries BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', NEW.uid FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER user_boundaries_update_counts;
CREATE TRIGGER user_boundaries_update_counts AFTER UPDATE ON user_boundaries BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', NEW.uid FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'user', OLD.uid FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER user_boundaries_delete_counts;
CREATE TRIGGER user_boundaries_delete_counts AFTER DELETE ON user_boundaries BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'user', OLD.uid FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER services_insert_counts;
CREATE TRIGGER services_insert_counts AFTER INSERT ON services BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', NEW.owner_uin FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER services_update_counts;
CREATE TRIGGER services_update_counts AFTER UPDATE ON services BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', NEW.owner_uin FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'gate', OLD.owner_uin FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER services_delete_counts;
CREATE TRIGGER services_delete_counts AFTER DELETE ON services BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', OLD.owner_uin FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER gate_tokens_insert_counts;
CREATE TRIGGER gate_tokens_insert_counts AFTER INSERT ON gate_tokens BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', NEW.owner_uin FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER gate_tokens_update_counts;
CREATE TRIGGER gate_tokens_update_counts AFTER UPDATE OF id, digest, owner_uin, name, options, created_at, created_by,
    revoked_at ON gate_tokens BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', NEW.owner_uin FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'gate', OLD.owner_uin FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER gate_tokens_delete_counts;
CREATE TRIGGER gate_tokens_delete_counts AFTER DELETE ON gate_tokens BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', OLD.owner_uin FROM sequences WHERE name = 'authority';
END;

DROP TRIGGER gate_token_services_insert_counts;
CREATE TRIGGER gate_token_services_insert_counts AFTER INSERT ON gate_token_services BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', 0 FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER gate_token_services_update_counts;
CREATE TRIGGER gate_token_services_update_counts AFTER UPDATE ON gate_token_services BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', 0 FROM sequences WHERE name = 'authority';
END;
DROP TRIGGER gate_token_services_delete_counts;
CREATE TRIGGER gate_token_services_delete_counts AFTER DELETE ON gate_token_services BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'gate', 0 FROM sequences WHERE name = 'authority';
END;
