package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"bellhop/hub/crm"
)

// Sound is a call's recording as a thing that takes room.
type Sound struct {
	Call       crm.ID
	Box        string
	File       string // on the box
	Bytes      int64
	FinishedAt int64
	DeletedAt  int64
	DeletedBy  crm.ID // 0: the rule of the space limit
	Place      string // where it lies instead of on the box, in words
	PlacedAt   int64
	PlacedBy   crm.ID
}

const soundColumns = `call_id, box, file, bytes, finished_at, deleted_at, deleted_by, place, placed_at, placed_by`

func readSounds(ctx context.Context, q Querier, query string, args ...any) ([]Sound, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+soundColumns+` FROM recording `+query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Sound
	for rows.Next() {
		var s Sound
		if err := rows.Scan(&s.Call, &s.Box, &s.File, &s.Bytes, &s.FinishedAt, &s.DeletedAt, &s.DeletedBy, &s.Place, &s.PlacedAt, &s.PlacedBy); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// PutSound keeps that a recording is finished.
func PutSound(ctx context.Context, tx *Tx, s Sound) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO recording (call_id, box, file, bytes, finished_at) VALUES (?,?,?,?,?)
		ON CONFLICT (call_id) DO UPDATE SET file = excluded.file, bytes = excluded.bytes, finished_at = excluded.finished_at`,
		s.Call, s.Box, s.File, s.Bytes, s.FinishedAt)
	return err
}

// Sounds finds what is known of the recordings of calls, by call.
func (s *Store) Sounds(ctx context.Context, calls []crm.ID) (map[crm.ID]Sound, error) {
	out := map[crm.ID]Sound{}
	if len(calls) == 0 {
		return out, nil
	}
	args := make([]any, len(calls))
	for i, id := range calls {
		args[i] = id
	}
	list, err := readSounds(ctx, s.Read(), `WHERE call_id IN (?`+strings.Repeat(",?", len(calls)-1)+`)`, args...)
	for _, sound := range list {
		out[sound.Call] = sound
	}
	return out, err
}

// SoundSpace is how many bytes the recordings on boxes take, and how many there are.
func (s *Store) SoundSpace(ctx context.Context) (bytes int64, n int, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT COALESCE(sum(bytes), 0), count(*) FROM recording WHERE deleted_at = 0 AND place = ''`).Scan(&bytes, &n)
	return bytes, n, err
}

// DropSounds marks recordings as deleted by user, 0 for the rule of the space limit, and
// answers how many were not before. The calls stay.
func DropSounds(ctx context.Context, tx *Tx, calls []crm.ID, user crm.ID, at int64) (n int, err error) {
	for _, id := range calls {
		result, err := tx.ExecContext(ctx, `UPDATE recording SET deleted_at = ?, deleted_by = ? WHERE call_id = ? AND deleted_at = 0`, at, user, id)
		if err != nil {
			return n, err
		}
		changed, err := result.RowsAffected()
		if err != nil {
			return n, err
		}
		if changed == 0 {
			continue
		}
		n++
		if _, err := tx.ExecContext(ctx, `UPDATE call SET rec_state = ?, rev = rev + 1 WHERE id = ?`, RecordingDeleted, id); err != nil {
			return n, err
		}
	}
	return n, nil
}

// PlaceSound notes that a recording lies elsewhere now; gone tells that the box need not
// keep it any longer.
func PlaceSound(ctx context.Context, tx *Tx, call crm.ID, place string, user crm.ID, at int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE recording SET place = ?, placed_by = ?, placed_at = ? WHERE call_id = ? AND deleted_at = 0`,
		place, user, at, call); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE call SET rec_state = ?, rev = rev + 1 WHERE id = ? AND rec_state = 'ready'`, RecordingPlaced, call)
	return err
}

// GoingSounds are recordings the box still has and is to delete. Those that were handed to a
// computer before since are among them; later ones are given time to arrive.
func (s *Store) GoingSounds(ctx context.Context, since int64, limit int) ([]Sound, error) {
	return readSounds(ctx, s.Read(), `WHERE gone = 0 AND (deleted_at > 0 OR place <> '') AND (deleted_at > 0 OR placed_at <= ?) LIMIT ?`, since, limit)
}

// SoundGone notes that the box has deleted a recording.
func (s *Store) SoundGone(ctx context.Context, call crm.ID) error {
	return s.exec(ctx, `UPDATE recording SET gone = 1 WHERE call_id = ?`, call)
}

// UncopiedSounds are recordings on boxes that a repository does not have yet, the oldest first.
func (s *Store) UncopiedSounds(ctx context.Context, repository string, after crm.ID, limit int) ([]Sound, error) {
	return readSounds(ctx, s.Read(), `WHERE deleted_at = 0 AND place = '' AND call_id > ? AND NOT EXISTS (SELECT 1 FROM recording_copy c
		WHERE c.call_id = recording.call_id AND c.repository = ?) ORDER BY call_id LIMIT ?`, after, repository, limit)
}

