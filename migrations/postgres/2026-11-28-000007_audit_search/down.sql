DROP INDEX audit_events_request;
DROP INDEX audit_events_thing;
