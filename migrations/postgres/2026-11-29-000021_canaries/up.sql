-- Pairs that look like keys and authenticate nothing: whoever uses one has found it where it was placed. What is deleted stays as a
-- record, and its SecretId is never given out again.
CREATE TABLE canaries (
    secret_id TEXT NOT NULL PRIMARY KEY,
    owner_uin BIGINT NOT NULL REFERENCES accounts (owner_uin),
    secret BYTEA NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    deleted_at BIGINT,
    deleted_by TEXT NOT NULL DEFAULT '',
    touches BIGINT NOT NULL DEFAULT 0,
    touched_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX canaries_account ON canaries (owner_uin, deleted_at);

-- The newest uses of each.
CREATE TABLE canary_touches (
    secret_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    ip TEXT NOT NULL,
    client TEXT NOT NULL,
    face TEXT NOT NULL,
    service TEXT NOT NULL,
    action TEXT NOT NULL,
    proof TEXT NOT NULL,
    PRIMARY KEY (secret_id, at_ms, request_id)
);

-- The hours and addresses of which the log has an event, so that nobody fills it.
CREATE TABLE canary_alerts (
    secret_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (secret_id, hour, address)
);

-- A SecretId belongs to a key or to a canary. Whoever inserts it into one table holds it until the commit, so that nobody inserts
-- it into the other meanwhile.
CREATE FUNCTION secret_id_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_taken boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(20261129, hashtext(NEW.secret_id));
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.%I WHERE secret_id = $1)', TG_TABLE_SCHEMA, TG_ARGV[0])
        INTO is_taken USING NEW.secret_id;
    IF is_taken THEN
        RAISE EXCEPTION 'the SecretId is in %', TG_ARGV[0] USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER api_keys_are_no_canaries BEFORE INSERT ON api_keys FOR EACH ROW EXECUTE FUNCTION secret_id_is_free('canaries');
CREATE TRIGGER canaries_are_no_keys BEFORE INSERT ON canaries FOR EACH ROW EXECUTE FUNCTION secret_id_is_free('api_keys');

-- Every node hears of one that is made or deleted, as of a key. Runs at the commit and under the number of its other changes, see
-- authority_changed().
CREATE FUNCTION canary_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken text := current_setting('camlock.authority', true);
    number_taken bigint;
    things int := 0;
BEGIN
    IF split_part(coalesce(taken, ''), ':', 1) = pg_current_xact_id()::text THEN
        number_taken := split_part(taken, ':', 2)::bigint;
        things := split_part(taken, ':', 3)::int;
    ELSE
        EXECUTE format('UPDATE %I.sequences SET value = value + 1 + floor(random() * 1000000)::bigint '
            'WHERE name = ''authority'' RETURNING value', TG_TABLE_SCHEMA) INTO number_taken;
    END IF;
    IF things > 1000 THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('camlock.authority', pg_current_xact_id()::text || ':' || number_taken || ':' || things + 1, true);
    IF TG_OP = 'TRUNCATE' OR things = 1000 THEN
        EXECUTE format('INSERT INTO %I.authority_log (number, kind, id) VALUES ($1, ''all'', '''') ON CONFLICT DO NOTHING',
            TG_TABLE_SCHEMA) USING number_taken;
    ELSE
        EXECUTE format('INSERT INTO %I.authority_log (number, kind, id) SELECT $1, ''key'', touched FROM unnest($2) AS touched '
            'WHERE touched IS NOT NULL ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA)
            USING number_taken, ARRAY[to_jsonb(NEW) ->> 'secret_id', to_jsonb(OLD) ->> 'secret_id'];
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER canaries_counts AFTER INSERT OR UPDATE OF secret_id, owner_uin, secret, deleted_at OR DELETE ON canaries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION canary_changed();
CREATE TRIGGER canaries_truncated AFTER TRUNCATE ON canaries FOR EACH STATEMENT EXECUTE FUNCTION canary_changed();
