-- Where an account wants to be told what happened. The secret is sealed.
CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL REFERENCES accounts (owner_uin),
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    -- What it is told of, with commas between.
    topics TEXT NOT NULL,
    secret BLOB NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    -- Why it was turned off by itself, if it was.
    stopped TEXT NOT NULL DEFAULT '' CHECK (stopped IN ('', 'gone', 'failing')),
    -- Since when no delivery has arrived.
    failing_since BIGINT,
    last_at BIGINT,
    last_status BIGINT,
    last_result TEXT NOT NULL DEFAULT ''
);
CREATE INDEX webhooks_owner ON webhooks (owner_uin, created_at, id);

-- What is to be delivered, and what became of it. Written with the event that it tells of. There is no reference to the webhook:
-- whoever writes an event would wait for whoever deletes the webhook, and the other way round.
CREATE TABLE webhook_deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'given_up', 'dropped')),
    -- When it is tried next; none: not again.
    due_at BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    tried_at BIGINT,
    status BIGINT,
    result TEXT NOT NULL DEFAULT ''
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at, webhook_id, id) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, created_at, id);
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

-- How bad an event is that belongs into the notices; events from before have none.
ALTER TABLE audit_events ADD COLUMN notice TEXT;
CREATE INDEX audit_events_notices ON audit_events (owner_uin, seq) WHERE notice IS NOT NULL;
CREATE INDEX audit_events_alarms ON audit_events (owner_uin, seq) WHERE notice = 'bad';

-- Up to which event a person has read the notices.
CREATE TABLE notices_read (
    uid BIGINT NOT NULL PRIMARY KEY REFERENCES users (uid) ON DELETE CASCADE,
    seq BIGINT NOT NULL
);

-- Up to which end of keys it was warned so many days ahead: the last key that was looked at.
CREATE TABLE key_warnings (
    days BIGINT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    secret_id TEXT NOT NULL
);
CREATE INDEX key_lines_ends ON key_lines (expires_at, secret_id) WHERE expires_at IS NOT NULL;
