-- Changes that were made under a signature: each action once. Where it came from and when tells a second action under the
-- same signature from a copy of it.
CREATE TABLE signed_changes (
    signature TEXT NOT NULL,
    -- '*' stands for whatever it was: rows of a version that did not keep it.
    action TEXT NOT NULL,
    request_id TEXT NOT NULL,
    arrived_ms BIGINT NOT NULL,
    origin TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (signature, action)
);
CREATE INDEX signed_changes_expires ON signed_changes (expires_at);
CREATE INDEX signed_changes_number ON signed_changes (number);
INSERT INTO signed_changes (signature, action, request_id, arrived_ms, origin, expires_at, number)
    SELECT digest, '*', request_id, 0, '', expires_at, number FROM replays WHERE digest NOT LIKE 'nonce:%';

-- The seconds for which a key signed calls that a node keeps in memory only: after a restart, what it signed in them is
-- not known any more.
CREATE TABLE signed_seconds (
    node TEXT NOT NULL,
    secret_id TEXT NOT NULL,
    newest BIGINT NOT NULL,
    seconds BLOB NOT NULL,
    PRIMARY KEY (node, secret_id)
);
CREATE INDEX signed_seconds_newest ON signed_seconds (newest);

-- Servers that run on this database, or ran a short time ago.
CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY,
    version TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- Whether changes over the API have to sign the name of their action.
ALTER TABLE accounts ADD COLUMN signed_action BOOLEAN NOT NULL DEFAULT FALSE;
