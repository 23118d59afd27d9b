-- Every telephone number of every record, in the one form callers are looked up by.
CREATE TABLE phone_number (
	entity      TEXT NOT NULL,
	record_id   INTEGER NOT NULL,
	field       TEXT NOT NULL,
	position    INTEGER NOT NULL,
	label       TEXT NOT NULL,
	raw         TEXT NOT NULL,
	display     TEXT NOT NULL,
	canonical   TEXT NOT NULL,
	tail        TEXT NOT NULL, -- last 8 digits, '' where they say nothing
	switchboard TEXT NOT NULL, -- what a company's extensions share, '' for none
	PRIMARY KEY (entity, record_id, field, position)
);
CREATE INDEX phone_number_canonical ON phone_number (canonical);
CREATE INDEX phone_number_tail ON phone_number (tail) WHERE tail <> '';
CREATE INDEX phone_number_switchboard ON phone_number (switchboard) WHERE switchboard <> '';

-- The last number given out per kind of document and day.
CREATE TABLE number_counter (
	series TEXT PRIMARY KEY,
	last   INTEGER NOT NULL
) STRICT;

-- Requests that made a record, so that a repeated one makes no second.
CREATE TABLE idempotency (
	user_id   INTEGER NOT NULL,
	key       TEXT NOT NULL,
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	PRIMARY KEY (user_id, key)
) STRICT;
CREATE INDEX idempotency_at ON idempotency (at);
