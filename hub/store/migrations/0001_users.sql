CREATE TABLE setting (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;

CREATE TABLE user_account (
	id             INTEGER PRIMARY KEY,
	login          TEXT NOT NULL,
	login_key      TEXT NOT NULL UNIQUE, -- lower case
	name           TEXT NOT NULL,
	password_hash  TEXT NOT NULL,
	must_change    INTEGER NOT NULL DEFAULT 0,
	role           TEXT NOT NULL,
	active         INTEGER NOT NULL DEFAULT 1,
	lang           TEXT NOT NULL DEFAULT 'zh-CN',
	theme          TEXT NOT NULL DEFAULT 'system',
	density        TEXT NOT NULL DEFAULT 'comfortable',
	ring_sound     TEXT NOT NULL DEFAULT 'off',
	caller_display INTEGER NOT NULL DEFAULT 1,
	failed         INTEGER NOT NULL DEFAULT 0,
	locked_until   INTEGER NOT NULL DEFAULT 0,
	created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
	token_hash TEXT PRIMARY KEY,
	user_id    INTEGER NOT NULL REFERENCES user_account(id),
	csrf       TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	seen_at    INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	address    TEXT NOT NULL,
	device     TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session (user_id);

-- Who a telephone line rings for; a line without a row rings for everybody.
CREATE TABLE line_user (
	line    INTEGER NOT NULL,
	user_id INTEGER NOT NULL REFERENCES user_account(id),
	PRIMARY KEY (line, user_id)
) STRICT;
