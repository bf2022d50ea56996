-- What the gate knows of a call at a service: null for calls of the API, and for those from before.
ALTER TABLE key_records ADD COLUMN host TEXT;
ALTER TABLE key_records ADD COLUMN path_prefix TEXT;
ALTER TABLE key_records ADD COLUMN coverage TEXT;
ALTER TABLE key_records ADD COLUMN verdict TEXT;

-- Signatures under an enabled key that were refused, by key and reason: numbers, and no rows that a stranger could fill.
CREATE TABLE key_refusals (
    secret_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    count BIGINT NOT NULL,
    first_ms BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    ip TEXT NOT NULL,
    PRIMARY KEY (secret_id, reason)
);
CREATE INDEX key_refusals_time ON key_refusals (last_ms);

-- The newest requests to a service that the gate refused. Written in batches, also after the service is gone.
CREATE TABLE service_refusals (
    service_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    uin BIGINT,
    user_name TEXT NOT NULL,
    secret_id TEXT NOT NULL,
    ip TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (service_id, at_ms, request_id)
);
CREATE INDEX service_refusals_time ON service_refusals (at_ms);
