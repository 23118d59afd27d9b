-- Layouts of paper an office drew: of documents, envelopes, labels.
CREATE TABLE print_layout (
	id         INTEGER PRIMARY KEY,
	entity     TEXT NOT NULL,
	kind       TEXT NOT NULL, -- document, envelope, label
	name       TEXT NOT NULL,
	body       TEXT NOT NULL, -- JSON
	position   INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	updated_by INTEGER NOT NULL
);
CREATE INDEX print_layout_entity ON print_layout (entity, position);

-- What stood on a document besides its own values when it was first printed: names and
-- addresses of those it refers to.
CREATE TABLE print_kept (
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	user_id   INTEGER NOT NULL,
	data      TEXT NOT NULL, -- JSON
	PRIMARY KEY (entity, record_id)
);
