package party

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// relationType is a way one party may stand to another, in the words of one side: 子公司.
// Its Reverse has the words of the other: 母公司. Both are records of their own, so that
// renaming one renames it wherever it was used.
var relationType = crm.Entity{
	Name: "relationtype", Icon: "pool", Title: "name", Subtitle: "opposite",
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Max: 40, Width: 160},
		{Key: "opposite", Type: field.Text, Required: true, Max: 40, Width: 160},
		{Key: "kind", Type: field.Select, Required: true, Default: "other", Width: 100, Options: neutral("family", "employment", "shareholding", "other")},
		{Key: "reverse", Type: field.Reference, Ref: "relationtype", ReadOnly: true, Hidden: true},
	},
	List:    crm.List{Columns: []string{"name", "opposite", "kind"}, Sort: crm.Sort{Field: "name"}},
	Phone:   crm.PhoneLayout{Title: "name", Badge: "kind", Second: "opposite"},
	Form:    []crm.Section{{Key: "basics", Fields: []string{"name", "opposite", "kind"}}},
	Filters: []string{"kind"},
	Access:  crm.Access{Shared: true},
	Hooks:   crm.Hooks{After: bothWordings},
}

// bothWordings keeps the two sides of a type in step: a new one gets its reverse, a
// renamed one tells it.
func bothWordings(ctx context.Context, tx crm.Transaction, old, now *crm.Record) error {
	if now == nil {
		return dropReverse(ctx, tx, old)
	}
	reverse, ok := now.Values["reverse"].(field.Ref)
	if !ok {
		return makeReverse(ctx, tx, now)
	}
	ref := crm.Ref{Entity: "relationtype", ID: crm.ID(reverse.ID)}
	other, err := tx.Record(ctx, ref)
	if crm.IsCode(err, crm.NotFound) || reverse.ID == int64(now.ID) {
		return nil
	}
	if err != nil {
		return err
	}
	if other.Text("name") == now.Text("opposite") && other.Text("opposite") == now.Text("name") && other.Text("kind") == now.Text("kind") {
		return nil
	}
	return tx.Change(ctx, ref, map[string]any{"name": now.Text("opposite"), "opposite": now.Text("name"), "kind": now.Text("kind")})
}

func makeReverse(ctx context.Context, tx crm.Transaction, now *crm.Record) error {
	self := field.Ref{ID: int64(now.ID)}
	reverse := self // 夫妻 is its own reverse
	if now.Text("name") != now.Text("opposite") {
		id, err := tx.Create(ctx, "relationtype", map[string]any{
			"name": now.Text("opposite"), "opposite": now.Text("name"), "kind": now.Text("kind"), "reverse": self})
		if err != nil {
			return err
		}
		reverse = field.Ref{ID: int64(id)}
	}
	return tx.Change(ctx, crm.Ref{Entity: "relationtype", ID: now.ID}, map[string]any{"reverse": reverse})
}

func dropReverse(ctx context.Context, tx crm.Transaction, old *crm.Record) error {
	reverse, ok := old.Values["reverse"].(field.Ref)
	if !ok || reverse.ID == int64(old.ID) {
		return nil
	}
	return ignoreGone(tx.Delete(ctx, crm.Ref{Entity: "relationtype", ID: crm.ID(reverse.ID)}))
}

// relation says how the party stands to another. Each has its mirror, which says the
// same on the page of the other in the reverse words.
var relation = crm.Entity{
	Name: "relation", Icon: "pool", Title: "name", Subtitle: "other",
	Fields: []field.Field{
		{Key: "name", Type: field.Text, ReadOnly: true, Hidden: true, Max: 150},
		{Key: "party", Type: field.Reference, Ref: "customer", Required: true, Width: 200},
		{Key: "type", Type: field.Reference, Ref: "relationtype", Required: true, Width: 120},
		{Key: "other", Type: field.Reference, Ref: "customer", Required: true, Width: 220},
		{Key: "share", Type: field.Percent, Decimals: 2, Width: 90},
		{Key: "remark", Type: field.Text, Search: true, Width: 240},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "mirror", Type: field.Reference, Ref: "relation", ReadOnly: true, Hidden: true},
	},
	List:   crm.List{Columns: []string{"party", "type", "other", "share", "remark"}, Sort: crm.Sort{Field: "createdAt", Desc: true}},
	Phone:  crm.PhoneLayout{Title: "other", Badge: "", Right: "share", Second: "type"},
	Form:   []crm.Section{{Key: "basics", Fields: []string{"party", "type", "other", "share", "remark"}}},
	Access: crm.Access{Parents: []string{"party"}, Follow: true},
	Hooks:  crm.Hooks{Before: named, After: mirrored},
}

// named says in one line what the relation is, and refuses one to oneself.
func named(ctx context.Context, tx crm.Transaction, _, now *crm.Record) error {
	if refOf(now, "party") == refOf(now, "other") {
		return &crm.Error{Code: crm.Invalid, Key: "relation.itself", Field: "other"}
	}
	kind, err := tx.Record(ctx, crm.Ref{Entity: "relationtype", ID: refOf(now, "type")})
	if err != nil {
		return ignoreGone(err)
	}
	other, err := tx.Record(ctx, crm.Ref{Entity: "customer", ID: refOf(now, "other")})
	if err != nil {
		return ignoreGone(err)
	}
	now.Values["name"] = kind.Label + " · " + other.Label
	return nil
}

func mirrored(ctx context.Context, tx crm.Transaction, old, now *crm.Record) error {
	if now == nil {
		if mirror := refOf(old, "mirror"); mirror != 0 {
			return ignoreGone(tx.Delete(ctx, crm.Ref{Entity: "relation", ID: mirror}))
		}
		return nil
	}
	kind, err := tx.Record(ctx, crm.Ref{Entity: "relationtype", ID: refOf(now, "type")})
	if err != nil {
		return err
	}
	image := map[string]any{"party": now.Values["other"], "other": now.Values["party"], "type": kind.Values["reverse"],
		"share": now.Values["share"], "remark": now.Values["remark"], "mirror": field.Ref{ID: int64(now.ID)}}
	mirror := refOf(now, "mirror")
	if mirror == 0 {
		_, err := tx.Create(ctx, "relation", image) // its own hook ties this one to it
		return err
	}
	there, err := tx.Record(ctx, crm.Ref{Entity: "relation", ID: mirror})
	if err != nil {
		return ignoreGone(err)
	}
	if same(there, image) {
		return nil
	}
	return tx.Change(ctx, crm.Ref{Entity: "relation", ID: mirror}, image)
}

// same tells that a mirror already shows the image.
func same(there *crm.Record, image map[string]any) bool {
	for _, key := range []string{"party", "other", "type", "mirror"} {
		want, _ := image[key].(field.Ref)
		if refOf(there, key) != crm.ID(want.ID) {
			return false
		}
	}
	return there.Values["share"] == image["share"] && there.Values["remark"] == image["remark"]
}

func refOf(r *crm.Record, key string) crm.ID {
	ref, _ := r.Values[key].(field.Ref)
	return crm.ID(ref.ID)
}

func ignoreGone(err error) error {
	if crm.IsCode(err, crm.NotFound) {
		return nil
	}
	return err
}
