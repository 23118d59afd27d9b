-- The words of an uploaded file, by which it is found: its name, and what stands in it
-- once that has been read.
CREATE TABLE file_text (
	file_id INTEGER PRIMARY KEY,
	state   TEXT NOT NULL,    -- waiting, done, failed
	tries   INTEGER NOT NULL, -- a file that ends the hub is not read for ever
	text    TEXT NOT NULL     -- as package search folds it
);
CREATE INDEX file_text_waiting ON file_text (state, file_id);
INSERT INTO file_text (file_id, state, tries, text) SELECT id, 'waiting', 0, '' FROM file;
