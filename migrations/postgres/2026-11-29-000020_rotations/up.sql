-- A key replaced by another, step by step. What is over stays: the history of both keys tells it.
CREATE TABLE rotations (
    id TEXT NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    old_id TEXT NOT NULL,
    new_id TEXT NOT NULL,
    silent_hours BIGINT NOT NULL,
    delete_after_days BIGINT NOT NULL,
    finishes BOOLEAN NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('watch', 'wait')),
    step_at BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    started_by TEXT NOT NULL,
    -- When a server is to look at it next; null: not before one of the keys is changed.
    due_at BIGINT,
    ended_at BIGINT,
    outcome TEXT CHECK (outcome IN ('finished', 'cancelled', 'stopped'))
);
-- A user has two keys, so one replacement takes both.
CREATE UNIQUE INDEX rotations_under_way ON rotations (uid) WHERE ended_at IS NULL;
CREATE INDEX rotations_of_account ON rotations (owner_uin, started_at, id) WHERE ended_at IS NULL;
CREATE INDEX rotations_due ON rotations (due_at) WHERE ended_at IS NULL;
CREATE INDEX rotations_of_old ON rotations (old_id);
CREATE INDEX rotations_of_new ON rotations (new_id);
-- Whoever changes or deletes a key has its replacement looked at, nodes of earlier versions and other programs too.
CREATE FUNCTION rotation_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE %I.rotations SET due_at = 0 WHERE uid = $1 AND ended_at IS NULL', TG_TABLE_SCHEMA) USING OLD.uid;
    RETURN NULL;
END $$;
CREATE TRIGGER api_keys_rotation_changed AFTER UPDATE OF status, changed_at, changed_by, limits_at ON api_keys
    FOR EACH ROW EXECUTE FUNCTION rotation_touched();
CREATE TRIGGER api_keys_rotation_deleted AFTER DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION rotation_touched();
