-- A box and the number of the last of its events that is kept. The number changes in
-- the transaction that keeps the event, so an event counts once.
CREATE TABLE box (
	id        TEXT PRIMARY KEY, -- as in its events
	last_seq  INTEGER NOT NULL DEFAULT 0,
	version   TEXT NOT NULL DEFAULT '',
	board     TEXT NOT NULL DEFAULT ''
) STRICT;

-- Telephone lines of all boxes, numbered through as pages know them.
CREATE TABLE phone_line (
	id      INTEGER PRIMARY KEY,
	box     TEXT NOT NULL,
	number  INTEGER NOT NULL, -- within its box
	label   TEXT NOT NULL,    -- the box's; the office's own is a setting
	UNIQUE (box, number)
) STRICT;

-- What a box says a person must know, as long as it stands.
CREATE TABLE box_alert (
	box    TEXT NOT NULL,
	kind   TEXT NOT NULL,
	line   INTEGER NOT NULL, -- as pages know it; 0 for none
	detail TEXT NOT NULL,
	since  INTEGER NOT NULL,
	PRIMARY KEY (box, kind, line)
) STRICT;

-- Times are Unix ms, 0 for not yet. Deleting a customer never deletes calls.
CREATE TABLE call (
	id           INTEGER PRIMARY KEY,
	rev          INTEGER NOT NULL,
	box          TEXT NOT NULL,
	box_call     TEXT NOT NULL,
	line         INTEGER NOT NULL,
	direction    TEXT NOT NULL, -- in, out
	state        TEXT NOT NULL, -- ringing, talking, ended
	outcome      TEXT NOT NULL, -- answered, missed, interrupted; '' until it ends
	started_at   INTEGER NOT NULL,
	answered_at  INTEGER NOT NULL,
	ended_at     INTEGER NOT NULL,
	talk_ms      INTEGER NOT NULL,
	caller       TEXT NOT NULL, -- none, number, withheld, unavailable, unreadable
	number       TEXT NOT NULL, -- canonical
	raw_number   TEXT NOT NULL, -- as sent or dialled
	tail         TEXT NOT NULL, -- of number, for finding neighbours
	name         TEXT NOT NULL, -- as sent
	burst_end    INTEGER NOT NULL,
	party_entity TEXT NOT NULL, -- '' while nobody is known for sure
	party_id     INTEGER NOT NULL,
	contact_id   INTEGER NOT NULL,
	party_by     INTEGER NOT NULL, -- the user who chose the party; 0 when its number did
	handler      INTEGER NOT NULL, -- the user who took it
	ignored_by   INTEGER NOT NULL,
	rec_state    TEXT NOT NULL, -- recording, ready, failed; '' for none
	rec_file     TEXT NOT NULL,
	rec_ms       INTEGER NOT NULL,
	rec_complete INTEGER NOT NULL,
	rec_why      TEXT NOT NULL,
	UNIQUE (box, box_call)
) STRICT;
CREATE INDEX call_started ON call (started_at DESC, id DESC);
CREATE INDEX call_number ON call (number, started_at DESC, id DESC);
CREATE INDEX call_tail ON call (tail, started_at DESC) WHERE tail <> '';
CREATE INDEX call_party ON call (party_entity, party_id, started_at DESC, id DESC) WHERE party_id <> 0;
CREATE INDEX call_contact ON call (contact_id, started_at DESC, id DESC) WHERE contact_id <> 0;
CREATE INDEX call_handler ON call (handler, started_at DESC, id DESC) WHERE handler <> 0;
CREATE INDEX call_open ON call (box, id) WHERE state <> 'ended';

-- What one user did with one call: his card put away, his note.
CREATE TABLE call_user (
	call_id      INTEGER NOT NULL REFERENCES call(id),
	user_id      INTEGER NOT NULL REFERENCES user_account(id),
	closed       INTEGER NOT NULL DEFAULT 0,
	note_version INTEGER NOT NULL DEFAULT 0,
	note         TEXT NOT NULL DEFAULT '',
	note_at      INTEGER NOT NULL DEFAULT 0,
	activity_id  INTEGER NOT NULL DEFAULT 0, -- the contact record the note has become
	PRIMARY KEY (call_id, user_id)
) STRICT;
CREATE INDEX call_user_user ON call_user (user_id, call_id);

-- Who listened to which recording (REC-10). Rows are added and never changed.
CREATE TABLE listening_log (
	id      INTEGER PRIMARY KEY,
	call_id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	address TEXT NOT NULL
) STRICT;
CREATE INDEX listening_call ON listening_log (call_id, at);
