package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/search"
)

// How records are found by what somebody types (package search makes the words):
//
//   - grams, single Chinese characters, their pairs and pieces of numbers, stand in
//     search_gram, an inverted index of the engine's own: a full-text table without
//     content on SQLite, an array with a GIN index on PostgreSQL. A gram is kept as
//     "<entity>·<gram>", so that every kind of record has lists of its own;
//   - keys, words of Latin letters and the spelling of names, stand in the ordered table
//     search_key and are found by their beginning;
//   - the text itself, folded, stands in the record (search_text), where what the grams
//     found is checked once more: pairs say nothing of what stands between them.
//
// A gram of very many records costs more to look up than it rules out; then the check of
// the text alone decides, in the order of the list, and ends as soon as a page is full.
const (
	commonGram = 5000  // records; beyond it a word is common
	maxByKey   = 20000 // records one beginning of a key may find
	maxPeople  = 5000  // people looked at for the party they belong to, newest first
)

// searchVersion changes when the terms or their form do; the index is then made anew.
const searchVersion = "2"

// gramTokens are the grams as search_gram keeps them.
func gramTokens(entity string, grams []string) []string {
	tokens := make([]string, len(grams))
	for i, gram := range grams {
		if digits, ok := strings.CutPrefix(gram, "#"); ok {
			gram = "№" + digits
		}
		tokens[i] = entity + "·" + gram
	}
	return tokens
}

// PutSearch makes now what a record is found by, in the transaction that writes it. was
// is what it was found by until then; both may be empty. Whoever keeps searchable text
// beside the records, of files or messages, calls it with an entity name and IDs of his
// own and finds them with Search.
func (s *Store) PutSearch(ctx context.Context, tx *Tx, entity string, id crm.ID, was, now search.Document) error {
	if was == now {
		return nil
	}
	if err := putKeys(ctx, tx, entity, id, was.Keys(), now.Keys()); err != nil {
		return err
	}
	grams := now.Grams()
	if slices.Equal(grams, was.Grams()) {
		return nil
	}
	return tx.engine.putGrams(ctx, tx, int64(id), was == search.Document{}, gramTokens(entity, grams))
}

