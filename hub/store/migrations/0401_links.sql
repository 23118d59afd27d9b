-- The IDs in fields that hold several: choices, references, files.
CREATE TABLE record_link (
	entity    TEXT NOT NULL,
	field     TEXT NOT NULL,
	value     TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	PRIMARY KEY (entity, field, value, record_id)
);
CREATE INDEX record_link_record ON record_link (entity, record_id);
