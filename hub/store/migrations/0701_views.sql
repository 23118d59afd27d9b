-- Lists as users have arranged them and kept under a name.
CREATE TABLE list_view (
	id         INTEGER PRIMARY KEY,
	entity     TEXT NOT NULL,
	owner      INTEGER NOT NULL,
	name       TEXT NOT NULL,
	spec       TEXT NOT NULL, -- JSON: columns, filter, sort, mode
	position   INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL
);
CREATE INDEX list_view_owner ON list_view (entity, owner);

-- Who else sees a view. target is a user, a department or a group, whose IDs are all
-- different; 0 is everybody.
CREATE TABLE list_view_share (
	view_id INTEGER NOT NULL,
	target  INTEGER NOT NULL,
	kind    TEXT NOT NULL, -- user, department, group, all
	PRIMARY KEY (view_id, target)
);
CREATE INDEX list_view_share_target ON list_view_share (target);

-- How one user has each list: its columns, its rows on a page.
CREATE TABLE list_layout (
	user_id INTEGER NOT NULL,
	entity  TEXT NOT NULL, -- '' for what holds for all lists
	view    TEXT NOT NULL, -- a view's ID or a built-in one's key
	spec    TEXT NOT NULL, -- JSON
	PRIMARY KEY (user_id, entity, view)
);
