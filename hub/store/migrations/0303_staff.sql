-- Counts changes of users that say nothing of anybody's rights (those rights_state
-- counts): what a hub remembers of its users holds as long as neither moves.
CREATE TABLE staff_state (
	id  INTEGER PRIMARY KEY,
	rev INTEGER NOT NULL
) STRICT;
INSERT INTO staff_state (id, rev) VALUES (1, 1);
