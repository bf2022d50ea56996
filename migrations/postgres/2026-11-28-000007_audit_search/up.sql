-- The log is asked for a key, a policy or a group, which stand at the end of the target, and for a request.
CREATE INDEX audit_events_thing ON audit_events (
    owner_uin,
    (CASE WHEN strpos(target, ' / ') > 0 THEN substr(target, strpos(target, ' / ') + 3)
     ELSE target END COLLATE "C"),
    seq
);
CREATE INDEX audit_events_request ON audit_events (owner_uin, request_id, seq);
