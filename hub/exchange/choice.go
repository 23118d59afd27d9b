package exchange

import (
	"context"
	"encoding/json"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

const (
	maxChoiceName = 50       // characters
	maxChoice     = 64 << 10 // bytes
)

// Choices lists what is kept under a name for the next time, the user's own and shared ones.
func (x *Service) Choices(ctx context.Context, who *rights.Rights, kind, entity string) ([]store.Choice, error) {
	if !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	all, err := x.Store.Choices(ctx, who.User.ID, kind, entity)
	list := []store.Choice{}
	for _, c := range all {
		if c.Name != "" {
			list = append(list, c)
		}
	}
	return list, err
}

// Keep keeps a choice. Only who administrates shares one with everybody.
func (x *Service) Keep(ctx context.Context, who *rights.Rights, c store.Choice) (*store.Choice, error) {
	if !who.May(c.Entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	c.Name = strings.TrimSpace(c.Name)
	switch {
	case c.Kind != store.ImportChoice && c.Kind != store.ExportChoice, len(c.Body) > maxChoice, !json.Valid([]byte(c.Body)):
		return nil, &crm.Error{Code: crm.Invalid, Key: "import.bad_plan"}
	case c.Name == "":
		return nil, &crm.Error{Code: crm.Invalid, Key: "field.required", Field: "name"}
	case len([]rune(c.Name)) > maxChoiceName:
		return nil, &crm.Error{Code: crm.Invalid, Key: "field.too_long", Field: "name", Args: map[string]string{"max": itoa(maxChoiceName)}}
	case c.Shared && !who.Administrates():
		return nil, &crm.Error{Code: crm.Forbidden, Key: "import.share_forbidden"}
	}
	c.ID, c.User, c.At = crm.NewID(), who.User.ID, x.now()
	return &c, x.Store.SetChoice(ctx, &c)
}

// Forget drops one of the user's own choices.
func (x *Service) Forget(ctx context.Context, who *rights.Rights, id crm.ID) error {
	return x.Store.DropChoice(ctx, who.User.ID, id)
}
