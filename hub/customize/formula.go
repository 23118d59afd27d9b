package customize

import (
	"context"
	"slices"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Sample is what a formula comes to.
type Sample struct {
	Record string // the label of the record it was tried on, "" for none
	Value  any    // as records have it in JSON
	Live   bool   // depends on the day: never stored, so neither sorted nor filtered by
}

// Try checks a formula as if it stood in a field of entity (in the lines field parent)
// and computes it for the record changed last. key is that of the field it is to be in,
// "" for a new one.
func (s *Service) Try(ctx context.Context, who *rights.Rights, entity, key string, in FieldIn) (*Sample, error) {
	if !who.Administrates() {
		return nil, errForbidden
	}
	_, e, err := s.entity(entity)
	if err != nil {
		return nil, err
	}
	c := crm.FieldChange{Entity: entity, Parent: in.Parent, Key: key, Custom: true, Type: "formula", Result: in.Result, Formula: in.Formula, Measure: in.Measure, Decimals: in.Decimals}
	if key == "" {
		c.Key = crm.CustomKey(crm.NewID())
	}
	f, err := c.Make()
	if err != nil {
		return nil, asInvalid(err, "result")
	}
	if c.Decimals != nil {
		f.Decimals = *c.Decimals
	}
	fields := slices.Clone(e.Fields)
	into := &fields
	for i := range fields {
		fields[i].Lines = slices.Clone(fields[i].Lines)
		if in.Parent != "" && fields[i].Key == in.Parent && fields[i].Type == field.Lines {
			into = &fields[i].Lines
		}
	}
	if in.Parent != "" && into == &fields {
		return nil, invalid("field.unknown", "parent")
	}
	*into = append(slices.DeleteFunc(*into, func(old field.Field) bool { return old.Key == c.Key }), f)
	if err := field.CompileFormulas(fields); err != nil {
		return nil, asInvalid(err, "formula")
	}
	return s.sample(ctx, who, entity, in.Parent, c.Key, fields)
}

func (s *Service) sample(ctx context.Context, who *rights.Rights, entity, parent, key string, fields []field.Field) (*Sample, error) {
	out := &Sample{}
	find := func(fields []field.Field) *field.Field {
		return &fields[slices.IndexFunc(fields, func(f field.Field) bool { return f.Key == key })]
	}
	in := fields
	for i := range fields {
		if parent != "" && fields[i].Key == parent {
			in = fields[i].Lines
		}
	}
	f := find(in)
	out.Live = field.IsLive(f.Type)
	page, err := s.records.Query(ctx, who, crm.Query{Entity: entity, Limit: 1, Sort: crm.Sort{Field: "updatedAt", Desc: true}})
	if crm.IsCode(err, crm.Forbidden) || err == nil && len(page.Rows) == 0 {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	row, err := s.records.Get(ctx, who, crm.Ref{Entity: entity, ID: page.Rows[0].ID})
	if err != nil {
		return nil, err
	}
	today := field.Date(time.Now().Format(time.DateOnly))
	field.Compute(fields, row.Values, today)
	field.ComputeLive(fields, row.Values, today, true)
	values := row.Values
	if parent != "" {
		lines, _ := row.Values[parent].([]field.Line)
		if len(lines) == 0 {
			return out, nil
		}
		values = lines[0].Values
	}
	out.Record, out.Value = row.Label, field.Shown(f, values[key])
	return out, nil
}
