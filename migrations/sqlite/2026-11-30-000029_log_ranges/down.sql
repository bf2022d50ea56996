DROP INDEX audit_events_group;
DROP INDEX audit_events_itself;
DROP TRIGGER audit_events_insert_day;
DROP TABLE audit_days;
