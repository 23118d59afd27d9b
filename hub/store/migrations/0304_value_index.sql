-- Columns of records that got an index while the office worked: each has a table of its
-- own, value and record, which is filled piece by piece so that nobody waits.
CREATE TABLE value_index (
	table_name  TEXT NOT NULL,
	column_name TEXT NOT NULL,
	kind        TEXT NOT NULL,    -- of the column
	ready       INTEGER NOT NULL, -- 0 while it is being filled
	upto        INTEGER NOT NULL, -- records up to this ID are in it
	PRIMARY KEY (table_name, column_name)
) STRICT;
