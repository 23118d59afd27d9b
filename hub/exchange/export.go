package exchange

import (
	"context"
	"crypto/rand"
	"io"
	"slices"
	"time"

	"bellhop/hub/audit"
	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// Wish is a list that somebody wants as a file.
type Wish struct {
	Query    crm.Query
	IDs      []crm.ID // these records alone, of the query's entity
	Columns  []string // fields and createdAt, updatedAt, in their order; empty for the list's own
	Format   string   // xlsx, csv
	Encoding string   // of csv: utf-8, gb18030
}

// Formats of an export.
const (
	XLSX = "xlsx"
	CSV  = "csv"
)

// pendingExport is allowed and waits for its download.
type pendingExport struct {
	who    *rights.Rights
	lang   string
	wish   Wish
	taking *audit.Taking
	until  time.Time
}

const (
	pendingFor   = 10 * time.Minute
	maxPending   = 200
	maxExportIDs = 20_000
	exportPage   = records.MaxLimit
)

// PrepareExport checks a wish and returns the token its file is fetched with, once.
// taking is the audit's leave.
func (x *Service) PrepareExport(who *rights.Rights, lang string, w Wish, leave func(w *Wish) (*audit.Taking, error)) (string, error) {
	e, ok := x.Records.Schema().Entity(w.Query.Entity)
	if !ok || !who.May(e.Name, rights.Read) {
		return "", crm.ErrNotFound
	}
	if !who.May(e.Name, rights.Export) {
		return "", &crm.Error{Code: crm.Forbidden, Key: "export.forbidden"}
	}
	if w.Format == "" {
		w.Format = XLSX
	}
	if !slices.Contains([]string{XLSX, CSV}, w.Format) || !slices.Contains([]string{"", "utf-8", "gb18030"}, w.Encoding) || len(w.IDs) > maxExportIDs {
		return "", &crm.Error{Code: crm.Invalid, Key: "export.bad_wish"}
	}
	if len(w.Columns) == 0 {
		w.Columns = e.List.Columns
	}
	kept := make([]string, 0, len(w.Columns))
	for _, key := range w.Columns {
		if crm.SystemField(key) {
			kept = append(kept, key)
			continue
		}
		// What is hidden from the user doesn't exist for him: a shared view stays usable.
		if f, ok := e.Field(key); ok && who.MayRead(e, f) && !slices.Contains(kept, key) {
			kept = append(kept, key)
		}
	}
	if w.Columns = kept; len(kept) == 0 {
		return "", &crm.Error{Code: crm.Invalid, Key: "export.no_columns"}
	}
	// One row, so that a wrong filter is told before a download begins.
	probe := w.Query
	probe.Limit = 1
	if _, err := x.Records.Query(context.Background(), who, probe); err != nil {
		return "", err
	}
	taking, err := leave(&w)
	if err != nil {
		return "", err
	}
	return x.pend(&pendingExport{who: who, lang: lang, wish: w, taking: taking, until: time.Now().Add(pendingFor)})
}

func (x *Service) pend(p *pendingExport) (string, error) {
	token := rand.Text()
	x.mu.Lock()
	defer x.mu.Unlock()
	for key, old := range x.exports {
		if time.Now().After(old.until) {
			delete(x.exports, key)
		}
	}
	if len(x.exports) >= maxPending {
		return "", &crm.Error{Code: crm.Unavailable, Key: "export.busy"}
	}
	x.exports[token] = p
	return token, nil
}

// Download is a file about to leave.
type Download struct {
	x       *Service
	pending *pendingExport
	Name    string
	Type    string
}

// Fetch gives the file of a token to the user who asked for it, once.
func (x *Service) Fetch(who *rights.Rights, token string) (*Download, error) {
	x.mu.Lock()
	p := x.exports[token]
	if p != nil && p.who.User.ID == who.User.ID {
		delete(x.exports, token)
	}
	x.mu.Unlock()
	if p == nil || p.who.User.ID != who.User.ID || time.Now().After(p.until) {
		return nil, &crm.Error{Code: crm.NotFound, Key: "export.gone"}
	}
	p.who = who // his rights as they are now
	if !who.May(p.wish.Query.Entity, rights.Export) {
		return nil, &crm.Error{Code: crm.Forbidden, Key: "export.forbidden"}
	}
	d := &Download{x: x, pending: p, Type: "text/csv; charset=" + or(p.wish.Encoding, "utf-8")}
	if p.wish.Format == XLSX {
		d.Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	plural := x.Records.Schema().Labels.Text(p.lang, p.wish.Query.Entity+".plural", nil)
	d.Name = plural + "-" + time.Now().Format("20060102-1504") + "." + p.wish.Format
	return d, nil
}

// Write streams the file: a page of records after the other, by keyset, each pruned and
// masked for the user. What left is told to the audit, also when the reader goes away.
func (d *Download) Write(ctx context.Context, w io.Writer) error {
	p := d.pending
	e, _ := d.x.Records.Schema().Entity(p.wish.Query.Entity)
	s := &sheetRows{x: d.x, who: p.who, lang: p.lang, e: e, columns: p.wish.Columns}
	var out writer
	if p.wish.Format == CSV {
		out = newCSV(w, p.wish.Encoding)
	} else {
		out = newXLSX(w, d.x.Records.Schema().Labels.Text(p.lang, e.Name+".plural", nil), s.widths())
	}
	err := out.row(s.head())
	if err == nil {
		err = d.pages(ctx, func(rows []*records.Row) error {
			ids := make([]crm.ID, len(rows))
			for i, r := range rows {
				ids[i] = r.ID
			}
			// First the log, then the data: what left is never unknown.
			if p.taking != nil {
				if err := p.taking.Add(ctx, ids...); err != nil {
					return err
				}
			}
			for _, r := range rows {
				if err := out.row(s.cells(r)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if p.taking != nil {
		if doneErr := p.taking.Done(context.WithoutCancel(ctx)); err == nil {
			err = doneErr
		}
	}
	if err != nil {
		return err // the file stays cut off, so that nobody takes it for a whole one
	}
	return out.close()
}

// pages gives the records of the wish, a page at a time.
func (d *Download) pages(ctx context.Context, fn func([]*records.Row) error) error {
	w := d.pending.wish
	queries := []crm.Query{w.Query}
	if len(w.IDs) > 0 {
		queries = nil
		for ids := range slices.Chunk(w.IDs, exportPage) {
			q := w.Query
			q.IDs = ids
			queries = append(queries, q)
		}
	}
	for _, q := range queries {
		q.Limit, q.Count, q.After = exportPage, false, ""
		for {
			page, err := d.x.Records.Query(ctx, d.pending.who, q)
			if err != nil {
				return err
			}
			if err := fn(page.Rows); err != nil {
				return err
			}
			if page.Next == "" {
				break
			}
			q.After = page.Next
		}
	}
	return nil
}
