package records

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// Hit is a record offered to pick.
type Hit struct {
	crm.Ref
	Label string `json:"label"`
	Sub   string `json:"sub"`
}

const lookupLimit = 20

// Lookup finds records of one entity by what was typed; nothing typed gives the ones
// changed last.
func (r *Records) Lookup(ctx context.Context, who *rights.Rights, lang, entity, typed string, limit int) ([]Hit, error) {
	if limit <= 0 || limit > lookupLimit {
		limit = lookupLimit
	}
	e, ok := r.Schema().Entity(entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	page, err := r.Query(ctx, who, crm.Query{
		Entity: entity, Search: typed, Sort: crm.Sort{Field: "updatedAt", Desc: true}, Limit: limit, Pick: true, Fields: []string{e.Subtitle},
	})
	if err != nil {
		return nil, err
	}
	hits := make([]Hit, len(page.Rows))
	for i, row := range page.Rows {
		hits[i] = Hit{crm.Ref{Entity: entity, ID: row.ID}, row.Label, r.Display(lang, row, e.Subtitle)}
	}
	return hits, nil
}

// Group is what a search found of one kind.
type Group struct {
	Entity string `json:"entity"`
	Label  string `json:"label"`
	Rows   []Hit  `json:"rows"`
}

const (
	searchLimit = 6 // of each kind
)

// Search looks through everything the user may read.
func (r *Records) Search(ctx context.Context, who *rights.Rights, lang, typed string) ([]Group, error) {
	groups := []Group{}
	if typed == "" {
		return groups, nil
	}
	schema := r.Schema()
	for _, e := range schema.Entities() {
		if !who.May(e.Name, rights.Read) {
			continue
		}
		hits, err := r.Lookup(ctx, who, lang, e.Name, typed, searchLimit)
		if err != nil {
			return nil, err
		}
		if len(hits) > 0 {
			groups = append(groups, Group{e.Name, schema.Labels.Text(lang, e.Name+".plural", nil), hits})
		}
	}
	if o := r.office.Load(); o != nil && o.FindFiles != nil {
		hits, err := o.FindFiles(ctx, who, typed, searchLimit)
		if err != nil {
			return nil, err
		}
		if len(hits) > 0 {
			groups = append(groups, Group{"file", schema.Labels.Text(lang, "file.plural", nil), hits})
		}
	}
	return groups, nil
}
