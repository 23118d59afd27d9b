-- A key lets another program in. It acts as a user of its own, whom nobody can log in as.
ALTER TABLE user_account ADD COLUMN service INTEGER NOT NULL DEFAULT 0;

CREATE TABLE api_key (
	id           INTEGER PRIMARY KEY,
	user_id      INTEGER NOT NULL, -- it acts as
	name         TEXT NOT NULL,
	hash         TEXT NOT NULL UNIQUE, -- SHA-256 of the key, hex; the key itself is nowhere
	hint         TEXT NOT NULL,        -- its last characters, to tell it by
	entities     TEXT NOT NULL,        -- it may touch, with spaces between; empty for all its roles let it
	read_only    INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL, -- Unix ms, 0 for never
	created_by   INTEGER NOT NULL,
	created_at   INTEGER NOT NULL,
	revoked_at   INTEGER NOT NULL, -- 0 while it works
	last_used    INTEGER NOT NULL, -- to the minute
	last_address TEXT NOT NULL
);
