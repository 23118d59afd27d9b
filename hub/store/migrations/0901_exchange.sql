-- Files read into the office, and what became of them.
CREATE TABLE import_job (
	id         INTEGER PRIMARY KEY,
	user_id    INTEGER NOT NULL,
	entity     TEXT NOT NULL,
	name       TEXT NOT NULL, -- of the file, or of the table of a server
	source     TEXT NOT NULL, -- xlsx, csv, sql, sqlite, access, paste, server
	server_id  INTEGER,       -- of source server: the connection
	state      TEXT NOT NULL,
	plan       TEXT NOT NULL, -- JSON: how columns become fields, '' before it is known
	size       INTEGER NOT NULL,
	line       INTEGER NOT NULL, -- of the last row done
	total      INTEGER NOT NULL, -- rows there are, as far as known
	created    INTEGER NOT NULL,
	updated    INTEGER NOT NULL,
	skipped    INTEGER NOT NULL,
	failed     INTEGER NOT NULL,
	asked      INTEGER NOT NULL, -- rows that wait for a decision
	undone     INTEGER NOT NULL,
	error      TEXT NOT NULL,    -- JSON: why it ended early, '' for it didn't
	made_at    INTEGER NOT NULL,
	ended_at   INTEGER
);
CREATE INDEX import_job_made ON import_job (made_at);
CREATE INDEX import_job_user ON import_job (user_id, made_at);

-- What an import did to each record, and the rows it could not take.
CREATE TABLE import_row (
	job_id    INTEGER NOT NULL,
	seq       INTEGER NOT NULL, -- counts on within the job
	line      INTEGER NOT NULL, -- of the file
	state     TEXT NOT NULL,    -- created, updated, skipped, failed, asked, undone, kept
	entity    TEXT NOT NULL,
	record_id INTEGER,          -- written, or found as the duplicate
	rev       INTEGER NOT NULL, -- the record had after it
	label     TEXT NOT NULL,
	old       TEXT NOT NULL,    -- JSON: the values that were changed, as they stood
	cells     TEXT NOT NULL,    -- JSON: the row as it was read, where it was not taken
	reasons   TEXT NOT NULL,    -- JSON: why not
	PRIMARY KEY (job_id, seq)
);
CREATE INDEX import_row_state ON import_row (job_id, state, seq);
CREATE INDEX import_row_record ON import_row (entity, record_id);

-- Matches of columns and choices of fields kept for the next time.
CREATE TABLE exchange_choice (
	id      INTEGER PRIMARY KEY,
	user_id INTEGER NOT NULL,
	kind    TEXT NOT NULL,    -- import, export
	entity  TEXT NOT NULL,
	name    TEXT NOT NULL,    -- '' is remembered without being asked to
	head    TEXT NOT NULL,    -- of an import: a hash of the columns' names
	shared  INTEGER NOT NULL, -- offered to everybody
	body    TEXT NOT NULL,    -- JSON
	at      INTEGER NOT NULL
);
CREATE INDEX exchange_choice_user ON exchange_choice (user_id, kind, entity);
CREATE INDEX exchange_choice_kind ON exchange_choice (kind, entity, shared);

-- Database servers of the office that tables may be read from.
CREATE TABLE exchange_server (
	id        INTEGER PRIMARY KEY,
	kind      TEXT NOT NULL, -- mysql, sqlserver
	name      TEXT NOT NULL,
	host      TEXT NOT NULL,
	port      INTEGER NOT NULL,
	db        TEXT NOT NULL,
	login     TEXT NOT NULL,
	secret    TEXT NOT NULL, -- the password, sealed
	encrypted INTEGER NOT NULL,
	at        INTEGER NOT NULL
);
