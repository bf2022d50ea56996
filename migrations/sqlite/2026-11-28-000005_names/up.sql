-- What user names look like, so that a double of another name is found by an index. Computed by Camlock: filled in batches
-- after the start, `has_looks` says for whom.
ALTER TABLE users ADD COLUMN has_looks BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX users_without_looks ON users (owner_uin, uid) WHERE NOT has_looks;

CREATE TABLE user_looks (
    owner_uin BIGINT NOT NULL,
    look TEXT NOT NULL,
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    is_ascii BOOLEAN NOT NULL,
    PRIMARY KEY (owner_uin, look, is_ascii, uid)
) WITHOUT ROWID;
CREATE INDEX user_looks_uid ON user_looks (uid);

-- SHA-256 of every SecretId that was deleted: it never belongs to a key again. The sequence says how far the log has been read
-- for those that were deleted before this table was there.
CREATE TABLE retired_ids (
    digest BLOB NOT NULL PRIMARY KEY
) WITHOUT ROWID;
INSERT INTO sequences (name, value) VALUES ('retired', 0);
