-- Two numbers tell whether what a node remembers of the database is still so.
-- `authority` grows with every commit that may change what a key is allowed, whoever makes it: nodes keep verified keys in
-- memory only for as long as it stands still. `replay` numbers the used signatures in the order of their commits.
-- Steps are random, so that a restored database does not come back to a number that stood for something else.
INSERT INTO sequences (name, value) VALUES ('authority', 0), ('replay', 0);
ALTER TABLE replays ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX replays_number ON replays (number);

CREATE TRIGGER accounts_insert_counts AFTER INSERT ON accounts
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER accounts_update_counts AFTER UPDATE ON accounts
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER accounts_delete_counts AFTER DELETE ON accounts
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER users_insert_counts AFTER INSERT ON users
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER users_update_counts AFTER UPDATE OF uid, owner_uin, uin, kind, name, name_key, note, phone, email,
    console_login, created_at, created_by, country_code, protection ON users
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER users_delete_counts AFTER DELETE ON users
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER api_keys_insert_counts AFTER INSERT ON api_keys
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER api_keys_update_counts AFTER UPDATE ON api_keys
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER api_keys_delete_counts AFTER DELETE ON api_keys
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER policies_insert_counts AFTER INSERT ON policies
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER policies_update_counts AFTER UPDATE ON policies
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER policies_delete_counts AFTER DELETE ON policies
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER policy_attachments_insert_counts AFTER INSERT ON policy_attachments
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER policy_attachments_update_counts AFTER UPDATE ON policy_attachments
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER policy_attachments_delete_counts AFTER DELETE ON policy_attachments
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER user_groups_insert_counts AFTER INSERT ON user_groups
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER user_groups_update_counts AFTER UPDATE ON user_groups
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER user_groups_delete_counts AFTER DELETE ON user_groups
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER group_members_insert_counts AFTER INSERT ON group_members
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER group_members_update_counts AFTER UPDATE ON group_members
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER group_members_delete_counts AFTER DELETE ON group_members
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER group_policies_insert_counts AFTER INSERT ON group_policies
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER group_policies_update_counts AFTER UPDATE ON group_policies
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER group_policies_delete_counts AFTER DELETE ON group_policies
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER user_boundaries_insert_counts AFTER INSERT ON user_boundaries
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER user_boundaries_update_counts AFTER UPDATE ON user_boundaries
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER user_boundaries_delete_counts AFTER DELETE ON user_boundaries
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
