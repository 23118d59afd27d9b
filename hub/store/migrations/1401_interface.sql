-- How a user has his own page; what he never chose is not here.
CREATE TABLE user_choice (
	user_id INTEGER NOT NULL,
	key     TEXT NOT NULL,
	value   TEXT NOT NULL,
	PRIMARY KEY (user_id, key)
);

-- Records a user has starred.
CREATE TABLE favourite (
	user_id   INTEGER NOT NULL,
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	PRIMARY KEY (user_id, entity, record_id)
);

-- A page one user showed another. It gives no right to what stands on it.
CREATE TABLE shown_page (
	id       INTEGER PRIMARY KEY,
	from_id  INTEGER NOT NULL,
	to_id    INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	path     TEXT NOT NULL,
	title    TEXT NOT NULL,
	text     TEXT NOT NULL,
	read_at  INTEGER NOT NULL -- 0 until it was opened
);
CREATE INDEX shown_page_to ON shown_page (to_id, id);
