-- What a telephone logs in to the address book with, in place of its user's password.
CREATE TABLE device_password (
	id         INTEGER PRIMARY KEY,
	user_id    INTEGER NOT NULL,
	name       TEXT NOT NULL,
	hash       TEXT NOT NULL UNIQUE, -- SHA-256, hex; the password is random and long enough
	created_at INTEGER NOT NULL,
	last_used  INTEGER NOT NULL, -- 0 for never; to the minute
	last_from  TEXT NOT NULL     -- address and what the device calls itself
);
CREATE INDEX device_password_user ON device_password (user_id);
