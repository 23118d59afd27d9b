package exchange

import (
	"context"
	"errors"
	"maps"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/label"
	"bellhop/hub/phone"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/search"
)

// row is one row of a file.
type row struct {
	line  int
	cells []string
}

// Fault is what is wrong with a row: in a cell, a field or as a whole.
type Fault struct {
	Column int               `json:"column"` // of the file, -1 for none
	Field  string            `json:"field,omitempty"`
	Key    string            `json:"key"`
	Args   map[string]string `json:"args,omitempty"`
}

// wanted is a record that a row refers to and that has to be made first.
type wanted struct {
	entity, text, field string
	column              int
}

// converter makes values of cells for one user and one plan. It remembers what names
// mean, so it serves one run.
type converter struct {
	x       *Service
	who     *rights.Rights
	schema  *crm.Schema
	e       *crm.Entity
	plan    *Plan
	fields  []planned
	options map[string]map[string]string // by field: folded label, option
	users   map[string][]crm.ID
	depts   map[string][]crm.ID
	refs    map[wanted]crm.ID
	dry     bool // nothing may be written
}

// planned is a field and the columns it is made of, in their order.
type planned struct {
	f       *field.Field
	columns []Column
}

func (x *Service) converter(ctx context.Context, who *rights.Rights, e *crm.Entity, plan *Plan) (*converter, error) {
	c := &converter{x: x, who: who, schema: x.Records.Schema(), e: e, plan: plan, options: map[string]map[string]string{}, refs: map[wanted]crm.ID{}}
	at := map[string]int{}
	for _, column := range plan.Columns {
		i, ok := at[column.Field]
		if !ok {
			f, _ := e.Field(column.Field)
			i = len(c.fields)
			at[column.Field] = i
			c.fields = append(c.fields, planned{f: f})
		}
		c.fields[i].columns = append(c.fields[i].columns, column)
	}
	return c, c.loadPeople(ctx)
}

func (c *converter) loadPeople(ctx context.Context) error {
	office, err := c.x.Records.Office(ctx)
	if err != nil {
		return err
	}
	c.users, c.depts = map[string][]crm.ID{}, map[string][]crm.ID{}
	for id, u := range office.Users {
		if !u.Active {
			continue
		}
		seen := map[string]bool{}
		for _, name := range []string{u.Name, u.Login, u.EmployeeNo} {
			if folded := search.Fold(name); folded != "" && !seen[folded] {
				seen[folded] = true
				c.users[folded] = append(c.users[folded], id)
			}
		}
	}
	for id, d := range office.Departments {
		c.depts[search.Fold(d.Name)] = append(c.depts[search.Fold(d.Name)], id)
	}
	return nil
}

// values makes a record's values of a row. need are records to be made before.
func (c *converter) values(ctx context.Context, r row) (values map[string]any, need []wanted, faults []Fault, err error) {
	values = maps.Clone(c.plan.Values)
	if values == nil {
		values = map[string]any{}
	}
	for _, p := range c.fields {
		v, fault, err := c.fieldOf(ctx, p, r.cells, &need)
		if err != nil {
			return nil, nil, nil, err
		}
		switch {
		case fault != nil:
			faults = append(faults, *fault)
		case v != nil:
			values[p.f.Key] = v
		}
	}
	return values, need, faults, nil
}

