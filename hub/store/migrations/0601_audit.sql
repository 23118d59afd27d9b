-- Where each log's chain stands: the number and hash of its last entry. Writing locks
-- this row, so that entries have one order whoever writes.
CREATE TABLE audit_head (
	log  TEXT PRIMARY KEY, -- access, change, system
	seq  INTEGER NOT NULL,
	hash TEXT NOT NULL     -- hex; '' before the first
) STRICT;
INSERT INTO audit_head (log, seq, hash) VALUES ('access', 0, ''), ('change', 0, ''), ('system', 0, '');

-- The three logs. Rows are added and never changed; a row's hash covers the row and the
-- hash before it (hub/audit/trail).
CREATE TABLE change_log (
	seq       INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	user_id   INTEGER NOT NULL, -- 0: the program itself
	user_name TEXT NOT NULL,    -- as it was then
	address   TEXT NOT NULL,
	device    TEXT NOT NULL,
	kind      TEXT NOT NULL,    -- create, update, delete
	via       TEXT NOT NULL,    -- page, import, batch, merge, api, rule, box
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	label     TEXT NOT NULL,
	detail    TEXT NOT NULL,    -- JSON: field, old and new value
	hash      TEXT NOT NULL
) STRICT;
CREATE INDEX change_log_record ON change_log (entity, record_id, seq);
CREATE INDEX change_log_user ON change_log (user_id, seq);
CREATE INDEX change_log_at ON change_log (at);

CREATE TABLE system_log (
	seq       INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	user_id   INTEGER NOT NULL,
	user_name TEXT NOT NULL,
	address   TEXT NOT NULL,
	device    TEXT NOT NULL,
	kind      TEXT NOT NULL, -- login, logout, login.refused, or the operation
	via       TEXT NOT NULL,
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	label     TEXT NOT NULL,
	detail    TEXT NOT NULL,
	hash      TEXT NOT NULL
) STRICT;
CREATE INDEX system_log_user ON system_log (user_id, seq);
CREATE INDEX system_log_at ON system_log (at);

CREATE TABLE access_log (
	seq       INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	user_id   INTEGER NOT NULL,
	user_name TEXT NOT NULL,
	address   TEXT NOT NULL,
	device    TEXT NOT NULL,
	kind      TEXT NOT NULL, -- view, reveal, listen, print, export, send, list
	via       TEXT NOT NULL, -- the reader's role then
	entity    TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	label     TEXT NOT NULL,
	detail    TEXT NOT NULL,
	hash      TEXT NOT NULL
) STRICT;
CREATE INDEX access_log_record ON access_log (entity, record_id, seq);
CREATE INDEX access_log_user ON access_log (user_id, seq);
CREATE INDEX access_log_at ON access_log (at);
