-- When a right was given, and whether a second-factor check that counts stood behind it. What was there before counts as
-- old: `granted_at` stays NULL. `loosened_at` is when something that limited was last taken away without such a check.
ALTER TABLE accounts ADD COLUMN grant_window_minutes BIGINT NOT NULL DEFAULT 10;
ALTER TABLE accounts ADD COLUMN grant_age_hours BIGINT NOT NULL DEFAULT 24;

ALTER TABLE users ADD COLUMN granted_at BIGINT;
ALTER TABLE users ADD COLUMN stepped_up BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN loosened_at BIGINT;
ALTER TABLE policies ADD COLUMN granted_at BIGINT;
ALTER TABLE policies ADD COLUMN stepped_up BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE policies ADD COLUMN loosened_at BIGINT;
ALTER TABLE policy_attachments ADD COLUMN granted_at BIGINT;
ALTER TABLE policy_attachments ADD COLUMN stepped_up BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE user_groups ADD COLUMN loosened_at BIGINT;
ALTER TABLE group_members ADD COLUMN granted_at BIGINT;
ALTER TABLE group_members ADD COLUMN stepped_up BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE group_policies ADD COLUMN granted_at BIGINT;
ALTER TABLE group_policies ADD COLUMN stepped_up BOOLEAN NOT NULL DEFAULT FALSE;

-- A recovery code opens the way to a new authenticator app: when that was, on the identity and on the app.
ALTER TABLE identities ADD COLUMN recovered_at BIGINT;
ALTER TABLE totp_devices ADD COLUMN granted_at BIGINT;
ALTER TABLE totp_devices ADD COLUMN recovered_at BIGINT;

-- The last right code of a session, and the app that it came from.
ALTER TABLE sessions ADD COLUMN code_at BIGINT;
ALTER TABLE sessions ADD COLUMN code_device TEXT;
