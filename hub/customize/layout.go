package customize

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Form is how the form of an entity is arranged for one role, or with Role "" for all
// others.
type Form struct {
	Role     string        `json:"role"`
	Own      bool          `json:"own"` // arranged by the office, not as delivered
	Sections []FormSection `json:"sections"`
	Rev      int64         `json:"rev,omitempty"` // of the definitions; of a change: what it is made on top of
}

// FormSection is a group of fields with a name of its own.
type FormSection struct {
	Key    string   `json:"key"`
	Label  string   `json:"label,omitempty"`
	Labels Texts    `json:"labels"`
	Fields []string `json:"fields"`
}

// Form returns the form of an entity for a role.
func (s *Service) Form(ctx context.Context, entity, role, lang string) (*Form, error) {
	schema, e, err := s.entity(entity)
	if err != nil {
		return nil, err
	}
	overlay, err := s.store.Overlay(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	out := &Form{Role: role, Rev: schema.Rev, Sections: []FormSection{}}
	for _, f := range overlay.Forms {
		out.Own = out.Own || f.Entity == entity && f.Role == role
	}
	for _, section := range schema.Form(e, role) {
		key := entity + ".sections." + section.Key
		out.Sections = append(out.Sections, FormSection{section.Key, schema.Labels.Text(lang, key, nil), texts(schema, key), section.Fields})
	}
	return out, nil
}

const (
	maxSections = 30
	maxRole     = 40
)

var sectionKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,39}$`)

// SetForm arranges the form of an entity for a role; without sections it is as
// delivered again. A section without a key is a new one.
func (s *Service) SetForm(ctx context.Context, who *rights.Rights, entity string, in Form) error {
	_, e, err := s.entity(entity)
	if err != nil {
		return err
	}
	if len(in.Role) > maxRole {
		return invalid("field.no_such_option", "role")
	}
	if len(in.Sections) > maxSections {
		return invalid("customize.too_many_sections", "sections", "max", strconv.Itoa(maxSections))
	}
	sections := make([]crm.FormSection, len(in.Sections))
	names := map[string]Texts{}
	placed := map[string]bool{}
	for i, section := range in.Sections {
		at := "sections." + strconv.Itoa(i)
		labels, err := section.Labels.check(at, section.Key == "")
		if err != nil {
			return err
		}
		if section.Key == "" {
			section.Key, labels = "s"+crm.NewID().String(), labels.full()
		} else if !sectionKey.MatchString(section.Key) {
			return invalid("field.no_such_option", at)
		}
		for _, key := range section.Fields {
			if _, ok := e.Field(key); !ok {
				return invalid("field.unknown", key)
			}
			if placed[key] {
				return invalid("customize.placed_twice", key)
			}
			placed[key] = true
		}
		names[section.Key] = labels
		sections[i] = crm.FormSection{Key: section.Key, Fields: section.Fields}
	}
	// A required field that stands in no form could never be filled in.
	for i := range e.Fields {
		if f := &e.Fields[i]; len(sections) > 0 && f.Required && !f.Hidden && !f.ReadOnly && f.Default == nil && f.Series == nil && !placed[f.Key] && !f.Custom {
			return invalid("customize.required_missing", f.Key)
		}
	}
	return s.change(ctx, who, note{"form", entity, in.Role, in, seen{in.Rev, []string{"form " + entity + "." + in.Role}}}, func(tx *store.Tx) error {
		for key, labels := range names {
			if err := s.setTexts(ctx, tx, entity+".sections."+key, labels); err != nil {
				return err
			}
		}
		if len(sections) == 0 {
			return s.store.SetArrangement(ctx, tx, entity, "form", in.Role, nil)
		}
		return s.store.SetArrangement(ctx, tx, entity, "form", in.Role, sections)
	})
}

// Entity is an entity as the settings show it.
type Entity struct {
	Name    string          `json:"name"`
	Module  string          `json:"module"`
	Icon    string          `json:"icon"`
	Title   string          `json:"title"` // the field that names a record
	Label   string          `json:"label"`
	Labels  Texts           `json:"labels"`
	Plurals Texts           `json:"plurals"`
	Columns []string        `json:"columns"`
	Fixed   bool            `json:"columnsFixed"`
	Filters []string        `json:"filters"`
	Sort    *crm.Sort       `json:"sort"`
	Phone   crm.PhoneLayout `json:"phone"`
	Changed bool            `json:"changed"` // the list is not as delivered
}

// Entities lists those that are switched on.
func (s *Service) Entities(ctx context.Context, lang string) ([]Entity, error) {
	schema := s.records.Schema()
	overlay, err := s.store.Overlay(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	out := []Entity{}
	for _, m := range schema.Modules {
		for _, def := range m.Entities {
			e, _ := schema.Entity(def.Name)
			out = append(out, Entity{e.Name, m.Name, e.Icon, e.Title, schema.Labels.Text(lang, e.Name+".label", nil), texts(schema, e.Name+".label"),
				texts(schema, e.Name+".plural"), e.List.Columns, e.ColumnsFixed, e.Filters, &e.List.Sort, e.Phone, overlay.Entities[e.Name].Some()})
		}
	}
	return out, nil
}

// EntityIn is what an office sets of an entity; absent stays as it is.
type EntityIn struct {
	Labels  Texts            `json:"labels"`
	Plurals Texts            `json:"plurals"`
	Columns []string         `json:"columns"`
	Fixed   *bool            `json:"columnsFixed"`
	Filters []string         `json:"filters"`
	Sort    *crm.Sort        `json:"sort"`
	Phone   *crm.PhoneLayout `json:"phone"`
	Widths  map[string]int   `json:"widths,omitempty"` // of columns, in pixels; 0 lets the page choose
	Reset   bool             `json:"reset"`            // lists as delivered again
	Rev     int64            `json:"rev,omitempty"`    // what the change is made on top of
}

const maxListed = 60

// ChangeEntity names an entity and arranges its lists for everybody (CFG-03, CFG-04).
func (s *Service) ChangeEntity(ctx context.Context, who *rights.Rights, entity string, in EntityIn) error {
	schema, e, err := s.entity(entity)
	if err != nil {
		return err
	}
	labels, err := in.Labels.check("labels", false)
	if err != nil {
		return err
	}
	plurals, err := in.Plurals.check("plurals", false)
	if err != nil {
		return err
	}
	if len(in.Columns) > maxListed || len(in.Filters) > maxListed {
		return invalid("field.too_many", "columns", "max", strconv.Itoa(maxListed))
	}
	for _, list := range [][]string{in.Columns, in.Filters} {
		for i, key := range list {
			f, ok := e.Field(key)
			if !ok && !crm.SystemField(key) || slices.Contains(list[:i], key) || ok && f.Hidden {
				return invalid("field.unknown", key)
			}
		}
	}
	if in.Phone != nil {
		for _, key := range []string{in.Phone.Title, in.Phone.Badge, in.Phone.Right, in.Phone.Second} {
			if f, ok := e.Field(key); key != "" && !crm.SystemField(key) && (!ok || f.Hidden) || key == "" && in.Phone.Title == "" {
				return invalid("field.unknown", "phone")
			}
		}
	}
	widths, err := s.widths(ctx, e, in.Widths)
	if err != nil {
		return err
	}
	if in.Sort != nil {
		if f, ok := e.Field(in.Sort.Field); !crm.SystemField(in.Sort.Field) && (!ok || !f.Sortable && f.Key != e.Title) {
			return invalid("query.bad_sort", in.Sort.Field)
		}
	}
	overlay, err := s.store.Overlay(ctx, s.store.Read())
	if err != nil {
		return err
	}
	list := overlay.Entities[entity]
	if in.Reset {
		list = crm.EntityChange{}
	}
	if in.Columns != nil {
		list.Columns = in.Columns
	}
	if in.Filters != nil {
		list.Filters = in.Filters
	}
	if in.Sort != nil {
		list.Sort = in.Sort
	}
	if in.Phone != nil {
		list.Phone = in.Phone
	}
	if in.Fixed != nil {
		list.Fixed = *in.Fixed
	}
	return s.change(ctx, who, note{"entity", entity, schema.Labels.Text("zh-CN", entity+".label", nil), in, seen{in.Rev, []string{"entity " + entity}}}, func(tx *store.Tx) error {
		for _, c := range widths {
			if err := s.store.SetFieldChange(ctx, tx, c); err != nil {
				return err
			}
		}
		if err := s.setTexts(ctx, tx, entity+".label", labels); err != nil {
			return err
		}
		if err := s.setTexts(ctx, tx, entity+".plural", plurals); err != nil {
			return err
		}
		return s.store.SetArrangement(ctx, tx, entity, "list", "", list)
	})
}

// widths are the changes of fields that give columns their widths.
func (s *Service) widths(ctx context.Context, e *crm.Entity, in map[string]int) ([]*crm.FieldChange, error) {
	var out []*crm.FieldChange
	for key, width := range in {
		f, ok := e.Field(key)
		if crm.SystemField(key) || ok && f.Width == width {
			continue
		}
		if !ok {
			return nil, invalid("field.unknown", key)
		}
		if width < 0 || width > maxWidth {
			return nil, invalid("customize.out_of_range", "width", "min", "0", "max", strconv.Itoa(maxWidth))
		}
		c, err := s.changeOf(ctx, e, f)
		if err != nil {
			return nil, err
		}
		c.Width = &width
		out = append(out, c)
	}
	return out, nil
}
