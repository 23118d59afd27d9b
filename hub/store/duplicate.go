package store

import (
	"context"
	"encoding/json"
	"strings"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/search"
)

// MatchKind is what a field's values are compared under across entities: a mail
// address with every mail address, a WeChat name with every WeChat name; "" is not
// compared. Telephone numbers and titles are compared by keys of their own.
func MatchKind(e *crm.Entity, f *field.Field) string {
	switch {
	case f.Type.Name() == "email":
		return "email"
	case f.IM != "" && f.IM != "other":
		return f.IM
	case f.Compared && f.Key != e.Title:
		return f.Key
	}
	return ""
}

// MatchValue is the form a value is compared in.
func MatchValue(s string) string { return search.Fold(s) }

// NameKind is what the names of e are compared under, without the words that every
// second one holds: 金鼎机电 meets 金鼎机电有限公司.
func NameKind(e *crm.Entity) string { return "name:" + e.Name }

// NameKey is the form a name is compared in.
func NameKey(name string) string {
	if core := search.Core(name, search.IgnoredWords); core != "" {
		return core
	}
	return search.Fold(name)
}

func insertMatchKeys(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow) error {
	if name := r.Text(e.Title); name != "" && e.Party {
		_, err := tx.ExecContext(ctx, `INSERT INTO match_key (kind, value, entity, record_id, field) VALUES (?,?,?,?,?)`,
			NameKind(e), MatchValue(NameKey(name)), e.Name, r.ID, e.Title)
		if err != nil {
			return err
		}
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		kind := MatchKind(e, f)
		text, _ := r.Values[f.Key].(string)
		if kind == "" || text == "" {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO match_key (kind, value, entity, record_id, field) VALUES (?,?,?,?,?)`,
			kind, MatchValue(text), e.Name, r.ID, f.Key)
		if err != nil {
			return err
		}
	}
	return nil
}

// Matches finds the records, of any entity, that hold value under kind; newest first.
func (s *Store) Matches(ctx context.Context, kind, value string, limit int) ([]crm.Ref, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT entity, record_id FROM match_key WHERE kind = ? AND value = ?
		ORDER BY record_id DESC LIMIT ?`, kind, MatchValue(value), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var refs []crm.Ref
	for rows.Next() {
		var ref crm.Ref
		if err := rows.Scan(&ref.Entity, &ref.ID); err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, rows.Err()
}

// Bounds of a search for similar names, so that it costs the same at a million records.
const (
	countedTerm = 300 // beyond it a term is just "common"
	rareTerms   = 3
	maxNamed    = 300
)

// NameCandidates finds records of e whose words hold some of terms: the rarest few
// decide, for a common one says nothing. The caller compares the names.
func (s *Store) NameCandidates(ctx context.Context, e *crm.Entity, terms []string) (map[int64]string, error) {
	rare, err := s.rarest(ctx, e.Name, terms)
	if err != nil {
		return nil, err
	}
	found := map[int64]bool{}
	for i, term := range rare {
		with := ""
		if term.n > countedTerm && len(rare) > 1 {
			with = rare[(i+1)%len(rare)].term
		}
		if err := s.holders(ctx, e.Name, term.term, with, found); err != nil {
			return nil, err
		}
	}
	ids := make([]int64, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return s.Labels(ctx, s.readers, nil, e, ids, crm.Scope{All: true})
}

type countedName struct {
	term string
	n    int
}

func (s *Store) rarest(ctx context.Context, entity string, terms []string) ([]countedName, error) {
	var counted []countedName
	for _, term := range terms {
		c := countedName{term: term}
		query, args := s.holdingTerms(entity, term)
		err := s.readers.QueryRowContext(ctx, `SELECT count(*) FROM (`+query+` LIMIT ?) counted`, append(args, countedTerm+1)...).Scan(&c.n)
		if err != nil {
			return nil, err
		}
		if c.n == 0 {
			continue
		}
		at := len(counted)
		for at > 0 && counted[at-1].n > c.n {
			at--
		}
		counted = append(counted[:at], append([]countedName{c}, counted[at:]...)...)
	}
	return counted[:min(len(counted), rareTerms)], nil
}

// holdingTerms is a question for the records whose words hold all of terms.
func (s *Store) holdingTerms(entity string, terms ...string) (query string, args []any) {
	var grams, questions []string
	for _, term := range terms {
		if search.IsGram(term) {
			grams = append(grams, term)
			continue
		}
		questions = append(questions, `SELECT record_id AS id FROM search_key WHERE entity = ? AND key = ?`)
		args = append(args, entity, term)
	}
	if len(grams) > 0 {
		holding, arg := s.engine.holding(gramTokens(entity, grams))
		questions, args = append(questions, asID(holding)), append(args, arg)
	}
	return strings.Join(questions, ` INTERSECT `), args
}

func (s *Store) holders(ctx context.Context, entity, term, with string, found map[int64]bool) error {
	terms := []string{term}
	if with != "" {
		terms = append(terms, with)
	}
	query, args := s.holdingTerms(entity, terms...)
	query = `SELECT id FROM (` + query + `) newest ORDER BY id DESC LIMIT ?`
	rows, err := s.readers.QueryContext(ctx, query, append(args, maxNamed)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		found[id] = true
	}
	return rows.Err()
}

// DuplicatePass is the record of somebody who saved in spite of a match.
type DuplicatePass struct {
	At      int64
	User    crm.ID
	Name    string // what the user is called now
	Ref     crm.Ref
	Reason  string
	Matches string // JSON
}

// PassDuplicate keeps p, and notes who and why in the change log.
func (s *Store) PassDuplicate(ctx context.Context, p DuplicatePass) error {
	detail, err := json.Marshal(map[string]string{"reason": p.Reason})
	if err != nil {
		return err
	}
	return s.Write(ctx, func(tx *Tx) error {
		tx.Note(trail.Change, trail.Entry{At: p.At, User: int64(p.User), Name: p.Name, Kind: "duplicate",
			Entity: p.Ref.Entity, Record: int64(p.Ref.ID), Detail: string(detail)})
		_, err := tx.ExecContext(ctx, `INSERT INTO duplicate_pass (id, at, user_id, entity, record_id, reason, matches) VALUES (?,?,?,?,?,?,?)`,
			crm.NewID(), p.At, p.User, p.Ref.Entity, p.Ref.ID, p.Reason, p.Matches)
		return err
	})
}

// DuplicatePasses returns those of one record, newest first.
func (s *Store) DuplicatePasses(ctx context.Context, ref crm.Ref) ([]DuplicatePass, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT at, user_id, reason, matches FROM duplicate_pass
		WHERE entity = ? AND record_id = ? ORDER BY id DESC LIMIT 50`, ref.Entity, ref.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []DuplicatePass
	for rows.Next() {
		p := DuplicatePass{Ref: ref}
		if err := rows.Scan(&p.At, &p.User, &p.Reason, &p.Matches); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}
