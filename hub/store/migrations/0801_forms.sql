-- What somebody has typed into a form and not saved yet.
CREATE TABLE draft (
	user_id INTEGER NOT NULL,
	key     TEXT NOT NULL, -- which form: entity and record, or entity and what it began with
	body    TEXT NOT NULL, -- JSON of the page
	at      INTEGER NOT NULL,
	PRIMARY KEY (user_id, key)
);
CREATE INDEX draft_at ON draft (at);

-- Mail addresses, chat names and other values by which records are compared, folded.
CREATE TABLE match_key (
	kind      TEXT NOT NULL, -- email, wechat, qq, …: the same across entities
	value     TEXT NOT NULL,
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	field     TEXT NOT NULL,
	PRIMARY KEY (kind, value, entity, record_id, field)
);
CREATE INDEX match_key_record ON match_key (entity, record_id);

-- Who saved a record although its phone or mail stood elsewhere already, and why.
CREATE TABLE duplicate_pass (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	user_id   INTEGER NOT NULL,
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	reason    TEXT NOT NULL,
	matches   TEXT NOT NULL -- JSON: the values and the records that held them
);
CREATE INDEX duplicate_pass_record ON duplicate_pass (entity, record_id);
