package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// States of an import.
const (
	ImportNew     = "new"     // the file is coming, or waits for its plan
	ImportRunning = "running" //
	ImportAsking  = "asking"  // done but for rows that wait for a decision
	ImportDone    = "done"
	ImportStopped = "stopped" // by its user; what was written stays
	ImportFailed  = "failed"  // it could not go on
	ImportUndoing = "undoing"
	ImportUndone  = "undone"
)

// ImportJob is one file read into the office. Of its counters only the rows of the
// file count; a company made because a contact named it does not.
type ImportJob struct {
	ID      crm.ID
	User    crm.ID
	Entity  string
	Name    string
	Source  string
	Server  crm.ID
	State   string
	Plan    string
	Size    int64
	Line    int
	Total   int
	Created int
	Updated int
	Skipped int
	Failed  int
	Asked   int
	Undone  int
	Error   string
	MadeAt  int64
	EndedAt int64
}

// ImportRow is what an import did with one row, or made on the way.
type ImportRow struct {
	Seq     int
	Line    int
	State   string
	Ref     crm.Ref
	Rev     int64
	Label   string
	Old     string
	Cells   string
	Reasons string
}

const importColumns = `id, user_id, entity, name, source, coalesce(server_id, 0), state, plan, size, line, total,
	created, updated, skipped, failed, asked, undone, error, made_at, coalesce(ended_at, 0)`

func scanImport(scan func(...any) error) (*ImportJob, error) {
	j := &ImportJob{}
	err := scan(&j.ID, &j.User, &j.Entity, &j.Name, &j.Source, &j.Server, &j.State, &j.Plan, &j.Size, &j.Line, &j.Total,
		&j.Created, &j.Updated, &j.Skipped, &j.Failed, &j.Asked, &j.Undone, &j.Error, &j.MadeAt, &j.EndedAt)
	return j, err
}

// AddImport keeps a new import.
func (s *Store) AddImport(ctx context.Context, j *ImportJob) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO import_job (id, user_id, entity, name, source, server_id, state, plan, size, line, total,
			created, updated, skipped, failed, asked, undone, error, made_at) VALUES (?,?,?,?,?,?,?,?,?,0,0,0,0,0,0,0,0,'',?)`,
			j.ID, j.User, j.Entity, j.Name, j.Source, null(j.Server), j.State, j.Plan, j.Size, j.MadeAt)
		return err
	})
}

// SetImport writes how an import stands.
func (s *Store) SetImport(ctx context.Context, tx *Tx, j *ImportJob) error {
	var ended any
	if j.EndedAt != 0 {
		ended = j.EndedAt
	}
	_, err := tx.ExecContext(ctx, `UPDATE import_job SET state = ?, plan = ?, source = ?, size = ?, line = ?, total = ?, created = ?, updated = ?, skipped = ?,
		failed = ?, asked = ?, undone = ?, error = ?, ended_at = ? WHERE id = ?`, j.State, j.Plan, j.Source, j.Size, j.Line, j.Total, j.Created, j.Updated,
		j.Skipped, j.Failed, j.Asked, j.Undone, j.Error, ended, j.ID)
	return err
}

// Import returns one import.
func (s *Store) Import(ctx context.Context, id crm.ID) (*ImportJob, error) {
	j, err := scanImport(s.readers.QueryRowContext(ctx, `SELECT `+importColumns+` FROM import_job WHERE id = ?`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return j, err
}

// Imports lists the newest imports of a user, of everybody with user 0; entity and
// state "" are any.
func (s *Store) Imports(ctx context.Context, user crm.ID, entity, state string, limit int) ([]*ImportJob, error) {
	query, args := `SELECT `+importColumns+` FROM import_job WHERE 1=1`, []any{}
	if user != 0 {
		query, args = query+` AND user_id = ?`, append(args, user)
	}
	if entity != "" {
		query, args = query+` AND entity = ?`, append(args, entity)
	}
	if state != "" {
		query, args = query+` AND state = ?`, append(args, state)
	}
	rows, err := s.readers.QueryContext(ctx, query+` ORDER BY made_at DESC, id DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []*ImportJob{}
	for rows.Next() {
		j, err := scanImport(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, j)
	}
	return list, rows.Err()
}

// DropImport forgets an import and its rows; the records it made stay.
func (s *Store) DropImport(ctx context.Context, id crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM import_row WHERE job_id = ?`, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM import_job WHERE id = ?`, id)
		return err
	})
}

