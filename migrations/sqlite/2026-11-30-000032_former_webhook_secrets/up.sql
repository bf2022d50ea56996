-- The secret that a webhook had before the present one, sealed, and until when messages are signed with it too.
ALTER TABLE webhooks ADD COLUMN former_secret BLOB;
ALTER TABLE webhooks ADD COLUMN former_until BIGINT;
CREATE INDEX webhooks_former ON webhooks (former_until) WHERE former_until IS NOT NULL;
