-- 1: the child pointed to both records before they were made one.
ALTER TABLE merge_moved ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
