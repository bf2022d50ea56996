DROP TRIGGER identities_end_claims ON identities;
DROP TRIGGER users_end_claims ON users;
DROP TRIGGER api_keys_end_claims ON api_keys;
DROP FUNCTION claims_of_identity_ended();
DROP FUNCTION claims_of_user_ended();
DROP FUNCTION claims_of_key_ended();
DROP TABLE claims;
