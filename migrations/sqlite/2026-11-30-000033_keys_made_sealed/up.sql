-- Whether its secret was sealed to somebody when the key was made: then only its user sees it here.
ALTER TABLE api_keys ADD COLUMN made_sealed BOOLEAN NOT NULL DEFAULT FALSE;
