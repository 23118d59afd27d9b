-- The grams of every record: only which record holds which (detail=none), not where. The
-- store cuts texts itself; "ascii" takes every other character as part of a word.
CREATE VIRTUAL TABLE search_gram USING fts5(grams, content='', contentless_delete=1, detail=none, tokenize='ascii');
