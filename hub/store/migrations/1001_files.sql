-- An uploaded file. Its content lies beside the database by its hash; two uploads of the
-- same content share it.
CREATE TABLE file (
	id       INTEGER PRIMARY KEY,
	hash     TEXT NOT NULL, -- SHA-256 of the content, hex
	name     TEXT NOT NULL,
	size     INTEGER NOT NULL,
	mime     TEXT NOT NULL, -- as its content shows, not as was claimed
	added_by INTEGER NOT NULL,
	added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX file_hash ON file (hash);
