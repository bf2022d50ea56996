-- What policies speak about beyond CAM.
CREATE TABLE services (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL REFERENCES accounts (owner_uin),
    name TEXT NOT NULL,
    -- Hosts and routes, each as it is written, JSON.
    hosts TEXT NOT NULL,
    routes TEXT NOT NULL,
    body_limit BIGINT NOT NULL CHECK (body_limit BETWEEN 0 AND 10485760),
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    UNIQUE (owner_uin, name)
);

-- By which a gateway is known: the SHA-256 of its token, and what the token was made with, JSON.
CREATE TABLE gate_tokens (
    id BIGINT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    owner_uin BIGINT NOT NULL REFERENCES accounts (owner_uin),
    name TEXT NOT NULL,
    options TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX gate_tokens_owner ON gate_tokens (owner_uin, id);
CREATE UNIQUE INDEX gate_tokens_name ON gate_tokens (owner_uin, name) WHERE revoked_at IS NULL;

CREATE TABLE gate_token_services (
    token_id BIGINT NOT NULL REFERENCES gate_tokens (id) ON DELETE CASCADE,
    service_id BIGINT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    PRIMARY KEY (token_id, service_id)
);
CREATE INDEX gate_token_services_service ON gate_token_services (service_id);

-- Verdicts of a service by the hour they fell in, its first second. Written in batches, also after the service is gone.
CREATE TABLE service_hours (
    service_id BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    allowed BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (service_id, hour)
);
CREATE INDEX service_hours_hour ON service_hours (hour);

INSERT INTO sequences (name, value) VALUES ('service', 0), ('gate_token', 0);

-- What nodes remember of services and gate tokens is good for as long as `authority` stands, as with keys.
CREATE TRIGGER services_insert_counts AFTER INSERT ON services
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER services_update_counts AFTER UPDATE ON services
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER services_delete_counts AFTER DELETE ON services
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER gate_tokens_insert_counts AFTER INSERT ON gate_tokens
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER gate_tokens_update_counts AFTER UPDATE OF id, digest, owner_uin, name, options, created_at, created_by,
    revoked_at ON gate_tokens
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER gate_tokens_delete_counts AFTER DELETE ON gate_tokens
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;

CREATE TRIGGER gate_token_services_insert_counts AFTER INSERT ON gate_token_services
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER gate_token_services_update_counts AFTER UPDATE ON gate_token_services
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
CREATE TRIGGER gate_token_services_delete_counts AFTER DELETE ON gate_token_services
BEGIN UPDATE sequences SET value = value + 1 + abs(random() % 1000000) WHERE name = 'authority'; END;
