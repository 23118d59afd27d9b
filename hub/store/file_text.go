package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/search"
)

// fileWords is the kind of thing PutSearch and Search know the words of files by.
const fileWords = "file"

// addFileText makes a file found by its name, and waits for its content to be read.
func (s *Store) addFileText(ctx context.Context, tx *Tx, f File) error {
	d := search.Document{Text: search.Compose([]string{f.Name}, nil)}
	_, err := tx.ExecContext(ctx, `INSERT INTO file_text (file_id, state, tries, text) VALUES (?,'waiting',0,?)`, f.ID, d.Text)
	if err != nil {
		return err
	}
	return s.PutSearch(ctx, tx, fileWords, f.ID, search.Document{}, d)
}

// NextFile gives the oldest file whose content is still to be read, and counts the try;
// ErrNotFound when none waits. One that was tried tries times is given up.
func (s *Store) NextFile(ctx context.Context, tries int) (f File, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE file_text SET state = 'failed' WHERE state = 'waiting' AND tries >= ?`, tries); err != nil {
			return err
		}
		row := tx.QueryRowContext(ctx, `SELECT `+fileColumns+` FROM file WHERE id = (SELECT min(file_id) FROM file_text WHERE state = 'waiting')`)
		if err := scanFile(row.Scan, &f); errors.Is(err, sql.ErrNoRows) {
			return crm.ErrNotFound
		} else if err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE file_text SET tries = tries + 1 WHERE file_id = ?`, f.ID)
		return err
	})
	return f, err
}

// FileRead keeps what stands in a file, as it is found from now on.
func (s *Store) FileRead(ctx context.Context, id crm.ID, now search.Document) error {
	return s.Write(ctx, func(tx *Tx) error {
		var was search.Document
		if err := tx.QueryRowContext(ctx, `SELECT text FROM file_text WHERE file_id = ?`, id).Scan(&was.Text); err != nil {
			return err
		}
		if err := s.PutSearch(ctx, tx, fileWords, id, was, now); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE file_text SET state = 'done', text = ? WHERE file_id = ?`, now.Text, id)
		return err
	})
}

// FilesWaiting counts the files whose content is still to be read.
func (s *Store) FilesWaiting(ctx context.Context) (n int, err error) {
	err = s.Read().QueryRowContext(ctx, `SELECT count(*) FROM file_text WHERE state = 'waiting'`).Scan(&n)
	return n, err
}

// FoundFile is a file whose name or content holds what was typed. Who may know of it
// the caller decides.
type FoundFile struct {
	File
	Text string
}

// FindFiles gives files by what was typed, the newest first, from before an ID (0 for
// all), and where the next ones begin (0: there are none).
func (s *Store) FindFiles(ctx context.Context, typed string, skip, limit int) (list []FoundFile, more bool, err error) {
	words := search.Parse(typed)
	ids, err := s.Search(ctx, s.Read(), fileWords, typed, skip+limit)
	if err != nil || len(ids) <= skip {
		return nil, false, err
	}
	more = len(ids) == skip+limit
	args := make([]any, 0, limit)
	for _, id := range ids[skip:] {
		args = append(args, id)
	}
	err = eachRow(ctx, s.Read(), `SELECT f.id, f.hash, f.name, f.size, f.mime, f.added_by, f.added_at, t.text FROM file f JOIN file_text t ON t.file_id = f.id
		WHERE f.id IN (`+marks(len(args))+`) ORDER BY f.id DESC`, func(scan func(...any) error) error {
		var f FoundFile
		err := scan(&f.ID, &f.Hash, &f.Name, &f.Size, &f.Mime, &f.AddedBy, &f.AddedAt, &f.Text)
		if err == nil && holdsWords(f.Text, words) {
			list = append(list, f)
		}
		return err
	}, args...)
	return list, more, err
}

// holdsWords checks what the index cannot: that the pairs of a word stand together.
func holdsWords(text string, words []search.Word) bool {
	for _, w := range words {
		if w.Text != "" && !strings.Contains(text, w.Text) || w.Digits != "" && !strings.Contains(text, w.Digits) {
			return false
		}
	}
	return true
}
