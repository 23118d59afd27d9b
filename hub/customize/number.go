package customize

import (
	"context"
	"strconv"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Number is a series of numbers as the settings show it (CFG-01, CFG-02).
type Number struct {
	Entity string `json:"entity"`
	Field  string `json:"field"`
	Label  string `json:"label"` // "Customer · Number"
	Series
	Next    int64  `json:"next"`
	Example string `json:"example"` // what the next record would get
	Changed bool   `json:"changed"` // not as delivered
}

// Numbers lists every series.
func (s *Service) Numbers(ctx context.Context, lang string) ([]Number, error) {
	schema := s.records.Schema()
	out := []Number{}
	overlay, err := s.store.Overlay(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	changed := map[string]bool{}
	for i := range overlay.Fields {
		c := &overlay.Fields[i]
		changed[c.Entity+"."+c.Key] = c.Series != nil && !c.Custom
	}
	now := time.Now()
	for _, e := range schema.Entities() {
		for i := range e.Fields {
			f := &e.Fields[i]
			if f.Series == nil {
				continue
			}
			last, err := s.store.LastNumber(ctx, s.store.Read(), records.SeriesKey(e, f, now))
			if err != nil {
				return nil, err
			}
			out = append(out, Number{e.Name, f.Key, schema.Labels.Text(lang, e.Name+".label", nil) + " · " + schema.Labels.Text(lang, e.Name+".fields."+f.Key, nil),
				Series{f.Series.Prefix, f.Series.Digits, f.Series.Reset, f.Series.Typed}, last + 1, f.Series.Format(now, last+1), changed[e.Name+"."+f.Key]})
		}
	}
	return out, nil
}

// NumberIn is what an office sets of a series; absent stays as it is. A change affects
// new records only.
type NumberIn struct {
	Prefix *string      `json:"prefix"`
	Digits *int         `json:"digits"`
	Reset  *field.Reset `json:"reset"`
	Typed  *bool        `json:"typed"`
	Next   *int64       `json:"next"`
	Rev    int64        `json:"rev,omitempty"` // what the change is made on top of
	// Delivered takes prefix, digits, period and typing back to the code's.
	Delivered bool `json:"delivered,omitempty"`
}

// maxNext keeps numbers within the longest length.
const maxNext = 999_999_999_999

// SetNumber changes a series. Its numbers only ever grow: one that was given is never
// given again.
func (s *Service) SetNumber(ctx context.Context, who *rights.Rights, entity, key string, in NumberIn) error {
	schema, e, err := s.entity(entity)
	if err != nil {
		return err
	}
	f, ok := e.Field(key)
	if !ok || f.Series == nil {
		return crm.ErrNotFound
	}
	series := *f.Series
	if in.Prefix != nil {
		series.Prefix = strings.TrimSpace(*in.Prefix)
	}
	if in.Digits != nil {
		series.Digits = *in.Digits
	}
	if in.Reset != nil {
		series.Reset = *in.Reset
	}
	if in.Typed != nil {
		series.Typed = *in.Typed
	}
	if err := series.Check(); err != nil {
		at := "prefix"
		if bad, _ := err.(*field.Error); bad != nil && bad.Key == "field.bad_digits" {
			at = "digits"
		}
		return asInvalid(err, at)
	}
	change, err := s.changeOf(ctx, e, f)
	if err != nil {
		return err
	}
	change.Series = &series
	if base, ok := schema.Base().Entity(entity); in.Delivered && ok && !f.Custom {
		if was, ok := base.Field(key); ok && was.Series != nil {
			series, change.Series = *was.Series, nil
		}
	}
	after := *f
	after.Series = &series
	return s.change(ctx, who, note{"number", entity, schema.Labels.Text("zh-CN", entity+".fields."+key, nil), in, seen{in.Rev, []string{"number " + entity + "." + key}}}, func(tx *store.Tx) error {
		if in.Next != nil {
			if err := s.goOn(ctx, tx, records.SeriesKey(e, &after, time.Now()), *in.Next); err != nil {
				return err
			}
		}
		return s.store.SetFieldChange(ctx, tx, change)
	})
}

func (s *Service) goOn(ctx context.Context, tx *store.Tx, series string, next int64) error {
	last, err := s.store.LastNumber(ctx, tx, series)
	if err != nil {
		return err
	}
	if next <= last || next > maxNext {
		return invalid("customize.number_given", "next", "least", strconv.FormatInt(last+1, 10))
	}
	return s.store.SetLastNumber(ctx, tx, series, next-1)
}
