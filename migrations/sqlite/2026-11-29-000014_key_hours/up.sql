-- Who called with a key, by hour, and what was done with it, by day. Written in batches; kept for 35 days, also after the key is gone.
CREATE TABLE key_hours (
    secret_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    service TEXT NOT NULL,
    network TEXT NOT NULL,
    client TEXT NOT NULL,
    -- `allowed`, or why not.
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (secret_id, hour, service, network, client, outcome)
) WITHOUT ROWID;
CREATE INDEX key_hours_hour ON key_hours (hour);

CREATE TABLE key_actions (
    secret_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    service TEXT NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    allowed BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (secret_id, day, service, action, resource)
) WITHOUT ROWID;
CREATE INDEX key_actions_day ON key_actions (day);
