-- The last change of each thing an office can arrange, so that nobody overwrites what he
-- has not seen.
CREATE TABLE meta_touch (
	thing  TEXT PRIMARY KEY, -- "field customer.level", "form customer.", "option table.edit"
	rev    INTEGER NOT NULL, -- of meta_rev
	author TEXT NOT NULL
);
