-- Rows of a page that a person likes, and the filters of lists that a person saved in an account.
ALTER TABLE identities ADD COLUMN page_size SMALLINT NOT NULL DEFAULT 50;
CREATE TABLE saved_filters (
    uid BIGINT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,
    list TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (uid, list, name_key)
);
