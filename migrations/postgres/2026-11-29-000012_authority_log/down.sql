DROP TRIGGER users_counts ON users;
CREATE CONSTRAINT TRIGGER users_counts AFTER INSERT OR UPDATE OF uid, owner_uin, uin, kind, name, name_key, note, phone, email, console_login, created_at, created_by, country_code, protection OR DELETE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
DROP TRIGGER accounts_counts ON accounts;
CREATE CONSTRAINT TRIGGER accounts_counts AFTER INSERT OR UPDATE OR DELETE ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE OR REPLACE FUNCTION authority_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('camlock.authority', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        EXECUTE format('UPDATE %I.sequences SET value = value + 1 + floor(random() * 1000000)::bigint '
            'WHERE name = ''authority''', TG_TABLE_SCHEMA);
        PERFORM set_config('camlock.authority', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$;
DROP TABLE authority_log;
