-- The sound of a call: how much room it takes, and where it is or went.
CREATE TABLE recording (
	call_id     INTEGER PRIMARY KEY,
	box         TEXT NOT NULL,
	file        TEXT NOT NULL,
	bytes       INTEGER NOT NULL,
	finished_at INTEGER NOT NULL,
	deleted_at  INTEGER NOT NULL DEFAULT 0, -- Unix ms; its sound is nowhere of ours any more
	deleted_by  INTEGER NOT NULL DEFAULT 0, -- user; 0 the rule of the space limit
	place       TEXT NOT NULL DEFAULT '',   -- in words, where it lies instead of on the box
	placed_at   INTEGER NOT NULL DEFAULT 0,
	placed_by   INTEGER NOT NULL DEFAULT 0,
	gone        INTEGER NOT NULL DEFAULT 0  -- 1: the box has been told to delete it and has
) STRICT;
CREATE INDEX recording_finished ON recording (finished_at) WHERE deleted_at = 0 AND place = '';
CREATE INDEX recording_going ON recording (call_id) WHERE gone = 0 AND (deleted_at > 0 OR place <> '');

-- How large those were that were made before sizes were kept: 32 kbit/s.
INSERT INTO recording (call_id, box, file, bytes, finished_at)
	SELECT id, box, rec_file, rec_ms * 4, ended_at FROM call WHERE rec_state = 'ready';

-- A recording that is kept a second time, in the repository of that ID.
CREATE TABLE recording_copy (
	call_id    INTEGER NOT NULL,
	repository TEXT NOT NULL,
	snapshot   TEXT NOT NULL,
	hash       TEXT NOT NULL, -- SHA-256 of the sound
	bytes      INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	PRIMARY KEY (call_id, repository)
) STRICT;
CREATE INDEX recording_copy_snapshot ON recording_copy (repository, snapshot);
