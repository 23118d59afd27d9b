-- What the office changed of the definitions in code. rev counts the changes.
CREATE TABLE meta_rev (
	id  INTEGER PRIMARY KEY,
	rev INTEGER NOT NULL
);
INSERT INTO meta_rev (id, rev) VALUES (1, 1);

-- Names given by the office, under the keys of the language files.
CREATE TABLE meta_label (
	label TEXT NOT NULL,
	lang  TEXT NOT NULL,
	words TEXT NOT NULL,
	PRIMARY KEY (label, lang)
);

-- Fields the office changed or added; props is JSON of what is changed.
CREATE TABLE meta_field (
	id     INTEGER PRIMARY KEY,
	entity TEXT NOT NULL,
	parent TEXT NOT NULL, -- the lines field it stands in, or ''
	name   TEXT NOT NULL,
	custom INTEGER NOT NULL,
	props  TEXT NOT NULL,
	UNIQUE (entity, parent, name)
);

-- Dictionaries the office made, and the choices of every dictionary it touched.
CREATE TABLE meta_dict (
	dict TEXT PRIMARY KEY
);
CREATE TABLE meta_option (
	dict     TEXT NOT NULL,
	id       TEXT NOT NULL,
	tone     TEXT NOT NULL,
	position INTEGER NOT NULL,
	retired  INTEGER NOT NULL,
	PRIMARY KEY (dict, id)
);

-- How forms and lists are arranged; body is JSON.
CREATE TABLE meta_layout (
	entity TEXT NOT NULL,
	kind   TEXT NOT NULL, -- form, list
	role   TEXT NOT NULL, -- '' is everybody
	body   TEXT NOT NULL,
	PRIMARY KEY (entity, kind, role)
);

-- Pictures of the office itself: its logo.
CREATE TABLE office_picture (
	name TEXT PRIMARY KEY,
	mime TEXT NOT NULL,
	data BLOB NOT NULL,
	at   INTEGER NOT NULL
);