// AddImportRows keeps what became of rows. Their Seq is given here.
func (s *Store) AddImportRows(ctx context.Context, tx *Tx, job crm.ID, rows []ImportRow) error {
	var seq int
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM import_row WHERE job_id = ?`, job).Scan(&seq); err != nil {
		return err
	}
	for i := range rows {
		seq++
		r := &rows[i]
		_, err := tx.ExecContext(ctx, `INSERT INTO import_row (job_id, seq, line, state, entity, record_id, rev, label, old, cells, reasons)
			VALUES (?,?,?,?,?,?,?,?,?,?,?)`, job, seq, r.Line, r.State, r.Ref.Entity, null(r.Ref.ID), r.Rev, r.Label, r.Old, r.Cells, r.Reasons)
		if err != nil {
			return err
		}
	}
	return nil
}

// SetImportRow writes what became of a row later.
func (s *Store) SetImportRow(ctx context.Context, tx *Tx, job crm.ID, r ImportRow) error {
	_, err := tx.ExecContext(ctx, `UPDATE import_row SET state = ?, entity = ?, record_id = ?, rev = ?, label = ?, old = ?, cells = ?, reasons = ?
		WHERE job_id = ? AND seq = ?`, r.State, r.Ref.Entity, null(r.Ref.ID), r.Rev, r.Label, r.Old, r.Cells, r.Reasons, job, r.Seq)
	return err
}

// ImportRows lists rows of an import in states, in the order they were done or, with
// last, from the end; after is the Seq of the row before the first wanted, 0 for none.
func (s *Store) ImportRows(ctx context.Context, job crm.ID, states []string, after int, last bool, limit int) ([]ImportRow, error) {
	in, args := "", []any{job}
	for i, state := range states {
		if i > 0 {
			in += ","
		}
		in, args = in+"?", append(args, state)
	}
	beyond, order := "seq > ?", "seq"
	if last {
		beyond, order = "(? = 0 OR seq < ?)", "seq DESC"
		args = append(args, after)
	}
	rows, err := s.readers.QueryContext(ctx, `SELECT seq, line, state, entity, coalesce(record_id, 0), rev, label, old, cells, reasons
		FROM import_row WHERE job_id = ? AND state IN (`+in+`) AND `+beyond+` ORDER BY `+order+` LIMIT ?`, append(args, after, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []ImportRow{}
	for rows.Next() {
		var r ImportRow
		if err := rows.Scan(&r.Seq, &r.Line, &r.State, &r.Ref.Entity, &r.Ref.ID, &r.Rev, &r.Label, &r.Old, &r.Cells, &r.Reasons); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// ImportOf finds the import that made a record.
func (s *Store) ImportOf(ctx context.Context, ref crm.Ref) (id crm.ID, ok bool, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT job_id FROM import_row WHERE entity = ? AND record_id = ? AND state = 'created'`,
		ref.Entity, ref.ID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// UsedBeside tells whether a record that is not of this import refers to ref by one of
// fields, whose entities they belong to are the keys.
func (s *Store) UsedBeside(ctx context.Context, job crm.ID, ref crm.Ref, children []crm.Related, schema *crm.Schema) (crm.Ref, bool, error) {
	for _, child := range children {
		e, ok := schema.Entity(child.Entity)
		if !ok {
			continue
		}
		found := crm.Ref{Entity: e.Name}
		err := s.readers.QueryRowContext(ctx, `SELECT c.id FROM `+quote(e.Table)+` c WHERE c.`+quote(child.Field)+` = ? AND c.deleted_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM import_row r WHERE r.job_id = ? AND r.entity = ? AND r.record_id = c.id) LIMIT 1`,
			ref.ID, job, e.Name).Scan(&found.ID)
		if err == nil {
			return found, true, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return crm.Ref{}, false, err
		}
	}
	return crm.Ref{}, false, nil
}

// MoveImportRev tells an import that it has written a record once more itself.
func (s *Store) MoveImportRev(ctx context.Context, tx *Tx, job crm.ID, ref crm.Ref, rev int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE import_row SET rev = ? WHERE job_id = ? AND entity = ? AND record_id = ? AND state IN ('created', 'updated')`,
		rev, job, ref.Entity, ref.ID)
	return err
}

// CountImportRows counts the rows of an import in a state.
func (s *Store) CountImportRows(ctx context.Context, job crm.ID, state string) (n int, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM import_row WHERE job_id = ? AND state = ?`, job, state).Scan(&n)
	return n, err
}
