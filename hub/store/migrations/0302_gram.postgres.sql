-- The grams of every record, in the form 0302_gram.sqlite.sql keeps in a full-text table.
CREATE TABLE search_gram (
	record_id BIGINT PRIMARY KEY,
	grams     TEXT[] NOT NULL
);
CREATE INDEX search_gram_grams ON search_gram USING gin (grams);
