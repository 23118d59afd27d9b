-- Records that one entry of the access log is about beside its own: those of an export,
-- a printed list, a mass sending.
CREATE TABLE access_member (
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	seq       INTEGER NOT NULL, -- in access_log
	PRIMARY KEY (entity, record_id, seq)
) STRICT;

-- Asking the data keeper: an export, a print, a mass sending or reading, the opening of
-- an important customer. A grant is for the named data, that user, once and for a time.
CREATE TABLE access_request (
	id           INTEGER PRIMARY KEY,
	kind         TEXT NOT NULL, -- export, print, send, list, open
	user_id      INTEGER NOT NULL,
	entity       TEXT NOT NULL,
	record_id    INTEGER NOT NULL,
	named        TEXT NOT NULL, -- JSON: search, filter, records
	fingerprint  TEXT NOT NULL, -- of what is named
	label        TEXT NOT NULL,
	records      INTEGER NOT NULL, -- how many were named then
	reason       TEXT NOT NULL,
	state        TEXT NOT NULL, -- open, approved, refused, used
	at           INTEGER NOT NULL,
	decided_by   INTEGER NOT NULL, -- 0: nobody had to
	decided_at   INTEGER NOT NULL,
	remark       TEXT NOT NULL,
	expires_at   INTEGER NOT NULL,
	used_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX access_request_state ON access_request (state, at);
CREATE INDEX access_request_user ON access_request (user_id, at);

-- Until when a reader who gave his purpose may open an important customer.
CREATE TABLE access_pass (
	id         INTEGER PRIMARY KEY,
	user_id    INTEGER NOT NULL,
	entity     TEXT NOT NULL,
	record_id  INTEGER NOT NULL,
	reason     TEXT NOT NULL,
	request_id INTEGER NOT NULL, -- 0 where no approval was needed
	at         INTEGER NOT NULL,
	until      INTEGER NOT NULL
) STRICT;
CREATE INDEX access_pass_record ON access_pass (entity, record_id, user_id, until);

-- The short code drawn into the pages a user was shown, of one login and one hour.
CREATE TABLE page_mark (
	code       TEXT PRIMARY KEY,
	session    TEXT NOT NULL, -- hash, as in session
	user_id    INTEGER NOT NULL,
	user_name  TEXT NOT NULL,
	address    TEXT NOT NULL,
	device     TEXT NOT NULL,
	at         INTEGER NOT NULL,
	until      INTEGER NOT NULL
) STRICT;
CREATE INDEX page_mark_session ON page_mark (session, until);

-- Somebody opened more customers in an hour than is usual.
CREATE TABLE access_alert (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	user_id   INTEGER NOT NULL,
	user_name TEXT NOT NULL,
	opened    INTEGER NOT NULL,
	allowed   INTEGER NOT NULL,
	list      TEXT NOT NULL, -- JSON: what was opened and when
	seen_by   INTEGER NOT NULL,
	seen_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX access_alert_user ON access_alert (user_id, at);

-- What an audit found, who it was, and what was done about it.
CREATE TABLE access_finding (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	by_id     INTEGER NOT NULL,
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	label     TEXT NOT NULL,
	code      TEXT NOT NULL, -- of a leaked page
	finding   TEXT NOT NULL,
	person    INTEGER NOT NULL,
	measure   TEXT NOT NULL,
	changed   INTEGER NOT NULL
) STRICT;
CREATE INDEX access_finding_record ON access_finding (entity, record_id);

-- How much each user was shown on a day, by the module he worked in.
CREATE TABLE access_traffic (
	day     TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	module  TEXT NOT NULL,
	pages   INTEGER NOT NULL,
	records INTEGER NOT NULL,
	exports INTEGER NOT NULL,
	bytes   INTEGER NOT NULL,
	PRIMARY KEY (day, user_id, module)
) STRICT;

-- Who may not copy out: role or user; what is said of a user goes before his roles.
CREATE TABLE copy_rule (
	subject    TEXT NOT NULL, -- user, role
	subject_id INTEGER NOT NULL,
	allowed    INTEGER NOT NULL,
	PRIMARY KEY (subject, subject_id)
) STRICT;

-- What users tell the administrator from any page, and his answer.
CREATE TABLE feedback (
	id          INTEGER PRIMARY KEY,
	user_id     INTEGER NOT NULL,
	at          INTEGER NOT NULL,
	page        TEXT NOT NULL,
	text        TEXT NOT NULL,
	answer      TEXT NOT NULL,
	answered_by INTEGER NOT NULL,
	answered_at INTEGER NOT NULL
) STRICT;
CREATE INDEX feedback_user ON feedback (user_id, at);
