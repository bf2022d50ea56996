ALTER TABLE rotations DROP COLUMN number;
