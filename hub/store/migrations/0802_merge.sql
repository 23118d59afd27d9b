-- Two records made one: what moved where, so that it can be undone.
CREATE TABLE merge_log (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	user_id   INTEGER NOT NULL,
	entity    TEXT NOT NULL,
	master_id INTEGER NOT NULL,
	twin_id   INTEGER NOT NULL,
	before    TEXT NOT NULL, -- JSON: the master's values that the merge changed, as they were
	after     TEXT NOT NULL, -- and as the merge left them
	undone_at INTEGER NOT NULL
);
CREATE INDEX merge_log_master ON merge_log (entity, master_id);
CREATE INDEX merge_log_twin ON merge_log (entity, twin_id);

CREATE TABLE merge_moved (
	merge_id  INTEGER NOT NULL,
	entity    TEXT NOT NULL, -- of the child; "call" and "sms" too
	field     TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	PRIMARY KEY (merge_id, entity, field, record_id)
);
