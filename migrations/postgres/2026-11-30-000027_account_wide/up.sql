-- The claim links of an account, the newest first.
CREATE INDEX claims_account ON claims (owner_uin, made_at, id);

-- After how many days without a call an account has new keys disabled; 0: no such rule.
ALTER TABLE accounts ADD COLUMN key_idle_default_days BIGINT NOT NULL DEFAULT 0;
-- What a node knows of an account has this rule in it, so a change of it is told like the others.
DROP TRIGGER accounts_counts ON accounts;
CREATE CONSTRAINT TRIGGER accounts_counts AFTER INSERT OR UPDATE OF owner_uin, app_id, name, created_at, secret_reveal, step_up_window_minutes, mfa_required,
    operation_protection, api_delete_enabled_keys, password_min_length, signature_v1, login_rules, password_rules,
    signed_action, grant_window_minutes, grant_age_hours, key_expiry_default_days, key_expiry_max_days, key_idle_default_days OR DELETE ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
-- Leads to the keys of an account by their days of silence, those without such a limit in the order of their ids.
CREATE INDEX api_keys_silence ON api_keys (owner_uin, idle_days, secret_id);

-- Links by which the root of another account becomes a collaborator. Of the token only a digest is kept. One goes with whoever
-- made it, as that is who gives the rights.
CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    owner_uin BIGINT NOT NULL,
    maker_uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    made_by TEXT NOT NULL,
    made_ip TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    is_vouched_for BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL,
    wish TEXT NOT NULL,
    answered_at BIGINT,
    is_accepted BOOLEAN,
    answered_by BIGINT
);
CREATE INDEX invitations_account ON invitations (owner_uin, made_at, id);
CREATE INDEX invitations_open ON invitations (owner_uin, expires_at, id) WHERE answered_at IS NULL;
CREATE INDEX invitations_maker ON invitations (maker_uid);
CREATE INDEX invitations_end ON invitations (expires_at);
