DROP INDEX claims_account;
