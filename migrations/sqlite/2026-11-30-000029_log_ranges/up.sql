-- Between which numbers of the log the events of a day (UTC; days since 1970) are, so that a filter by date reads no further.
-- `last_seq` is the last of them that was written when there was an event of a later day already, as happens where clocks
-- differ. All others are older than the first event of a later day.
CREATE TABLE audit_days (
    owner_uin BIGINT NOT NULL,
    day BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT,
    PRIMARY KEY (owner_uin, day)
);
INSERT INTO audit_days (owner_uin, day, first_seq, last_seq)
    SELECT owner_uin, at / 86400, MIN(seq), MAX(seq) FROM audit_events GROUP BY owner_uin, at / 86400;
CREATE TRIGGER audit_events_insert_day AFTER INSERT ON audit_events
    WHEN NOT EXISTS (SELECT 1 FROM audit_days WHERE owner_uin = NEW.owner_uin AND day = NEW.at / 86400)
    OR EXISTS (SELECT 1 FROM audit_days WHERE owner_uin = NEW.owner_uin AND day > NEW.at / 86400)
BEGIN
    INSERT INTO audit_days (owner_uin, day, first_seq, last_seq) VALUES (NEW.owner_uin, NEW.at / 86400, NEW.seq,
        CASE WHEN EXISTS (SELECT 1 FROM audit_days WHERE owner_uin = NEW.owner_uin AND day > NEW.at / 86400)
        THEN NEW.seq END)
        ON CONFLICT (owner_uin, day) DO UPDATE SET last_seq = excluded.last_seq;
END;

-- What the server does by itself, and what the operator does, has no UIN.
CREATE INDEX audit_events_itself ON audit_events (owner_uin, actor, seq) WHERE actor_uin = 0;
-- Of policies of groups the group, which stands before the policy.
CREATE INDEX audit_events_group ON audit_events (owner_uin, (substr(target, 1, instr(target || ' / ', ' / ') - 1)), seq)
    WHERE event IN ('AttachGroupPolicy', 'DetachGroupPolicy');
