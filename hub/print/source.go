package print

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/options"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// words are the texts of one language.
type words struct {
	schema *crm.Schema
	lang   string
}

func (w words) text(key string) string { return w.schema.Labels.Text(w.lang, key, nil) }

// own is one of this package's texts.
func (w words) own(key string) string { return w.text("print." + key) }

// fieldLabel is what a field is called, "" for one the user may not see.
func (w words) fieldLabel(who *rights.Rights, e *crm.Entity, f *field.Field) string {
	if !who.MayRead(e, f) {
		return ""
	}
	return w.text(e.Name + ".fields." + f.Path())
}

// labelOf is what a path is called.
func (w words) labelOf(who *rights.Rights, e *crm.Entity, path string) string {
	key, rest, deep := strings.Cut(path, ".")
	switch {
	case path == e.Name:
		return w.text(e.Name + ".label")
	case crm.SystemField(path), key == "office", key == "mail", key == "print":
		return w.own("fields." + path)
	case key == "sections":
		return w.text(e.Name + "." + path)
	}
	f, ok := e.Field(key)
	if !ok {
		return ""
	}
	if !deep {
		return w.fieldLabel(who, e, f)
	}
	if f.Type == field.Lines {
		if sub, ok := f.Line(rest); ok && who.MayRead(e, f) {
			return w.fieldLabel(who, e, sub)
		}
		return ""
	}
	target, ok := w.schema.Entity(f.Ref)
	if !ok || !who.MayRead(e, f) || !who.May(target.Name, rights.Read) {
		return ""
	}
	if sub, ok := target.Field(rest); ok {
		return w.fieldLabel(who, target, sub)
	}
	return ""
}

// source is a record as one user may see it on paper.
type source struct {
	words
	ctx    context.Context
	s      *Service
	who    *rights.Rights
	e      *crm.Entity
	row    *records.Row
	kept   *kept // nil where what stands today is wanted: envelopes, labels
	office map[string]string
	clock  clock
	many   bool // one of several: what is masked in lists is masked
	refs   map[string]*records.Row
	err    error
}

func (s *source) Label(path string) string { return s.labelOf(s.who, s.e, path) }

func (s *source) Text(path string) string {
	key, rest, deep := strings.Cut(path, ".")
	switch {
	case key == "office":
		return s.office[rest]
	case key == "mail":
		return s.mail(rest)
	case path == "print.user":
		return s.who.User.Name
	case key == "print":
		return s.clock.text(path)
	case path == "createdAt":
		return moment(s.row.CreatedAt)
	case path == "updatedAt":
		return moment(s.row.UpdatedAt)
	}
	f, ok := s.e.Field(key)
	if !ok || !s.who.MayRead(s.e, f) {
		return ""
	}
	if !deep {
		return s.show(s.e, f, s.row.Values[key])
	}
	target, f2, v := s.through(f, rest)
	if f2 == nil {
		return ""
	}
	return s.show(target, f2, v)
}

// through reads a field of the record a reference points to, as it was when the document
// was first printed.
func (s *source) through(f *field.Field, rest string) (*crm.Entity, *field.Field, any) {
	ref, ok := s.row.Values[f.Key].(field.Ref)
	target, known := s.schema.Entity(f.Ref)
	if !ok || !known {
		return nil, nil, nil
	}
	f2, ok := target.Field(rest)
	if !ok || !s.who.MayRead(target, f2) {
		return nil, nil, nil
	}
	row := s.referred(target, ref)
	if row == nil {
		return nil, nil, nil
	}
	v := row.Values[f2.Key]
	// What this user sees covered is neither kept nor uncovered by what was.
	if s.who.Masks(target, f2) || s.many && f2.Mask != "" {
		return target, f2, v
	}
	return target, f2, s.kept.value(refKey(target.Name, ref.ID), f2, v)
}

// referred reads a record this one refers to, if the user may.
func (s *source) referred(target *crm.Entity, ref field.Ref) *records.Row {
	key := refKey(target.Name, ref.ID)
	row, ok := s.refs[key]
	if ok {
		return row
	}
	row, err := s.s.Records.Get(s.ctx, s.who, crm.Ref{Entity: target.Name, ID: crm.ID(ref.ID)})
	if err != nil && !crm.IsCode(err, crm.NotFound) && s.err == nil {
		s.err = err
	}
	if err == nil && s.many {
		s.who.Cover(&row.Record)
	}
	if err != nil {
		row = nil
	}
	s.refs[key] = row
	return row
}

// show writes a value for paper: names as they were, every number, whole texts.
func (s *source) show(e *crm.Entity, f *field.Field, v any) string {
	switch v := v.(type) {
	case field.Ref:
		return s.kept.label(refKey(f.Ref, v.ID), v.Label)
	case []field.Ref:
		return joined(v, func(r field.Ref) string { return s.kept.label(refKey(f.Ref, r.ID), r.Label) })
	case field.Person:
		return s.kept.label(refKey("user", v.ID), v.Name)
	case []field.Phone:
		return joined(v, func(p field.Phone) string { return p.Display })
	case []field.Line:
		return ""
	case bool:
		if v {
			return s.own("yes")
		}
		return s.own("no")
	case string:
		if f.Type == field.LongText {
			return v
		}
	}
	return s.s.Records.Text(s.lang, e, f, v)
}

func moment(ms int64) string { return time.UnixMilli(ms).Format("2006-01-02 15:04") }

