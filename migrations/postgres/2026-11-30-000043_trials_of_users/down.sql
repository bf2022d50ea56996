DROP INDEX trials_account;
DROP INDEX trials_user;
ALTER TABLE trials DROP COLUMN owner_uin;
