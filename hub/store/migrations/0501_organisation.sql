-- Employees are users.
ALTER TABLE user_account ADD COLUMN department INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN superior INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN post TEXT NOT NULL DEFAULT '';
ALTER TABLE user_account ADD COLUMN employee_no TEXT NOT NULL DEFAULT '';
ALTER TABLE user_account ADD COLUMN mobile TEXT NOT NULL DEFAULT '';
ALTER TABLE user_account ADD COLUMN extension TEXT NOT NULL DEFAULT '';
ALTER TABLE user_account ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE user_account ADD COLUMN state TEXT NOT NULL DEFAULT 'regular';

-- When, where and with what a user may be logged in.
ALTER TABLE user_account ADD COLUMN bound_devices INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN lan_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN pc_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN login_days INTEGER NOT NULL DEFAULT 0; -- bit 0 is Monday
ALTER TABLE user_account ADD COLUMN login_from INTEGER NOT NULL DEFAULT 0; -- minutes of the day
ALTER TABLE user_account ADD COLUMN login_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN lock_minutes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN last_login INTEGER NOT NULL DEFAULT 0;

CREATE TABLE department (
	id       INTEGER PRIMARY KEY,
	parent   INTEGER NOT NULL, -- 0 at the top
	name     TEXT NOT NULL,
	position INTEGER NOT NULL
) STRICT;

-- A department and every one below it, itself with depth 0.
CREATE TABLE department_closure (
	ancestor   INTEGER NOT NULL,
	descendant INTEGER NOT NULL,
	depth      INTEGER NOT NULL,
	PRIMARY KEY (ancestor, descendant)
) STRICT;

-- A superior and everybody below him, of all levels.
CREATE TABLE superior_closure (
	superior INTEGER NOT NULL,
	user_id  INTEGER NOT NULL,
	depth    INTEGER NOT NULL,
	PRIMARY KEY (superior, user_id)
) STRICT;

CREATE TABLE user_group (
	id   INTEGER PRIMARY KEY,
	name TEXT NOT NULL
) STRICT;

CREATE TABLE group_member (
	group_id INTEGER NOT NULL REFERENCES user_group(id),
	user_id  INTEGER NOT NULL REFERENCES user_account(id),
	PRIMARY KEY (group_id, user_id)
) STRICT;

-- Roles of the office's own, and delivered ones it has changed (role_key is set).
CREATE TABLE role_sheet (
	id       INTEGER PRIMARY KEY,
	role_key TEXT NOT NULL,
	name     TEXT NOT NULL,
	note     TEXT NOT NULL
) STRICT;

CREATE TABLE role_grant (
	role_id INTEGER NOT NULL REFERENCES role_sheet(id),
	subject TEXT NOT NULL, -- an entity, an area, or * for any entity not named
	actions TEXT NOT NULL, -- with spaces between
	reach   TEXT NOT NULL,
	PRIMARY KEY (role_id, subject)
) STRICT;

CREATE TABLE role_field (
	role_id INTEGER NOT NULL REFERENCES role_sheet(id),
	entity  TEXT NOT NULL,
	field   TEXT NOT NULL,
	level   TEXT NOT NULL, -- hidden, masked, read
	PRIMARY KEY (role_id, entity, field)
) STRICT;

-- role_id names a delivered role too, which has no row while it is as delivered.
CREATE TABLE user_role (
	user_id INTEGER NOT NULL REFERENCES user_account(id),
	role_id INTEGER NOT NULL,
	PRIMARY KEY (user_id, role_id)
) STRICT;

INSERT INTO user_role (user_id, role_id)
	SELECT id, CASE role WHEN 'admin' THEN 1 WHEN 'manager' THEN 2 ELSE 4 END FROM user_account;

-- Records somebody let others see. target is a user, a department or a group: their
-- IDs are all different.
CREATE TABLE rec_share (
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	target    INTEGER NOT NULL,
	kind      TEXT NOT NULL,    -- user, department, group
	level     TEXT NOT NULL,    -- read, edit
	expires   INTEGER NOT NULL, -- Unix ms, 0 for never
	shared_by INTEGER NOT NULL,
	shared_at INTEGER NOT NULL,
	PRIMARY KEY (entity, record_id, target)
) STRICT;
CREATE INDEX rec_share_target ON rec_share (target, entity, record_id);

-- Counts changes of users, departments, groups and roles.
CREATE TABLE rights_state (
	id  INTEGER PRIMARY KEY,
	rev INTEGER NOT NULL
) STRICT;
INSERT INTO rights_state (id, rev) VALUES (1, 1);
