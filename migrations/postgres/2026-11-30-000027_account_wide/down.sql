DROP TABLE invitations;
DROP INDEX api_keys_silence;
DROP TRIGGER accounts_counts ON accounts;
CREATE CONSTRAINT TRIGGER accounts_counts AFTER INSERT OR UPDATE OF owner_uin, app_id, name, created_at, secret_reveal, step_up_window_minutes, mfa_required,
    operation_protection, api_delete_enabled_keys, password_min_length, signature_v1, login_rules, password_rules,
    signed_action, grant_window_minutes, grant_age_hours, key_expiry_default_days, key_expiry_max_days OR DELETE ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
ALTER TABLE accounts DROP COLUMN key_idle_default_days;
DROP INDEX claims_account;
