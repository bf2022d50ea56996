DROP INDEX key_lines_ends;
DROP TABLE key_warnings;
DROP TABLE notices_read;
DROP INDEX audit_events_alarms;
DROP INDEX audit_events_notices;
ALTER TABLE audit_events DROP COLUMN notice;
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
