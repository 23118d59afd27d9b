package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"bellhop/hub/crm"
)

// File is an uploaded file; its content is kept outside by Hash.
type File struct {
	ID      crm.ID
	Hash    string
	Name    string
	Size    int64
	Mime    string
	AddedBy crm.ID
	AddedAt int64
}

// AddFile keeps what is known of an upload.
func (s *Store) AddFile(ctx context.Context, f File) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO file (id, hash, name, size, mime, added_by, added_at) VALUES (?,?,?,?,?,?,?)`,
			f.ID, f.Hash, f.Name, f.Size, f.Mime, f.AddedBy, f.AddedAt)
		if err != nil {
			return err
		}
		return s.addFileText(ctx, tx, f)
	})
}

const fileColumns = `id, hash, name, size, mime, added_by, added_at`

// File finds an upload.
func (s *Store) File(ctx context.Context, id crm.ID) (f File, err error) {
	err = scanFile(s.Read().QueryRowContext(ctx, `SELECT `+fileColumns+` FROM file WHERE id = ?`, id).Scan, &f)
	if errors.Is(err, sql.ErrNoRows) {
		return f, crm.ErrNotFound
	}
	return f, err
}

func scanFile(scan func(...any) error, f *File) error {
	return scan(&f.ID, &f.Hash, &f.Name, &f.Size, &f.Mime, &f.AddedBy, &f.AddedAt)
}

// Files finds uploads; those that are not there are left out.
func (s *Store) Files(ctx context.Context, ids []int64) ([]File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := s.Read().QueryContext(ctx, `SELECT `+fileColumns+` FROM file WHERE id IN (?`+strings.Repeat(",?", len(ids)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []File
	for rows.Next() {
		var f File
		if err := scanFile(rows.Scan, &f); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// FileHolder is a record that has a file in one of its fields.
type FileHolder struct {
	crm.Ref
	Field string
}

// FileHolders finds the records a file hangs on, at most limit.
func (s *Store) FileHolders(ctx context.Context, file crm.ID, kinds []FileHolder, limit int) ([]FileHolder, error) {
	var holders []FileHolder
	for _, kind := range kinds {
		rows, err := s.Read().QueryContext(ctx, `SELECT record_id FROM record_link WHERE entity = ? AND field = ? AND value = ? LIMIT ?`,
			kind.Entity, kind.Field, strconv.FormatInt(int64(file), 10), limit)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			h := FileHolder{Ref: crm.Ref{Entity: kind.Entity}, Field: kind.Field}
			if err := rows.Scan(&h.ID); err != nil {
				rows.Close()
				return nil, err
			}
			holders = append(holders, h)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return holders, nil
}
