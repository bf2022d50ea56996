-- Two numbers tell whether what a node remembers of the database is still so.
-- `authority` grows with every commit that may change what a key is allowed, whoever makes it: nodes keep verified keys in
-- memory only for as long as it stands still. `replay` numbers the used signatures in the order of their commits.
-- Steps are random, so that a restored database does not come back to a number that stood for something else.
INSERT INTO sequences (name, value) VALUES ('authority', 0), ('replay', 0);
ALTER TABLE replays ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX replays_number ON replays (number);

-- Deferred to the commit, so that this row is the last that a transaction locks, and once for each transaction.
CREATE FUNCTION authority_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('camlock.authority', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        EXECUTE format('UPDATE %I.sequences SET value = value + 1 + floor(random() * 1000000)::bigint '
            'WHERE name = ''authority''', TG_TABLE_SCHEMA);
        PERFORM set_config('camlock.authority', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER accounts_counts AFTER INSERT OR UPDATE OR DELETE ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE CONSTRAINT TRIGGER users_counts AFTER INSERT OR UPDATE OF uid, owner_uin, uin, kind, name, name_key, note, phone, email, console_login, created_at, created_by, country_code, protection OR DELETE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE CONSTRAINT TRIGGER api_keys_counts AFTER INSERT OR UPDATE OR DELETE ON api_keys
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE CONSTRAINT TRIGGER policies_counts AFTER INSERT OR UPDATE OR DELETE ON policies
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE CONSTRAINT TRIGGER policy_attachments_counts AFTER INSERT OR UPDATE OR DELETE ON policy_attachments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE CONSTRAINT TRIGGER user_groups_counts AFTER INSERT OR UPDATE OR DELETE ON user_groups
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE CONSTRAINT TRIGGER group_members_counts AFTER INSERT OR UPDATE OR DELETE ON group_members
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE CONSTRAINT TRIGGER group_policies_counts AFTER INSERT OR UPDATE OR DELETE ON group_policies
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();
CREATE CONSTRAINT TRIGGER user_boundaries_counts AFTER INSERT OR UPDATE OR DELETE ON user_boundaries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authority_changed();

CREATE TRIGGER accounts_truncated AFTER TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
CREATE TRIGGER users_truncated AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
CREATE TRIGGER api_keys_truncated AFTER TRUNCATE ON api_keys FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
CREATE TRIGGER policies_truncated AFTER TRUNCATE ON policies FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
CREATE TRIGGER policy_attachments_truncated AFTER TRUNCATE ON policy_attachments FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
CREATE TRIGGER user_groups_truncated AFTER TRUNCATE ON user_groups FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
CREATE TRIGGER group_members_truncated AFTER TRUNCATE ON group_members FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
CREATE TRIGGER group_policies_truncated AFTER TRUNCATE ON group_policies FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
CREATE TRIGGER user_boundaries_truncated AFTER TRUNCATE ON user_boundaries FOR EACH STATEMENT EXECUTE FUNCTION authority_changed();
