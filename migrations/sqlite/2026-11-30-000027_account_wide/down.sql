DROP TABLE invitations;
DROP INDEX api_keys_silence;
DROP TRIGGER accounts_update_counts;
CREATE TRIGGER accounts_update_counts AFTER UPDATE OF owner_uin, app_id, name, created_at, secret_reveal, step_up_window_minutes, mfa_required,
    operation_protection, api_delete_enabled_keys, password_min_length, signature_v1, login_rules, password_rules,
    signed_action, grant_window_minutes, grant_age_hours, key_expiry_default_days, key_expiry_max_days ON accounts BEGIN
    UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority';
    INSERT INTO authority_log (number, kind, id)
        SELECT value, 'account', NEW.owner_uin FROM sequences WHERE name = 'authority'
        UNION SELECT value, 'account', OLD.owner_uin FROM sequences WHERE name = 'authority';
END;
ALTER TABLE accounts DROP COLUMN key_idle_default_days;
DROP INDEX claims_account;
