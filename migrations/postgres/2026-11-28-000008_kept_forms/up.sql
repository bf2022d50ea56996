-- Forms that were sent after their session had ended: shown filled once the same person is back.
CREATE TABLE kept_forms (
    digest TEXT NOT NULL PRIMARY KEY,
    uin BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    -- Address and fields, sealed.
    fields BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX kept_forms_uin ON kept_forms (uin, created_at);
CREATE INDEX kept_forms_expires ON kept_forms (expires_at);
