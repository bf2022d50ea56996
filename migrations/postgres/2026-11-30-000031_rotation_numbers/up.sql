-- Rotations of one key that begin within a second are told apart by their number.
ALTER TABLE rotations ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
