package customize

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// AddChoice adds one choice to those of a field and returns its ID: a file that comes in
// may bring new ones. It is for administrators, as all changes of dictionaries are.
func (s *Service) AddChoice(ctx context.Context, who *rights.Rights, entity string, f *field.Field, label string) (string, error) {
	if !who.Administrates() {
		return "", &crm.Error{Code: crm.Forbidden, Key: "user.forbidden"}
	}
	schema := s.records.Schema()
	e, ok := schema.Entity(entity)
	if !ok {
		return "", crm.ErrNotFound
	}
	dict := crm.DictOf(e, f)
	old, ok := schema.Dicts[dict]
	if !ok {
		return "", crm.ErrNotFound
	}
	known := map[string]bool{}
	in := DictIn{}
	for _, o := range old {
		known[o.ID] = true
		in.Options = append(in.Options, ChoiceIn{ID: o.ID, Tone: o.Tone, Retired: o.Retired})
	}
	in.Options = append(in.Options, ChoiceIn{Labels: Texts{"zh-CN": label}, Tone: field.Neutral})
	if err := s.ChangeDict(ctx, who, dict, in); err != nil {
		return "", err
	}
	for _, o := range s.records.Schema().Dicts[dict] {
		if !known[o.ID] {
			return o.ID, nil
		}
	}
	return "", crm.ErrNotFound
}
