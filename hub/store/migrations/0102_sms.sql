CREATE TABLE sms (
	id           INTEGER PRIMARY KEY,
	direction    TEXT NOT NULL, -- in, out
	box          TEXT NOT NULL, -- that received it; '' of one that is sent
	box_id       TEXT NOT NULL, -- the box's ID of a received one, the command's of a sent one
	number       TEXT NOT NULL, -- canonical
	text         TEXT NOT NULL,
	state        TEXT NOT NULL, -- queued, sending, sent, delivered, failed, unknown, received
	at           INTEGER NOT NULL,
	parts        INTEGER NOT NULL,
	why          TEXT NOT NULL,
	complete     INTEGER NOT NULL,
	user_id      INTEGER NOT NULL, -- who sent it
	client_key   TEXT NOT NULL,    -- made by the sender's page: the same key is the same text
	handed       INTEGER NOT NULL, -- 1 once a box has taken it: from then on its events tell
	party_entity TEXT NOT NULL,
	party_id     INTEGER NOT NULL,
	contact_id   INTEGER NOT NULL,
	UNIQUE (direction, box, box_id)
) STRICT;
CREATE UNIQUE INDEX sms_key ON sms (user_id, client_key) WHERE client_key <> '';
CREATE INDEX sms_number ON sms (number, at DESC, id DESC);
CREATE INDEX sms_party ON sms (party_entity, party_id, at DESC, id DESC) WHERE party_id <> 0;
CREATE INDEX sms_contact ON sms (contact_id, at DESC, id DESC) WHERE contact_id <> 0;
CREATE INDEX sms_inbox ON sms (at DESC, id DESC) WHERE direction = 'in' AND party_id = 0;
CREATE INDEX sms_waiting ON sms (id) WHERE direction = 'out' AND handed = 0;