// putKeys writes only what is different: most changes of a record touch no name.
func putKeys(ctx context.Context, tx *Tx, entity string, id crm.ID, was, now []string) error {
	old := make(map[string]bool, len(was))
	for _, key := range was {
		old[key] = true
	}
	var added []string
	for _, key := range now {
		if !old[key] {
			added = append(added, key)
		}
		delete(old, key)
	}
	for key := range old {
		_, err := tx.ExecContext(ctx, `DELETE FROM search_key WHERE entity = ? AND key = ? AND record_id = ?`, entity, key, id)
		if err != nil {
			return err
		}
	}
	const perStatement = 100
	for part := range slices.Chunk(added, perStatement) {
		args := make([]any, 0, 3*len(part))
		for _, key := range part {
			args = append(args, entity, key, id)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO search_key (entity, key, record_id) VALUES (?,?,?)`+
			strings.Repeat(",(?,?,?)", len(part)-1)+` ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// documentOf reads what a record that is not deleted is found by.
func documentOf(ctx context.Context, tx *Tx, e *crm.Entity, id crm.ID) (d search.Document, err error) {
	err = tx.QueryRowContext(ctx, `SELECT search_text, search_digits FROM `+quote(e.Table)+` WHERE id = ? AND deleted_at IS NULL`, id).
		Scan(&d.Text, &d.Digits)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return d, err
}

// Search finds what PutSearch keeps of entity by what was typed, newest first and at
// most limit. It checks neither text nor rights: the caller does, of the few it gets.
func (s *Store) Search(ctx context.Context, q Querier, entity, typed string, limit int) (ids []crm.ID, err error) {
	ctx, done := bounded(ctx)
	defer done(&err)
	b := s.build(nil)
	words := search.Parse(typed)
	for i, w := range words {
		if i > 0 {
			b.WriteString(" INTERSECT ")
		}
		b.WriteString("SELECT id FROM (")
		b.candidates(entity, w, "id")
		b.WriteString(") found" + strconv.Itoa(i))
	}
	if len(words) == 0 {
		return nil, nil
	}
	b.add(" ORDER BY id DESC LIMIT %d", limit)
	return s.ids(ctx, q, b.String(), b.args...)
}

// candidates writes the question for all records that hold a word's terms.
func (b *builder) candidates(entity string, w search.Word, as string) {
	grams, keys := parted(w)
	first := true
	next := func() {
		if !first {
			b.WriteString(" INTERSECT ")
		}
		first = false
	}
	if len(grams) > 0 {
		next()
		query, arg := b.engine.holding(gramTokens(entity, grams))
		b.bind("SELECT id AS "+as+" FROM ("+asID(query)+") g", arg)
	}
	for _, key := range keys {
		next()
		b.add("SELECT record_id AS %s FROM (", as)
		b.key(entity, key)
		b.WriteString(") k")
	}
}

// asID calls the column of the engine's question "id".
func asID(query string) string {
	column, rest, _ := strings.Cut(strings.TrimPrefix(query, "SELECT "), " ")
	return "SELECT " + column + " AS id " + rest
}

func (b *builder) key(entity, key string) {
	b.bind(fmt.Sprintf("SELECT record_id FROM search_key WHERE entity = ? AND key >= ? AND key < ? LIMIT %d", maxByKey),
		entity, key, key+"\U0010ffff")
}

func parted(w search.Word) (grams, keys []string) {
	for _, term := range w.Terms {
		if search.IsGram(term) {
			grams = append(grams, term)
		} else {
			keys = append(keys, term)
		}
	}
	return grams, keys
}

// search writes the condition of a search box: every word is found in the record or,
// where the query asks for that, in one of its people.
func (b *builder) search(e *crm.Entity, people []crm.Child, words []search.Word) {
	for i, w := range words {
		if i > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString("(")
		b.word(e, "a", w, b.common[i])
		for _, p := range people {
			child, ok := b.schema.Entity(p.Entity)
			if !ok {
				continue
			}
			b.add(" OR a.id IN (SELECT ac.%s FROM %s ac WHERE ac.%s IS NOT NULL AND ac.deleted_at IS NULL AND ",
				quote(p.Field), quote(child.Table), quote(p.Field))
			b.scope(child, "ac", p.Scope)
			b.WriteString(" AND ")
			b.word(child, "ac", w, false)
			b.WriteString(")")
		}
		b.WriteString(")")
	}
}

// word writes the condition of one word; common says not to look its grams up.
func (b *builder) word(e *crm.Entity, alias string, w search.Word, common bool) {
	grams, keys := parted(w)
	b.WriteString("(1=1")
	if len(grams) > 0 && !common {
		query, arg := b.engine.holding(gramTokens(e.Name, grams))
		switch {
		case alias != "a":
			query += fmt.Sprintf(" LIMIT %d", maxPeople)
		case b.newest > 0:
			query = fmt.Sprintf("SELECT id FROM (%s) newest ORDER BY id DESC LIMIT %d", asID(query), b.newest)
		}
		b.bind(" AND "+alias+".id IN ("+query+")", arg)
	}
	for _, key := range keys {
		b.WriteString(" AND " + alias + ".id IN (")
		b.key(e.Name, key)
		b.WriteString(")")
	}
	if w.Text != "" && (common || len(grams) > 1) {
		b.bind(" AND "+b.engine.within(alias+".search_text"), w.Text)
	}
	if w.Digits != "" {
		b.bind(" AND ("+b.engine.within(alias+".search_digits")+" OR "+b.engine.within(alias+".search_text")+")", w.Digits, w.Digits)
	}
	b.WriteString(")")
}

// weigh finds out which words of a search are common, before the statement is built,
// and whether one of them is in no record at all.
func (b *builder) weigh(ctx context.Context, q Querier, e *crm.Entity, query *crm.Query) (none bool, err error) {
	if query.Search == "" {
		return false, nil
	}
	words := search.Parse(query.Search)
	b.common = make([]bool, len(words))
	if len(words) == 0 {
		return true, nil
	}
	for i, w := range words {
		n, err := b.holders(ctx, q, e.Name, w)
		if err != nil {
			return false, err
		}
		b.common[i] = n > commonGram
		b.many = len(words) == 1 && n > pickFrom*query.Limit
		if n == 0 && len(query.People) == 0 {
			return true, nil
		}
	}
	return false, nil
}

// holders counts the records of a word as far as it matters; 1 stands for some.
func (b *builder) holders(ctx context.Context, q Querier, entity string, w search.Word) (n int, err error) {
	grams, keys := parted(w)
	if len(grams) > 0 && b.engine.countsFirst() {
		holding, arg := b.engine.holding(gramTokens(entity, grams))
		err := q.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(*) FROM (%s LIMIT %d) counted`, holding, commonGram+1), arg).Scan(&n)
		if err != nil || n == 0 {
			return n, err
		}
	}
	for _, key := range keys {
		var found int64
		err := q.QueryRowContext(ctx, `SELECT record_id FROM search_key WHERE entity = ? AND key >= ? AND key < ? LIMIT 1`,
			entity, key, key+"\U0010ffff").Scan(&found)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
	}
	return max(n, 1), nil
}

// refreshSearch makes the index anew after its form has changed.
func (s *Store) refreshSearch(ctx context.Context, schema *crm.Schema) error {
	version, err := s.Setting(ctx, "search.version")
	if err != nil || version == searchVersion {
		return err
	}
	err = s.Write(ctx, func(tx *Tx) error {
		for _, query := range []string{`DELETE FROM search_key`, `DELETE FROM search_gram`, `UPDATE file_text SET state = 'waiting', tries = 0, text = ''`} {
			if _, err := tx.ExecContext(ctx, query); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range schema.Entities() {
		if err := s.refreshEntity(ctx, e); err != nil {
			return fmt.Errorf("search index of %s: %w", e.Name, err)
		}
	}
	return s.SetSetting(ctx, "search.version", searchVersion)
}

func (s *Store) refreshEntity(ctx context.Context, e *crm.Entity) error {
	const perTransaction = 500
	var last int64
	for more := true; more; {
		err := s.Write(ctx, func(tx *Tx) error {
			documents, ids, err := documentsAfter(ctx, tx, e, last, perTransaction)
			if err != nil {
				return err
			}
			for i, id := range ids {
				if err := s.PutSearch(ctx, tx, e.Name, id, search.Document{}, documents[i]); err != nil {
					return err
				}
				last = int64(id)
			}
			more = len(ids) == perTransaction
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func documentsAfter(ctx context.Context, q Querier, e *crm.Entity, after int64, limit int) (list []search.Document, ids []crm.ID, err error) {
	rows, err := q.QueryContext(ctx, `SELECT id, search_text, search_digits FROM `+quote(e.Table)+`
		WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT ?`, after, limit)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id crm.ID
		var d search.Document
		if err := rows.Scan(&id, &d.Text, &d.Digits); err != nil {
			return nil, nil, err
		}
		ids, list = append(ids, id), append(list, d)
	}
	return list, ids, rows.Err()
}
