DROP TRIGGER identities_end_claims;
DROP TRIGGER users_end_claims;
DROP TRIGGER api_keys_end_claims;
DROP TABLE claims;
