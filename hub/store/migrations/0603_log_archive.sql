-- Old entries of a log that were closed into a sealed file. The chain goes on from hash.
CREATE TABLE log_archive (
	log        TEXT NOT NULL,
	first      INTEGER NOT NULL, -- numbers of the entries in the file
	last       INTEGER NOT NULL,
	prev       TEXT NOT NULL,    -- hash before the first
	hash       TEXT NOT NULL,    -- of the last
	file       TEXT NOT NULL,    -- its name
	sum        TEXT NOT NULL,    -- SHA-256 of the file, hex
	public_key TEXT NOT NULL,    -- Ed25519, hex
	signature  TEXT NOT NULL,    -- over log, numbers, hashes and sum
	at         INTEGER NOT NULL,
	PRIMARY KEY (log, first)
) STRICT;
