package exchange

import (
	"context"
	"errors"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// newOption adds a choice to the list of a field, if the plan says so and the office can.
func (c *converter) newOption(ctx context.Context, f *field.Field, text string) (any, error) {
	if !c.plan.Options || c.x.AddOption == nil {
		return nil, cannot("import.no_such_option", text)
	}
	if c.dry {
		return nil, nil
	}
	id, err := c.x.AddOption(ctx, c.who, c.e.Name, f, text)
	var refusal *crm.Error
	if errors.As(err, &refusal) {
		return nil, &field.Error{Key: refusal.Key, Args: refusal.Args}
	}
	if err != nil {
		return nil, err
	}
	c.options[f.Key][foldName(text)] = id
	return id, nil
}
