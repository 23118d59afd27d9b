package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/audit/trail"
)

const archiveColumns = `log, first, last, prev, hash, file, sum, public_key, signature, at`

// LogArchives lists the files a log's old entries were closed into, oldest first.
func (s *Store) LogArchives(ctx context.Context, log trail.Log) ([]trail.Seal, error) {
	rows, err := s.Read().QueryContext(ctx, `SELECT `+archiveColumns+` FROM log_archive WHERE log = ? ORDER BY first`, string(log))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []trail.Seal
	for rows.Next() {
		var a trail.Seal
		if err := rows.Scan(&a.Log, &a.First, &a.Last, &a.Prev, &a.Hash, &a.File, &a.Sum, &a.PublicKey, &a.Signature, &a.At); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// Archived is where the entries still in the table begin: the number and hash of the
// last one that was closed into a file.
func (s *Store) Archived(ctx context.Context, log trail.Log) (seq int64, hash string, err error) {
	err = s.Read().QueryRowContext(ctx, `SELECT last, hash FROM log_archive WHERE log = ? ORDER BY first DESC LIMIT 1`, string(log)).Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", nil
	}
	return seq, hash, err
}

// CloseLog takes from a log the entries that seal's file holds, and tells the system log
// so. The file must be on disk.
func (s *Store) CloseLog(ctx context.Context, seal trail.Seal) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO log_archive (`+archiveColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?)`,
			string(seal.Log), seal.First, seal.Last, seal.Prev, seal.Hash, seal.File, seal.Sum, seal.PublicKey, seal.Signature, seal.At)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+logTables[seal.Log]+` WHERE seq >= ? AND seq <= ?`, seal.First, seal.Last); err != nil {
			return err
		}
		tx.Note(trail.System, trail.Entry{Kind: "archive", Label: seal.File})
		return nil
	})
}