func joined[T any](list []T, name func(T) string) string {
	var names []string
	for i := range list {
		if n := name(list[i]); n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}

func (s *source) Words(path string) string {
	f, ok := s.e.Field(path)
	if !ok || !s.who.MayRead(s.e, f) {
		return ""
	}
	m, ok := s.row.Values[path].(field.Money)
	if !ok {
		return ""
	}
	if words := field.Capital(m); words != "" {
		return words
	}
	return s.Text(path)
}

func (s *source) lines(key string) (*field.Field, []field.Line) {
	f, ok := s.e.Field(key)
	if !ok || f.Type != field.Lines || !s.who.MayRead(s.e, f) {
		return nil, nil
	}
	list, _ := s.row.Values[key].([]field.Line)
	return f, list
}

func (s *source) Rows(lines string) int {
	_, list := s.lines(lines)
	return len(list)
}

func (s *source) Cell(lines string, row int, key string) string {
	f, list := s.lines(lines)
	if f == nil || row >= len(list) {
		return ""
	}
	sub, ok := f.Line(key)
	if !ok || !s.who.MayRead(s.e, sub) {
		return ""
	}
	return s.show(s.e, sub, list[row].Values[key])
}

// Sum adds what can be added: numbers, and amounts of one currency.
func (s *source) Sum(lines, key string, from, to int) string {
	f, list := s.lines(lines)
	if f == nil {
		return ""
	}
	sub, ok := f.Line(key)
	if !ok || !s.who.MayRead(s.e, sub) || s.who.Masks(s.e, sub) {
		return ""
	}
	var sum any
	for _, line := range list[min(from, len(list)):min(to, len(list))] {
		switch v := line.Values[key].(type) {
		case field.Decimal:
			before, _ := sum.(field.Decimal)
			sum = before + v
		case int64:
			before, _ := sum.(int64)
			sum = before + v
		case field.Money:
			before, ok := sum.(field.Money)
			if sum != nil && (!ok || before.Currency != v.Currency) {
				return ""
			}
			sum = field.Money{Units: before.Units + v.Units, Currency: v.Currency}
		}
	}
	return s.show(s.e, sub, sum)
}

func (s *source) Right(lines, key string) bool {
	f, ok := s.e.Field(lines)
	if !ok {
		return false
	}
	sub, ok := f.Line(key)
	return ok && rightAligned(sub)
}

func rightAligned(f *field.Field) bool {
	switch field.ResultOf(f.Type) {
	case field.Amount, field.Fraction, field.Int, field.Percent:
		return true
	}
	return false
}

// mail is where a letter about the record goes.
func (s *source) mail(what string) string {
	by, ok := mailHolder(s.e)
	if !ok {
		return ""
	}
	e, row, prefix := s.e, s.row, ""
	for _, key := range by {
		f, _ := s.e.Field(key)
		ref, filled := s.row.Values[key].(field.Ref)
		if target, known := s.schema.Entity(f.Ref); filled && known && s.who.MayRead(s.e, f) {
			if at := s.referred(target, ref); at != nil {
				e, row, prefix = target, at, key+"."
				break
			}
		}
	}
	if prefix == "" && len(by) > 0 {
		e = nil // it refers to nobody the user may see
	}
	part := func(key string) string {
		if e == nil {
			return ""
		}
		return s.Text(prefix + key)
	}
	switch what {
	case "address":
		region, address := part("region"), part("address")
		return joinPlaces(region, address)
	case "postcode":
		return part("postcode")
	case "phone":
		return first(s.Text("phones"), part("phones"))
	}
	company, person := s.addressee(e, row, part)
	if what == "company" {
		return company
	}
	if what == "to" && person+company != "" {
		return first(person, "") + s.own("receives")
	}
	return ""
}

// joinPlaces writes a region before an address that may begin with the end of it:
// 宁波市江北区 and 江北区人民路 share 江北区.
func joinPlaces(region, address string) string {
	for i := range region {
		if rest := region[i:]; utf8.RuneCountInString(rest) > 1 && strings.HasPrefix(address, rest) {
			return region[:i] + address
		}
	}
	return region + address
}

// addressee is the company and the person a letter goes to.
func (s *source) addressee(holder *crm.Entity, row *records.Row, part func(string) string) (company, person string) {
	if holder != nil {
		company = part(holder.Title)
		if row.Values["kind"] == "person" {
			company, person = "", company
		}
	}
	switch {
	case s.e.Name == "contact":
		person = s.Text("name")
		if gender, ok := s.row.Values["gender"].(string); ok && s.Text("gender") != "" {
			person += s.own("gender." + gender)
		}
	case s.e != holder && s.Text("contact") != "":
		person = s.Text("contact")
	}
	if company != "" && person == "" {
		return "", company
	}
	return company, person
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// officeTexts is the office's own data as it stands on paper (CFG-13).
func (s *Service) officeTexts(ctx context.Context, w words) (map[string]string, error) {
	name, err := s.Store.Setting(ctx, "company")
	if err != nil {
		return nil, err
	}
	out := map[string]string{"name": name}
	v := w.schema.Options
	var line []string
	for _, o := range options.All {
		key, ok := strings.CutPrefix(o.Name, "company.")
		if !ok {
			continue
		}
		if out[key] = v.Text(o.Name); out[key] != "" && slices.Contains([]string{"address", "phone", "fax"}, key) {
			text := out[key]
			if key != "address" {
				text = w.own("fields.office."+key) + w.own("colon") + text
			}
			line = append(line, text)
		}
	}
	out["line"] = strings.Join(line, "   ")
	return out, nil
}
