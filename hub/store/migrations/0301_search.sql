-- What records are found by besides the grams of their texts (see search.go): words of
-- Latin letters and how names are spelled, from every character on.
DROP TABLE IF EXISTS search_term;
CREATE TABLE search_key (
	entity    TEXT NOT NULL,
	key       TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	PRIMARY KEY (entity, key, record_id)
) WITHOUT ROWID;
