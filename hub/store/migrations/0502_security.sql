-- 1 while its page is covered because its user was away.
ALTER TABLE session ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
-- Last sign of life of a page that holds a seat, 0 of one that holds none.
ALTER TABLE session ADD COLUMN alive_at INTEGER NOT NULL DEFAULT 0;

-- Devices a user logs in with: bound ones, and those he was refused with.
CREATE TABLE user_device (
	id        INTEGER PRIMARY KEY,
	user_id   INTEGER NOT NULL REFERENCES user_account(id),
	kind      TEXT NOT NULL,    -- mac, key
	value     TEXT NOT NULL,    -- the address, or the hash of the key
	label     TEXT NOT NULL,    -- what it calls itself
	address   TEXT NOT NULL,
	bound     INTEGER NOT NULL,
	first_at  INTEGER NOT NULL,
	last_at   INTEGER NOT NULL,
	UNIQUE (user_id, kind, value)
) STRICT;

-- Who has accepted which revision of the security rules. Rows are added and never changed.
CREATE TABLE rules_accepted (
	user_id INTEGER NOT NULL REFERENCES user_account(id),
	rev     INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (user_id, rev)
) STRICT;

-- Wishes to name another data keeper: one proposes, another decides.
CREATE TABLE keeper_change (
	id          INTEGER PRIMARY KEY,
	keeper      INTEGER NOT NULL, -- the user to be, 0 for none
	proposed_by INTEGER NOT NULL,
	proposed_at INTEGER NOT NULL,
	state       TEXT NOT NULL, -- open, done, refused
	decided_by  INTEGER NOT NULL,
	decided_at  INTEGER NOT NULL
) STRICT;

-- What rights were last used, by day.
CREATE TABLE right_used (
	user_id INTEGER NOT NULL,
	action  TEXT NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (user_id, action)
) STRICT;

CREATE TABLE account_review (
	id       INTEGER PRIMARY KEY,
	begun_by INTEGER NOT NULL,
	begun_at INTEGER NOT NULL,
	done_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE account_review_item (
	review_id  INTEGER NOT NULL REFERENCES account_review(id),
	user_id    INTEGER NOT NULL,
	action     TEXT NOT NULL,    -- '' for the account itself
	last_used  INTEGER NOT NULL, -- 0 for never
	decision   TEXT NOT NULL,    -- '', keep, disable
	decided_by INTEGER NOT NULL,
	decided_at INTEGER NOT NULL,
	PRIMARY KEY (review_id, user_id, action)
) STRICT;
