-- Trials are looked up by whose keys are tried off: a user's, and an account's, the one that ends first before the others. There
-- is a row only while a key is tried off, so there are few. Servers of earlier versions leave the account empty.
ALTER TABLE trials ADD COLUMN owner_uin BIGINT;
UPDATE trials SET owner_uin = (SELECT k.owner_uin FROM api_keys k WHERE k.secret_id = trials.secret_id);
CREATE INDEX trials_user ON trials (uid);
CREATE INDEX trials_account ON trials (owner_uin, ends_at);