// fieldOf reads the columns of one field.
func (c *converter) fieldOf(ctx context.Context, p planned, cells []string, need *[]wanted) (any, *Fault, error) {
	var parts []any
	for _, column := range p.columns {
		if column.Index >= len(cells) {
			continue
		}
		text := clean(cells[column.Index])
		if text == "" {
			continue
		}
		if sheetFault.MatchString(text) {
			return nil, &Fault{Column: column.Index, Field: p.f.Key, Key: "import.formula_fault", Args: map[string]string{"text": text}}, nil
		}
		v, err := c.read(ctx, p.f, column, text, need)
		var bad *field.Error
		if errors.As(err, &bad) {
			return nil, &Fault{Column: column.Index, Field: p.f.Key, Key: bad.Key, Args: bad.Args}, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if v != nil {
			parts = append(parts, v)
		}
	}
	return join(p.f, parts), nil, nil
}

// join makes one value of what several columns brought.
func join(f *field.Field, parts []any) any {
	if len(parts) == 0 {
		return nil
	}
	switch first := parts[0].(type) {
	case []any:
		var all []any
		for _, p := range parts {
			list, _ := p.([]any)
			all = append(all, list...)
		}
		return all
	case map[string]any:
		if f.Type.Name() != "region" {
			return first
		}
		all := map[string]any{}
		for _, p := range parts {
			m, _ := p.(map[string]any)
			maps.Copy(all, m)
		}
		return all
	case string:
		by := map[string]string{"text": " ", "longtext": "\n"}[f.Type.Name()]
		if by == "" {
			return first
		}
		texts := make([]string, 0, len(parts))
		for _, p := range parts {
			s, _ := p.(string)
			texts = append(texts, s)
		}
		return strings.Join(texts, by)
	}
	return parts[0]
}

// read makes of one cell a value as a form would send it.
func (c *converter) read(ctx context.Context, f *field.Field, column Column, text string, need *[]wanted) (any, error) {
	switch f.Type.Name() {
	case "int":
		return readInt(text)
	case "decimal", "percent":
		return readDecimal(text)
	case "rating":
		return readRating(text)
	case "money":
		return readMoney(text)
	case "date":
		return readDate(text)
	case "datetime":
		return readDatetime(text)
	case "bool":
		return readBool(text)
	case "phones":
		return c.phones(text, column.Part)
	case "select":
		return c.option(ctx, f, text)
	case "multiselect":
		return each(splitList(text), func(item string) (any, error) { return c.option(ctx, f, item) })
	case "ref":
		return c.ref(ctx, f, column, text, need)
	case "refs":
		return each(splitList(text), func(item string) (any, error) { return c.ref(ctx, f, column, item, need) })
	case "user":
		return person(c.users, text, "import.no_such_user", "import.two_users")
	case "dept":
		return person(c.depts, text, "import.no_such_dept", "import.two_depts")
	case "region":
		if column.Part != "" {
			return map[string]any{column.Part: text}, nil
		}
	}
	return text, nil
}

// phones tells here, and not only when the record is written, which number is none.
func (c *converter) phones(text, part string) (any, error) {
	v, err := readPhones(text, part)
	list, _ := v.([]any)
	for _, item := range list {
		number, _ := item.(map[string]any)["number"].(string)
		if phone.Normalise(number, "").Canonical == "" {
			return nil, cannot("import.not_phone", number)
		}
	}
	return v, err
}

func each(items []string, read func(string) (any, error)) (any, error) {
	var list []any
	for _, item := range items {
		v, err := read(item)
		if err != nil {
			return nil, err
		}
		if v != nil {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}

// option finds a choice by its ID or its label in any language.
func (c *converter) option(ctx context.Context, f *field.Field, text string) (any, error) {
	known := c.options[f.Key]
	if known == nil {
		known = map[string]string{}
		for _, o := range f.Options {
			known[foldName(o.ID)] = o.ID
		}
		for _, o := range f.Options {
			for _, lang := range label.Langs {
				name := foldName(c.x.Records.OptionLabel(lang, c.e, f, o.ID))
				if name != "" {
					known[name] = o.ID
				}
			}
		}
		c.options[f.Key] = known
	}
	if id, ok := known[foldName(text)]; ok {
		return id, nil
	}
	// "A 重点" is often written "A" or "重点": a part that only one choice has will do.
	found := ""
	for name, id := range known {
		if part := foldName(text); part != "" && (strings.HasPrefix(name, part) || strings.HasSuffix(name, part)) && found != id {
			if found != "" {
				found = ""
				break
			}
			found = id
		}
	}
	if found != "" {
		return found, nil
	}
	return c.newOption(ctx, f, text)
}

func person(known map[string][]crm.ID, text, none, two string) (any, error) {
	switch ids := known[search.Fold(text)]; len(ids) {
	case 0:
		return nil, cannot(none, text)
	case 1:
		return ids[0].String(), nil
	}
	return nil, cannot(two, text)
}

// ref finds a record by its name or number among those the user may read.
func (c *converter) ref(ctx context.Context, f *field.Field, column Column, text string, need *[]wanted) (any, error) {
	want := wanted{entity: f.Ref, text: search.Fold(text)}
	if id, ok := c.refs[want]; ok {
		return id.String(), nil
	}
	target, ok := c.schema.Entity(f.Ref)
	if !ok {
		return nil, cannot("import.no_such_record", text)
	}
	ids, err := c.named(ctx, target, text)
	if err != nil {
		return nil, err
	}
	switch {
	case len(ids) == 1:
		c.refs[want] = ids[0]
		return ids[0].String(), nil
	case len(ids) > 1:
		return nil, cannot("import.two_records", text)
	case !c.plan.Refs || !c.who.May(target.Name, rights.Create):
		return nil, cannot("import.no_such_record", text)
	}
	*need = append(*need, wanted{entity: f.Ref, text: text, field: f.Key, column: column.Index})
	return nil, nil
}

func (c *converter) named(ctx context.Context, target *crm.Entity, text string) (ids []crm.ID, err error) {
	ask := func(key string) error {
		page, err := c.x.Records.Query(ctx, c.who, crm.Query{Entity: target.Name, Limit: 2, Sort: crm.Sort{Field: "updatedAt", Desc: true},
			Filter: &crm.Filter{Field: key, Op: field.Eq, Value: text}})
		if crm.IsCode(err, crm.Invalid) || crm.IsCode(err, crm.NotFound) {
			return nil // a field he may not compare by
		}
		if err != nil {
			return err
		}
		for _, r := range page.Rows {
			ids = append(ids, r.ID)
		}
		return nil
	}
	if target.Number != nil {
		if err := ask(target.Number.Field); err != nil || len(ids) > 0 {
			return ids, err
		}
	}
	m, err := c.x.Records.Matcher(ctx, c.who, target.Name, [][]string{{target.Title}})
	if err != nil {
		return nil, nil
	}
	found, err := m.Find(ctx, map[string]any{target.Title: text})
	for _, match := range found {
		if match.Open {
			ids = append(ids, match.ID)
		}
	}
	return exact(found, ids, text), err
}

// exact prefers the one that is called so to the letter.
func exact(found []records.Match, ids []crm.ID, text string) []crm.ID {
	var same []crm.ID
	for _, match := range found {
		if match.Open && search.Fold(match.Label) == search.Fold(text) {
			same = append(same, match.ID)
		}
	}
	if len(same) > 0 {
		return same
	}
	return ids
}
