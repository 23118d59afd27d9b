package files

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/files/words"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/search"
)

const (
	maxTries  = 3
	restEvery = time.Minute // when nobody says that there is something to do
)

// Run reads the content of what was uploaded, one file after the other, until ctx ends.
// What was not read by then is read when it runs again.
func (f *Files) Run(ctx context.Context, log *slog.Logger) {
	for {
		more, err := f.readNext(ctx)
		if err != nil && ctx.Err() == nil {
			log.Warn("file not read for the search", "err", err)
		}
		if more && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-f.added:
		case <-time.After(restEvery):
		}
	}
}

// readNext reads one file, and tells whether there was one to read.
func (f *Files) readNext(ctx context.Context) (more bool, err error) {
	file, err := f.store.NextFile(ctx, maxTries)
	if crm.IsCode(err, crm.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	text, err := words.Read(ctx, file.Name, f.path(file.Hash))
	if ctx.Err() != nil {
		return false, ctx.Err() // it is tried again
	}
	// A broken file is found by its name, and by as much as could be read.
	if kept := f.store.FileRead(ctx, file.ID, document(file.Name, text)); kept != nil {
		return false, kept
	}
	return true, err
}

// perText is how much of one text the search takes; a longer one is cut into several.
const perText = 20_000

func document(name, text string) search.Document {
	var texts []string
	for part := range slices.Chunk([]rune(text), perText) {
		texts = append(texts, string(part))
	}
	return search.Document{Text: search.Compose([]string{name}, texts)}
}

const (
	candidates = 100  // looked at in one go
	mostLooked = 1000 // in all; beyond it the words are too common to search by
)

// Find gives files by words in their names or contents that hang on a record which
// shows them to the user: as hits on that record, called by the file's name.
func (f *Files) Find(ctx context.Context, who *rights.Rights, typed string, limit int) (hits []records.Hit, err error) {
	kinds := f.kinds(who)
	if len(kinds) == 0 {
		return nil, nil
	}
	for skip := 0; skip < mostLooked; skip += candidates {
		list, more, err := f.store.FindFiles(ctx, typed, skip, candidates)
		if err != nil {
			return nil, err
		}
		for _, file := range list {
			holders, err := f.store.FileHolders(ctx, file.ID, kinds, mostHolders)
			if err != nil {
				return nil, err
			}
			for _, h := range holders {
				row, err := f.shown(ctx, who, h.Ref, h.Field, int64(file.ID))
				if err != nil {
					return nil, err
				}
				if row != nil {
					hits = append(hits, records.Hit{Ref: h.Ref, Label: file.Name, Sub: strings.TrimSpace(row.Label + "  " + around(file.Text, typed))})
					break
				}
			}
			if len(hits) == limit {
				return hits, nil
			}
		}
		if !more {
			break
		}
	}
	return hits, nil
}

// shown is the record if it shows the file to the user, nil if not.
func (f *Files) shown(ctx context.Context, who *rights.Rights, ref crm.Ref, key string, file int64) (*records.Row, error) {
	row, err := f.records.Get(ctx, who, ref)
	if crm.IsCode(err, crm.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list, _ := row.Values[key].([]field.File)
	if !slices.ContainsFunc(list, func(has field.File) bool { return has.ID == file }) {
		return nil, nil
	}
	return row, nil
}

const context_ = 16 // characters before and after what was found

// around is the piece of a file's content where what was typed stands, "" where only its
// name holds it.
func around(text, typed string) string {
	_, content, _ := strings.Cut(text, "\n")
	for _, w := range search.Parse(typed) {
		wanted := w.Text
		if wanted == "" && len(w.Terms) > 0 {
			wanted = strings.TrimPrefix(w.Terms[0], "#")
		}
		at := strings.Index(content, wanted)
		if wanted == "" || at < 0 {
			continue
		}
		before, after := []rune(content[:at]), []rune(content[at:])
		from, to := max(0, len(before)-context_), min(len(after), context_+len([]rune(wanted)))
		return "…" + string(before[from:]) + string(after[:to]) + "…"
	}
	return ""
}
