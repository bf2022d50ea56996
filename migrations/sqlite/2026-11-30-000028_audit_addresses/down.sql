DROP INDEX audit_events_ip;
