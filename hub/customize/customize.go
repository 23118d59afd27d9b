// Package customize lets an office change the definitions: names, fields, choices,
// forms, lists, numbers, options, modules. Every change is checked as a whole, kept as
// rows above the code, logged, and served to the next request.
package customize

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/label"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Service changes the definitions records are served by. Its methods may be called
// from any goroutine.
type Service struct {
	store   *store.Store
	records *records.Records
	log     *slog.Logger

	changing sync.Mutex // one change at a time
	mu       sync.Mutex
	changed  []func(rev int64)
	work     sync.WaitGroup
}

// New returns a Service; Load serves what the office changed before.
func New(s *store.Store, r *records.Records, log *slog.Logger) *Service {
	if log == nil {
		log = slog.Default()
	}
	return &Service{store: s, records: r, log: log}
}

// Load compiles what the office changed and serves it.
func (s *Service) Load(ctx context.Context) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	schema, err := s.compile(ctx, s.store.Read())
	if err != nil {
		return err
	}
	for _, p := range schema.Problems {
		s.log.Warn("a change of the office no longer fits", "entity", p.Entity, "field", p.Field, "err", p.Err)
	}
	if err := s.store.Prepare(ctx, schema); err != nil {
		return err
	}
	s.records.SetSchema(schema)
	return nil
}

// Refresh loads again what another process changed.
func (s *Service) Refresh(ctx context.Context) error {
	rev, err := s.store.MetaRev(ctx)
	if err != nil || rev == s.records.Schema().Rev {
		return err
	}
	return s.Load(ctx)
}

// Wait ends when all work behind earlier changes has: indexes, recomputed formulas.
func (s *Service) Wait() { s.work.Wait() }

func (s *Service) compile(ctx context.Context, q store.Querier) (*crm.Schema, error) {
	overlay, err := s.store.Overlay(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.records.Schema().Base().With(overlay)
}

// OnChange registers fn to hear of every change, with the number of the definitions.
func (s *Service) OnChange(fn func(rev int64)) {
	s.mu.Lock()
	s.changed = append(s.changed, fn)
	s.mu.Unlock()
}

// note says in the system log what was changed.
type note struct {
	Kind   string // "field", "dictionary"
	Entity string
	Label  string
	Detail any
	seen   seen
}

// seen is what a change is made on top of: the number of the definitions its author had
// before him, 0 for whatever there is, and the things he changes. If one of them was
// changed since, he is told who did it and nothing is written.
type seen struct {
	rev    int64
	things []string
}

func (s *Service) unseen(ctx context.Context, tx *store.Tx, by seen) error {
	for _, thing := range by.things {
		rev, author, err := s.store.Touched(ctx, tx, thing)
		if err != nil {
			return err
		}
		if by.rev > 0 && rev > by.rev {
			return &crm.Error{Code: crm.Conflict, Key: "customize.changed_meanwhile", Args: map[string]string{"name": author}}
		}
	}
	return nil
}

// change writes what fn does, compiles the result and serves it. Whatever fn or the
// definitions refuse leaves everything as it was.
func (s *Service) change(ctx context.Context, who *rights.Rights, about note, fn func(tx *store.Tx) error) error {
	if !who.Administrates() {
		return errForbidden
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	detail, err := json.Marshal(about.Detail)
	if err != nil {
		return err
	}
	var schema *crm.Schema
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := s.unseen(ctx, tx, about.seen); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		if err := s.store.NextMeta(ctx, tx); err != nil {
			return err
		}
		for _, thing := range about.seen.things {
			if err := s.store.Touch(ctx, tx, thing, who.User.Name); err != nil {
				return err
			}
		}
		tx.Note(trail.System, trail.Entry{At: time.Now().UnixMilli(), User: int64(who.User.ID), Name: who.User.Name,
			Kind: "customize." + about.Kind, Entity: about.Entity, Label: about.Label, Detail: string(detail)})
		var err error
		if schema, err = s.compile(ctx, tx); err != nil {
			return err
		}
		return s.fits(schema)
	})
	if err != nil {
		return err
	}
	s.records.SetSchema(schema)
	s.mu.Lock()
	changed := s.changed
	s.mu.Unlock()
	for _, fn := range changed {
		fn(schema.Rev)
	}
	return nil
}

