-- Wrong codes at the second step of signing in since the last one that was right.
ALTER TABLE identities ADD COLUMN wrong_codes BIGINT NOT NULL DEFAULT 0;
-- How many there were when the person was asked for a new password because of them.
ALTER TABLE identities ADD COLUMN told_wrong_codes BIGINT;

-- Steps used before the last one, latest first, with commas. They tell which codes were used when `last_step` comes from a
-- clock that was ahead.
ALTER TABLE totp_devices ADD COLUMN earlier_steps TEXT NOT NULL DEFAULT '';

-- Refusals that no audit event tells of yet, and when the last one was written.
ALTER TABLE throttles ADD COLUMN untold BIGINT NOT NULL DEFAULT 0;
ALTER TABLE throttles ADD COLUMN told_at BIGINT;
