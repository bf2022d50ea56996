-- The log is asked for what came from an address.
CREATE INDEX audit_events_ip ON audit_events (owner_uin, ip, seq);