var errForbidden = &crm.Error{Code: crm.Forbidden, Key: "user.forbidden"}

// fits refuses a change that makes something fail which worked before.
func (s *Service) fits(schema *crm.Schema) error {
	before := map[string]bool{}
	for _, p := range s.records.Schema().Problems {
		before[p.Entity+"."+p.Field] = true
	}
	for _, p := range schema.Problems {
		if before[p.Entity+"."+p.Field] {
			continue
		}
		var bad *field.Error
		if errors.As(p.Err, &bad) {
			return &crm.Error{Code: crm.Invalid, Key: bad.Key, Args: bad.Args, Field: "formula"}
		}
		return fmt.Errorf("field %s.%s: %w", p.Entity, p.Field, p.Err)
	}
	return nil
}

func invalid(key, at string, args ...string) error {
	e := &crm.Error{Code: crm.Invalid, Key: key, Field: at, Args: map[string]string{}}
	for i := 0; i+1 < len(args); i += 2 {
		e.Args[args[i]] = args[i+1]
	}
	return e
}

// Texts are what something is called, by language. An empty text goes back to the
// code's.
type Texts map[string]string

const maxLabel = 40

// check trims texts and refuses what can't be shown.
func (t Texts) check(at string, needed bool) (Texts, error) {
	out := Texts{}
	some := false
	for lang, text := range t {
		known := false
		for _, l := range label.Langs {
			known = known || l == lang
		}
		text = strings.Join(strings.Fields(text), " ")
		switch {
		case !known:
			return nil, invalid("customize.no_language", at, "name", lang)
		case !utf8.ValidString(text) || strings.ContainsAny(text, "{}"):
			return nil, invalid("customize.bad_label", at)
		case utf8.RuneCountInString(text) > maxLabel:
			return nil, invalid("field.too_long", at, "max", "40")
		}
		some = some || text != ""
		out[lang] = text
	}
	if needed && !some {
		return nil, invalid("customize.label_needed", at)
	}
	return out, nil
}

// full gives every language a text, for what the code has none for.
func (t Texts) full() Texts {
	out := Texts{}
	any := ""
	for _, lang := range label.Langs {
		if any == "" {
			any = t[lang]
		}
	}
	for _, lang := range label.Langs {
		out[lang] = t[lang]
		if out[lang] == "" {
			out[lang] = any
		}
	}
	return out
}

func (s *Service) setTexts(ctx context.Context, tx *store.Tx, key string, texts Texts) error {
	for lang, text := range texts {
		if text == s.records.Schema().Base().Labels.Own(lang, key) {
			text = "" // as the code has it
		}
		if err := s.store.SetLabel(ctx, tx, key, lang, text); err != nil {
			return err
		}
	}
	return nil
}

// texts reads what something is called in every language.
func texts(schema *crm.Schema, key string) Texts {
	out := Texts{}
	for _, lang := range label.Langs {
		out[lang] = schema.Labels.Own(lang, key)
	}
	return out
}

// Rev is the number of the definitions served now.
func (s *Service) Rev() int64 { return s.records.Schema().Rev }

// asDelivered takes every text of the office for key away.
func (s *Service) asDelivered(ctx context.Context, tx *store.Tx, keys ...string) error {
	for _, key := range keys {
		for _, lang := range label.Langs {
			if err := s.store.SetLabel(ctx, tx, key, lang, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// renamed tells whether the office calls something otherwise than the code.
func renamed(schema *crm.Schema, keys ...string) bool {
	for _, key := range keys {
		for _, lang := range label.Langs {
			if schema.Labels.Own(lang, key) != schema.Base().Labels.Own(lang, key) {
				return true
			}
		}
	}
	return false
}

// entity finds one that is switched on.
func (s *Service) entity(name string) (*crm.Schema, *crm.Entity, error) {
	schema := s.records.Schema()
	e, ok := schema.Entity(name)
	if !ok {
		return nil, nil, crm.ErrNotFound
	}
	return schema, e, nil
}
