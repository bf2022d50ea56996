ALTER TABLE throttles DROP COLUMN told_at;
ALTER TABLE throttles DROP COLUMN untold;
ALTER TABLE totp_devices DROP COLUMN earlier_steps;
ALTER TABLE identities DROP COLUMN told_wrong_codes;
ALTER TABLE identities DROP COLUMN wrong_codes;
