package crm

import (
	"strings"
	"testing"
	"testing/fstest"

	"bellhop/hub/field"
)

func TestCompileFindsNamesThatPointNowhere(t *testing.T) {
	labels := fstest.MapFS{}
	for _, lang := range []string{"zh-CN", "zh-TW", "en"} {
		labels["labels/"+lang+".json"] = &fstest.MapFile{Data: []byte("{}")}
	}
	for name, tt := range map[string]struct {
		change func(e *Entity)
		says   string
	}{
		"good":         {func(*Entity) {}, ""},
		"title":        {func(e *Entity) { e.Title = "nmae" }, "title"},
		"column":       {func(e *Entity) { e.List.Columns = []string{"nmae"} }, "nmae"},
		"form":         {func(e *Entity) { e.Form = []Section{{Key: "a", Fields: []string{"nmae"}}} }, "nmae"},
		"phone layout": {func(e *Entity) { e.Phone.Badge = "nmae" }, "nmae"},
		"no type":      {func(e *Entity) { e.Fields[0].Type = nil }, "no type"},
		"reference to nothing": {func(e *Entity) {
			e.Fields = append(e.Fields, field.Field{Key: "r", Type: field.Reference, Ref: "nobody"})
		}, "nobody"},
		"reference, no entity": {func(e *Entity) { e.Fields = append(e.Fields, field.Field{Key: "r", Type: field.Reference}) }, "names an entity"},
		"related":              {func(e *Entity) { e.Related = []Related{{Entity: "thing", Field: "name"}} }, "does not refer"},
		"number":               {func(e *Entity) { e.Number = &NumberRule{Field: "no"} }, "no"},
	} {
		t.Run(name, func(t *testing.T) {
			e := &Entity{Name: "thing", Title: "name", Fields: []field.Field{{Key: "name", Type: field.Text}}}
			tt.change(e)
			_, err := Compile([]Module{{Name: "test", Entities: []*Entity{e}, Labels: labels}})
			if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("says %v, want %q", err, tt.says)
			}
		})
	}
}

func TestIDsGrow(t *testing.T) {
	last := NewID()
	for range 10000 {
		if id := NewID(); id <= last {
			t.Fatalf("%d after %d", id, last)
		} else {
			last = id
		}
	}
	var back ID
	text, _ := last.MarshalJSON()
	if err := back.UnmarshalJSON(text); err != nil || back != last {
		t.Errorf("%s becomes %d, %v", text, back, err)
	}
}
