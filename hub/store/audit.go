package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
)

// note is an entry to be written when its transaction ends.
type note struct {
	log   trail.Log
	entry *trail.Entry
}

// Note adds an entry to a log. It is written with the transaction or not at all; who
// and where from come from its context unless e says so. What it returns has its number
// once the transaction is over.
func (t *Tx) Note(log trail.Log, e trail.Entry) *trail.Entry {
	t.notes = append(t.notes, note{log, &e})
	return &e
}

// writeNotes is the last thing a transaction does: the heads of the chains are locked
// only from here to its end, always in the same order.
func (t *Tx) writeNotes(ctx context.Context) error {
	op := trail.Done(ctx)
	if op != nil && !t.tells(trail.Change) && !t.tells(trail.System) {
		t.Note(trail.System, op.Entry)
	}
	for _, log := range trail.Logs {
		if !t.tells(log) {
			continue
		}
		if err := t.writeLog(ctx, log); err != nil {
			return fmt.Errorf("%s log: %w", log, err)
		}
	}
	return nil
}

// tells tells whether the transaction has entries for log.
func (t *Tx) tells(log trail.Log) bool {
	for i := range t.notes {
		if t.notes[i].log == log {
			return true
		}
	}
	return false
}

// told marks the operation of ctx as written, once the transaction is on disk.
func told(ctx context.Context) {
	if op := trail.Done(ctx); op != nil {
		op.Told = true
	}
}

func (t *Tx) writeLog(ctx context.Context, log trail.Log) error {
	var seq int64
	var prev string
	err := t.QueryRowContext(ctx, `UPDATE audit_head SET seq = seq WHERE log = ? RETURNING seq, hash`, string(log)).Scan(&seq, &prev)
	if err != nil {
		return err
	}
	for i := range t.notes {
		if t.notes[i].log != log {
			continue
		}
		e := t.notes[i].entry
		seq++
		e.Seq = seq
		if e.At == 0 {
			e.At = time.Now().UnixMilli()
		}
		trail.Fill(ctx, e)
		e.Hash = trail.Link(prev, log, e)
		prev = e.Hash
		_, err := t.ExecContext(ctx, logInserts[log], e.Seq, e.At, e.User, e.Name, e.Address, e.Device, e.Kind, e.Via, e.Entity, e.Record,
			e.Label, e.Detail, e.Hash)
		if err != nil {
			return err
		}
	}
	_, err = t.ExecContext(ctx, `UPDATE audit_head SET seq = ?, hash = ? WHERE log = ?`, seq, prev, string(log))
	return err
}

const logColumns = `seq, at, user_id, user_name, address, device, kind, via, entity, record_id, label, detail, hash`

var logTables = map[trail.Log]string{trail.Access: "access_log", trail.Change: "change_log", trail.System: "system_log"}

var logInserts = func() map[trail.Log]string {
	m := map[trail.Log]string{}
	for log, table := range logTables {
		m[log] = `INSERT INTO ` + table + ` (` + logColumns + `) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`
	}
	return m
}()

// LogQuery asks for entries of one log, newest first. Empty parts ask for nothing.
type LogQuery struct {
	Log      trail.Log
	User     crm.ID
	Kinds    []string
	Via      string
	Ref      crm.Ref // a record; with an entity alone all of its kind
	From, To int64   // Unix ms, From <= at < To
	Text     string  // in what the record is called, the user's name or the address
	Before   int64   // entries with a smaller number
	Limit    int
}

// Entries reads a log.
func (s *Store) Entries(ctx context.Context, q LogQuery) ([]trail.Entry, error) {
	where, args := q.where(s.engine.like())
	args = append(args, q.Limit)
	return readEntries(ctx, s.Read(), `SELECT `+logColumns+` FROM `+logTables[q.Log]+` WHERE `+where+` ORDER BY seq DESC LIMIT ?`, args...)
}

func (q *LogQuery) where(like string) (string, []any) {
	var parts []string
	var args []any
	and := func(part string, values ...any) {
		parts = append(parts, part)
		args = append(args, values...)
	}
	if q.Before > 0 {
		and(`seq < ?`, q.Before)
	} else {
		and(`seq > 0`)
	}
	if q.User != 0 {
		and(`user_id = ?`, q.User)
	}
	if q.Ref.Entity != "" {
		and(`entity = ?`, q.Ref.Entity)
	}
	if q.Ref.ID != 0 {
		and(`record_id = ?`, q.Ref.ID)
	}
	if q.From > 0 {
		and(`at >= ?`, q.From)
	}
	if q.To > 0 {
		and(`at < ?`, q.To)
	}
	if q.Via != "" {
		and(`via = ?`, q.Via)
	}
	if len(q.Kinds) > 0 {
		kinds := make([]any, len(q.Kinds))
		for i, k := range q.Kinds {
			kinds[i] = k
		}
		and(`kind IN (`+marks(len(kinds))+`)`, kinds...)
	}
	if q.Text != "" {
		text := containing(q.Text)
		and(`(label`+like+` OR user_name`+like+` OR address`+like+`)`, text, text, text)
	}
	return strings.Join(parts, ` AND `), args
}

// EntriesAfter reads up to limit entries of a log that come after number seq, oldest first.
func (s *Store) EntriesAfter(ctx context.Context, log trail.Log, seq int64, limit int) ([]trail.Entry, error) {
	return readEntries(ctx, s.Read(), `SELECT `+logColumns+` FROM `+logTables[log]+` WHERE seq > ? ORDER BY seq LIMIT ?`, seq, limit)
}

func readEntries(ctx context.Context, q Querier, query string, args ...any) ([]trail.Entry, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []trail.Entry
	for rows.Next() {
		var e trail.Entry
		err := rows.Scan(&e.Seq, &e.At, &e.User, &e.Name, &e.Address, &e.Device, &e.Kind, &e.Via, &e.Entity, &e.Record, &e.Label, &e.Detail, &e.Hash)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// LogHead is the number and hash of a log's last entry; 0 and "" of an empty one.
func (s *Store) LogHead(ctx context.Context, log trail.Log) (seq int64, hash string, err error) {
	err = s.Read().QueryRowContext(ctx, `SELECT seq, hash FROM audit_head WHERE log = ?`, string(log)).Scan(&seq, &hash)
	return seq, hash, err
}

// Log adds entries to a log in a transaction of their own.
func (s *Store) Log(ctx context.Context, log trail.Log, entries ...trail.Entry) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, e := range entries {
			tx.Note(log, e)
		}
		return nil
	})
}