// OldestCopied are the recordings on boxes that are kept a second time, the oldest first.
func (s *Store) OldestCopied(ctx context.Context, limit int) ([]Sound, error) {
	return readSounds(ctx, s.Read(), `WHERE deleted_at = 0 AND place = '' AND EXISTS (SELECT 1 FROM recording_copy c
		WHERE c.call_id = recording.call_id) ORDER BY finished_at, call_id LIMIT ?`, limit)
}

// SoundCopy is a recording in a repository.
type SoundCopy struct {
	Call       crm.ID
	File       string
	Repository string
	Snapshot   string
	Hash       string // SHA-256, hex
	Bytes      int64
	At         int64
}

// AddCopies notes that a repository has recordings.
func (s *Store) AddCopies(ctx context.Context, copies []SoundCopy) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, c := range copies {
			_, err := tx.ExecContext(ctx, `INSERT INTO recording_copy (call_id, repository, snapshot, hash, bytes, at) VALUES (?,?,?,?,?,?)
				ON CONFLICT (call_id, repository) DO UPDATE SET snapshot = excluded.snapshot, hash = excluded.hash, bytes = excluded.bytes, at = excluded.at`,
				c.Call, c.Repository, c.Snapshot, c.Hash, c.Bytes, c.At)
			if err != nil {
				return err
			}
			// What was told by its length before is known now.
			if _, err := tx.ExecContext(ctx, `UPDATE recording SET bytes = ? WHERE call_id = ?`, c.Bytes, c.Call); err != nil {
				return err
			}
		}
		return nil
	})
}

func readCopies(ctx context.Context, q Querier, query string, args ...any) ([]SoundCopy, error) {
	rows, err := q.QueryContext(ctx, `SELECT c.call_id, r.file, c.repository, c.snapshot, c.hash, c.bytes, c.at
		FROM recording_copy c JOIN recording r ON r.call_id = c.call_id `+query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []SoundCopy
	for rows.Next() {
		var c SoundCopy
		if err := rows.Scan(&c.Call, &c.File, &c.Repository, &c.Snapshot, &c.Hash, &c.Bytes, &c.At); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// Copies are the recordings a repository has and that should be on a box, by snapshot, after
// the given call of the given snapshot.
func (s *Store) Copies(ctx context.Context, repository, snapshot string, after crm.ID, limit int) ([]SoundCopy, error) {
	return readCopies(ctx, s.Read(), `WHERE c.repository = ? AND r.deleted_at = 0 AND r.place = '' AND (c.snapshot, c.call_id) > (?, ?)
		ORDER BY c.snapshot, c.call_id LIMIT ?`, repository, snapshot, after, limit)
}

// CopyOf finds a call's recording in whatever repository has it.
func (s *Store) CopyOf(ctx context.Context, call crm.ID) (SoundCopy, bool, error) {
	list, err := readCopies(ctx, s.Read(), `WHERE c.call_id = ? ORDER BY c.at DESC LIMIT 1`, call)
	if err != nil || len(list) == 0 {
		return SoundCopy{}, false, err
	}
	return list[0], true, nil
}

// CountCopies is how many recordings a repository has.
func (s *Store) CountCopies(ctx context.Context, repository string) (n int, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM recording_copy WHERE repository = ?`, repository).Scan(&n)
	return n, err
}

// SampleCopies takes some of a repository's recordings, another lot at each time: the first
// n whose call's ID is beyond a number, and from the beginning again.
func (s *Store) SampleCopies(ctx context.Context, repository string, beyond int64, n int) ([]SoundCopy, error) {
	list, err := readCopies(ctx, s.Read(), `WHERE c.repository = ? AND c.call_id > ? ORDER BY c.call_id LIMIT ?`, repository, beyond, n)
	if err != nil || len(list) == n {
		return list, err
	}
	rest, err := readCopies(ctx, s.Read(), `WHERE c.repository = ? AND c.call_id <= ? ORDER BY c.call_id LIMIT ?`, repository, beyond, n-len(list))
	return append(list, rest...), err
}

// CallSpan is the least and the greatest ID among the recordings of a repository.
func (s *Store) CallSpan(ctx context.Context, repository string) (least, most int64, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT min(call_id), max(call_id) FROM recording_copy WHERE repository = ? HAVING count(*) > 0`, repository).Scan(&least, &most)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return least, most, err
}

// AllFiles goes through every uploaded file, by ID.
func (s *Store) AllFiles(ctx context.Context, after crm.ID, limit int) ([]File, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT `+fileColumns+` FROM file WHERE id > ? ORDER BY id LIMIT ?`, after, limit)
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
