DROP TABLE saved_filters;
ALTER TABLE identities DROP COLUMN page_size;
