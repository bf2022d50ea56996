-- What each of those commits touched that verdicts rest on, under its number of `authority`: whoever knows the database as of one number
-- forgets what was touched since, and keeps the rest. `all` stands for everything.
CREATE TABLE authority_log (
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (number, kind, id)
);
INSERT INTO authority_log (number, kind, id) SELECT value, 'all', '' FROM sequences WHERE name = 'authority';

-- Runs at the commit, for each row that was touched: the first one takes the number, as the last lock of the transaction.
-- What touches more than a thousand things is noted as everything.
CREATE OR REPLACE FUNCTION authority_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken text := current_setting('camlock.authority', true);
    number_taken bigint;
    things int := 0;
    kind text;
    named text;
    newer text;
    older text;
BEGIN
    IF split_part(coalesce(taken, ''), ':', 1) = pg_current_xact_id()::text THEN
        number_taken := split_part(taken, ':', 2)::bigint;
        things := split_part(taken, ':', 3)::int;
    ELSE
        EXECUTE format('UPDATE %I.sequences SET value = value + 1 + floor(random() * 1000000)::bigint '
            'WHERE name = ''authority'' RETURNING value', TG_TABLE_SCHEMA) INTO number_taken;
    END IF;
    IF things > 1000 THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('camlock.authority', pg_current_xact_id()::text || ':' || number_taken || ':' || things + 1, true);
    IF TG_OP = 'TRUNCATE' OR things = 1000 THEN
        kind := 'all';
        newer := '';
    ELSE
        kind := CASE TG_TABLE_NAME WHEN 'accounts' THEN 'account' WHEN 'api_keys' THEN 'key' WHEN 'policies' THEN 'policy'
            WHEN 'user_groups' THEN 'group' WHEN 'group_policies' THEN 'group' WHEN 'services' THEN 'gate'
            WHEN 'gate_tokens' THEN 'gate' WHEN 'gate_token_services' THEN 'gate' ELSE 'user' END;
        named := CASE TG_TABLE_NAME WHEN 'api_keys' THEN 'secret_id' WHEN 'policies' THEN 'id' WHEN 'user_groups' THEN 'id'
            WHEN 'group_policies' THEN 'group_id' WHEN 'accounts' THEN 'owner_uin' WHEN 'services' THEN 'owner_uin'
            WHEN 'gate_tokens' THEN 'owner_uin' WHEN 'gate_token_services' THEN 'token_id' ELSE 'uid' END;
        newer := to_jsonb(NEW) ->> named;
        older := to_jsonb(OLD) ->> named;
        IF TG_TABLE_NAME = 'gate_token_services' THEN
            newer := '0';
            older := '0';
        END IF;
    END IF;
    EXECUTE format('INSERT INTO %I.authority_log (number, kind, id) SELECT $1, $2, touched FROM unnest($3) AS touched '
        'WHERE touched IS NOT NULL ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA) USING number_taken, kind, ARRAY[newer, older];
    RETURN NULL;
END $$;

-- How many users an account has decides about nothing.
DROP TRIGGER accounts_counts ON accounts;
CREATE CONSTRAINT TRIGGER accounts_counts AFTER INSERT OR UPDATE OF owner_uin, app_id, name, created_at, secret_reveal, step_up_window_minutes, mfa_required,
    operation_protection, api_delete_enabled_keys, password_min_length, signature_v1, login_rules, password_rules,
    signed_action, grant_window_minutes, grant_age_hours OR DELETE ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
DROP TRIGGER users_counts ON users;
CREATE CONSTRAINT TRIGGER users_counts AFTER INSERT OR UPDATE OF uid, owner_uin, uin, kind, name, name_key, note, phone, email, console_login,
    created_at, created_by, country_code, protection, granted_at, stepped_up, loosened_at OR DELETE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
