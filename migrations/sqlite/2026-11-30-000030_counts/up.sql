-- How many things of a sort an account has: 'policies' of its own, 'groups', 'members' of them, 'collaborators'. On PostgreSQL,
-- where everybody who changes one account would wait for one row, changes are added and folded in later; SQLite has one writer
-- and needs none.
CREATE TABLE account_counts (
    owner_uin BIGINT NOT NULL,
    sort TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (owner_uin, sort)
);
CREATE TABLE account_count_changes (
    id INTEGER NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL,
    sort TEXT NOT NULL,
    number BIGINT NOT NULL
);
CREATE INDEX account_count_changes_owner ON account_count_changes (owner_uin);
INSERT INTO account_counts (owner_uin, sort, number)
    SELECT owner_uin, 'policies', COUNT(*) FROM policies GROUP BY owner_uin
    UNION ALL SELECT owner_uin, 'groups', COUNT(*) FROM user_groups GROUP BY owner_uin
    UNION ALL SELECT g.owner_uin, 'members', COUNT(*)
        FROM group_members m JOIN user_groups g ON g.id = m.group_id GROUP BY g.owner_uin
    UNION ALL SELECT owner_uin, 'collaborators', COUNT(*) FROM users WHERE kind = 'collaborator' GROUP BY owner_uin;

CREATE TRIGGER policies_insert_number AFTER INSERT ON policies
BEGIN
    INSERT INTO account_counts (owner_uin, sort, number) VALUES (NEW.owner_uin, 'policies', 1)
        ON CONFLICT (owner_uin, sort) DO UPDATE SET number = number + excluded.number;
END;
CREATE TRIGGER policies_delete_number AFTER DELETE ON policies
BEGIN
    UPDATE account_counts SET number = number - 1 WHERE owner_uin = OLD.owner_uin AND sort = 'policies';
END;
CREATE TRIGGER user_groups_insert_number AFTER INSERT ON user_groups
BEGIN
    INSERT INTO account_counts (owner_uin, sort, number) VALUES (NEW.owner_uin, 'groups', 1)
        ON CONFLICT (owner_uin, sort) DO UPDATE SET number = number + excluded.number;
END;
CREATE TRIGGER user_groups_delete_number AFTER DELETE ON user_groups
BEGIN
    UPDATE account_counts SET number = number - 1 WHERE owner_uin = OLD.owner_uin AND sort = 'groups';
END;
CREATE TRIGGER group_members_insert_number AFTER INSERT ON group_members
BEGIN
    INSERT INTO account_counts (owner_uin, sort, number)
        SELECT g.owner_uin, 'members', 1 FROM user_groups g WHERE g.id = NEW.group_id
        ON CONFLICT (owner_uin, sort) DO UPDATE SET number = number + excluded.number;
END;
-- Gone with its group, a member is still a user of the account; gone with the user, it was in a group of it.
CREATE TRIGGER group_members_delete_number AFTER DELETE ON group_members
BEGIN
    UPDATE account_counts SET number = number - 1 WHERE sort = 'members' AND owner_uin = COALESCE(
        (SELECT owner_uin FROM user_groups WHERE id = OLD.group_id), (SELECT owner_uin FROM users WHERE uid = OLD.uid));
END;
CREATE TRIGGER users_insert_number AFTER INSERT ON users WHEN NEW.kind = 'collaborator'
BEGIN
    INSERT INTO account_counts (owner_uin, sort, number) VALUES (NEW.owner_uin, 'collaborators', 1)
        ON CONFLICT (owner_uin, sort) DO UPDATE SET number = number + excluded.number;
END;
CREATE TRIGGER users_delete_number AFTER DELETE ON users WHEN OLD.kind = 'collaborator'
BEGIN
    UPDATE account_counts SET number = number - 1 WHERE owner_uin = OLD.owner_uin AND sort = 'collaborators';
END;

-- What a counter of wrong guesses is about last, mostly a network: all behind the last colon of its name. Not known of those
-- that an earlier version counted, which are void after an hour.
ALTER TABLE throttles ADD COLUMN place TEXT;
CREATE INDEX throttles_place ON throttles (place);

-- Whom a policy is attached to, by account: `policy_attachments` has those of all accounts under one policy, which for a preset
-- is many.
CREATE TABLE policy_holders (
    owner_uin BIGINT NOT NULL,
    policy_id BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    PRIMARY KEY (owner_uin, policy_id, uid)
) WITHOUT ROWID;
INSERT INTO policy_holders (owner_uin, policy_id, uid)
    SELECT u.owner_uin, a.policy_id, a.uid FROM policy_attachments a JOIN users u ON u.uid = a.uid;
CREATE TRIGGER policy_attachments_insert_holder AFTER INSERT ON policy_attachments
BEGIN
    INSERT INTO policy_holders (owner_uin, policy_id, uid)
        SELECT u.owner_uin, NEW.policy_id, NEW.uid FROM users u WHERE u.uid = NEW.uid ON CONFLICT DO NOTHING;
END;
-- `users_delete_uses` takes policies from a user that is still there.
CREATE TRIGGER policy_attachments_delete_holder AFTER DELETE ON policy_attachments
BEGIN
    DELETE FROM policy_holders WHERE owner_uin = (SELECT owner_uin FROM users WHERE uid = OLD.uid)
        AND policy_id = OLD.policy_id AND uid = OLD.uid;
END;
