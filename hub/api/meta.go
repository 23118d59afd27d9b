package api

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/options"
	"bellhop/hub/records"
	"bellhop/hub/region"
	"bellhop/hub/rights"
)

func (s *Server) metaRoutes(api fiber.Router) { api.Get("/meta", s.meta) }

// meta is what the page draws menu, lists and forms from, in the user's language and
// without what he may not see.
type meta struct {
	Rev      int64                 `json:"rev"`
	Entities map[string]metaEntity `json:"entities"`
	Menu     []menuItem            `json:"menu"`
	Users    []field.Person        `json:"users"`
	// Departments are offered by fields that point to one.
	Departments []field.Dept `json:"departments"`
	Options     metaOptions  `json:"options"`
}

// metaOptions are the office's choices that pages act on.
type metaOptions struct {
	RegionChain  bool   `json:"regionChain"`
	EditInTable  bool   `json:"editInTable"`
	CurrencySign bool   `json:"currencySign"`
	KeyDates     bool   `json:"keyDates"`
	Price        int    `json:"priceDecimals"`
	Quantity     int    `json:"quantityDecimals"`
	Amount       int    `json:"amountDecimals"`
	Regions      string `json:"regions"` // where the list of regions is; it never changes under that address
}

type menuItem struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Icon  string `json:"icon"`
	To    string `json:"to"`
	Group string `json:"group,omitempty"`
}

type metaEntity struct {
	Name     string          `json:"name"`
	Label    string          `json:"label"`
	Plural   string          `json:"plural"`
	Icon     string          `json:"icon"`
	Title    string          `json:"title"`
	Subtitle string          `json:"subtitle,omitempty"`
	Fields   []metaField     `json:"fields"`
	List     metaList        `json:"list"`
	Phone    crm.PhoneLayout `json:"phone"`
	Form     metaForm        `json:"form"`
	Filters  []string        `json:"filters"`
	Actions  metaActions     `json:"actions"`
	Related  []metaRelated   `json:"related"`
	Party    bool            `json:"party"`
	// Kanban and Calendar are the fields a list may be laid out by.
	Kanban       []string `json:"kanban"`
	Calendar     []string `json:"calendar"`
	ColumnsFixed bool     `json:"columnsFixed,omitempty"`
}

type metaList struct {
	Columns []string `json:"columns"`
	Sort    crm.Sort `json:"sort"`
}

type metaForm struct {
	Sections []metaSection `json:"sections"`
}

type metaSection struct {
	Label  string   `json:"label"`
	Fields []string `json:"fields"`
}

type metaActions struct {
	Create   bool `json:"create"`
	Edit     bool `json:"edit"`
	Delete   bool `json:"delete"`
	Import   bool `json:"import"`
	Export   bool `json:"export"`
	Print    bool `json:"print"`
	Batch    bool `json:"batch"`
	Share    bool `json:"share"`
	Transfer bool `json:"transfer"`
	Reveal   bool `json:"reveal"`
	Approve  bool `json:"approve"`
}

func (d drawer) actions(e *crm.Entity) metaActions {
	may := func(action rights.Action) bool { return d.who.May(e.Name, action) }
	return metaActions{may(rights.Create), may(rights.Edit), may(rights.Delete), may(rights.Import), may(rights.Export), may(rights.Print),
		may(rights.Batch), may(rights.Share) && !e.Access.Private, may(rights.Transfer) && !e.Access.Private, may(rights.Reveal), may(rights.Approve)}
}

type metaRelated struct {
	Entity string    `json:"entity"`
	Field  string    `json:"field"`
	Label  string    `json:"label"`
	Sort   *crm.Sort `json:"sort,omitempty"`
}

type metaField struct {
	Key        string           `json:"key"`
	Type       string           `json:"type"`
	Label      string           `json:"label"`
	Required   bool             `json:"required"`
	ReadOnly   bool             `json:"readOnly"`
	Unique     bool             `json:"unique,omitempty"`
	Width      int              `json:"width,omitempty"`
	Options    []metaOption     `json:"options,omitempty"`
	Dict       string           `json:"dict,omitempty"`
	Ref        string           `json:"ref,omitempty"`
	Offers     string           `json:"offers,omitempty"`
	Hint       string           `json:"hint,omitempty"`
	Sortable   bool             `json:"sortable,omitempty"`
	Filterable bool             `json:"filterable,omitempty"`
	Max        int              `json:"max,omitempty"`
	Ops        []field.Op       `json:"ops"`
	Default    any              `json:"default,omitempty"`
	Decimals   *int             `json:"decimals,omitempty"`
	IM         string           `json:"im,omitempty"`
	Mask       field.Mask       `json:"mask,omitempty"`
	Custom     bool             `json:"custom,omitempty"`
	Chained    bool             `json:"chained,omitempty"`
	ShowIf     *field.Condition `json:"showIf,omitempty"`
	Result     string           `json:"result,omitempty"`
	Formula    string           `json:"formula,omitempty"`
	Lines      *metaLines       `json:"lines,omitempty"`
}

type metaLines struct {
	Fields []metaField `json:"fields"`
}

type metaOption struct {
	ID      string     `json:"id"`
	Label   string     `json:"label"`
	Tone    field.Tone `json:"tone"`
	Retired bool       `json:"retired,omitempty"`
}

func (s *Server) meta(c *fiber.Ctx) error {
	schema, who := s.Records.Schema(), Rights(c)
	d := drawer{schema: schema, who: who, lang: Lang(c)}
	out := meta{Rev: schema.Rev, Entities: map[string]metaEntity{}, Menu: d.menu(), Users: []field.Person{}, Departments: []field.Dept{},
		Options: optionsOf(schema.Options)}
	for _, e := range schema.Entities() {
		if who.May(e.Name, rights.Read) {
			out.Entities[e.Name] = d.entity(e)
		}
	}
	var err error
	if out.Menu, err = s.ownMenu(c, out.Menu); err != nil {
		return err
	}
	users, err := s.Store.Users(c.UserContext())
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.Active && !u.Service {
			out.Users = append(out.Users, field.Person{ID: int64(u.ID), Name: u.Name})
		}
	}
	departments, err := s.Store.Departments(c.UserContext())
	if err != nil {
		return err
	}
	for _, dept := range departments {
		out.Departments = append(out.Departments, field.Dept{ID: int64(dept.ID), Name: dept.Name})
	}
	return c.JSON(out)
}

func optionsOf(v options.Values) metaOptions {
	return metaOptions{
		RegionChain: v.Bool(options.RegionChain), EditInTable: v.Bool(options.EditInTable), CurrencySign: v.Bool(options.CurrencySign),
		KeyDates: v.Bool(options.KeyDates), Price: v.Int(options.PriceDecimals), Quantity: v.Int(options.QuantityDecimals),
		Amount: v.Int(options.AmountDecimals), Regions: "/api/regions/" + region.Version,
	}
}

// drawer puts the definitions into words for one user.
type drawer struct {
	schema *crm.Schema
	who    *rights.Rights
	lang   string
}

func (d drawer) text(key string) string { return d.schema.Labels.Text(d.lang, key, nil) }

func (d drawer) menu() []menuItem {
	items := []menuItem{
		{Key: "home", Label: d.text("menu.home"), Icon: "home", To: "/"},
		{Key: "calls", Label: d.text("menu.calls"), Icon: "call", To: "/calls"},
		{Key: "sms", Label: d.text("menu.sms"), Icon: "sms", To: "/sms"},
	}
	items = slices.DeleteFunc(items, func(i menuItem) bool { return rights.IsArea(i.Key) && !d.who.May(i.Key, rights.Read) })
	for _, m := range d.schema.Modules {
		for _, name := range m.Menu {
			e, ok := d.schema.Entity(name)
			if !ok || !d.who.May(name, rights.Read) {
				continue
			}
			group := "menu.business"
			if e.Party {
				group = "menu.people"
			}
			items = append(items, menuItem{name, d.text(name + ".plural"), e.Icon, "/o/" + name, d.text(group)})
		}
	}
	return items
}

func (d drawer) entity(e *crm.Entity) metaEntity {
	shown := map[string]bool{"createdAt": true, "updatedAt": true}
	out := metaEntity{
		Name: e.Name, Label: d.text(e.Name + ".label"), Plural: d.text(e.Name + ".plural"), Icon: e.Icon, Title: e.Title,
		Subtitle: e.Subtitle, Phone: e.Phone, Party: e.Party, Related: []metaRelated{}, Fields: []metaField{},
		Actions: d.actions(e), ColumnsFixed: e.ColumnsFixed, Kanban: []string{}, Calendar: []string{},
	}
	for _, f := range d.who.Fields(e.Name) {
		if !f.Hidden {
			shown[f.Key] = true
			switch field.ResultOf(f.Type) {
			case field.Select:
				out.Kanban = append(out.Kanban, f.Key)
			case field.Day, field.Moment:
				if len(f.Type.Columns(f.Key)) > 0 {
					out.Calendar = append(out.Calendar, f.Key)
				}
			}
			out.Fields = append(out.Fields, d.field(e, f))
		}
	}
	hidden := func(key string) bool { return !shown[key] }
	for _, key := range []*string{&out.Phone.Badge, &out.Phone.Right, &out.Phone.Second, &out.Subtitle} {
		if hidden(*key) {
			*key = ""
		}
	}
	out.List = metaList{slices.DeleteFunc(slices.Clone(e.List.Columns), hidden), e.List.Sort}
	out.Filters = slices.DeleteFunc(slices.Clone(e.Filters), hidden)
	out.Form.Sections = []metaSection{}
	for _, section := range d.schema.Form(e, d.roles()...) {
		fields := slices.DeleteFunc(slices.Clone(section.Fields), hidden)
		if len(fields) > 0 {
			out.Form.Sections = append(out.Form.Sections, metaSection{d.text(e.Name + ".sections." + section.Key), fields})
		}
	}
	for _, r := range e.Related {
		if d.who.May(r.Entity, rights.Read) {
			related := metaRelated{Entity: r.Entity, Field: r.Field, Label: d.text(r.Entity + ".plural")}
			if r.Sort.Field != "" {
				related.Sort = &r.Sort
			}
			out.Related = append(out.Related, related)
		}
	}
	return out
}

// roles are the user's, as forms are arranged for them.
func (d drawer) roles() []string {
	var ids []string
	for _, role := range d.who.Roles() {
		ids = append(ids, role.ID.String())
	}
	return ids
}

func (d drawer) field(e *crm.Entity, f *field.Field) metaField {
	out := metaField{
		Key: f.Key, Type: f.Type.Name(), Label: d.text(e.Name + ".fields." + f.Path()), Required: f.Required,
		ReadOnly: !d.who.MayWrite(e, f, true), Unique: f.Unique, Width: f.Width, Dict: f.Dict, Ref: f.Ref, Offers: f.Offers,
		Sortable: records.Sortable(e, f), Filterable: len(f.Type.Ops()) > 0, Max: f.Max, Ops: f.Type.Ops(), Default: f.Default,
		IM: f.IM, Mask: f.Mask, Custom: f.Custom, Chained: f.Chained, ShowIf: f.ShowIf, Formula: f.Formula,
	}
	if d.who.Masks(e, f) {
		out.Mask, out.Sortable = field.MaskAlways, false
	}
	if hint, ok := d.schema.Labels.Lookup(d.lang, e.Name+".hints."+f.Path()); ok {
		out.Hint = hint
	}
	for _, o := range f.Options {
		out.Options = append(out.Options, metaOption{o.ID, d.text(e.Name + ".options." + f.Path() + "." + o.ID), o.Tone, o.Retired})
	}
	if field.IsFormula(f.Type) {
		out.Result = field.ResultOf(f.Type).Name()
	}
	switch field.ResultOf(f.Type) {
	case field.Fraction, field.Percent:
		out.Decimals = &f.Decimals
	case field.Amount:
		if f.Measure != "" {
			out.Decimals = &f.Decimals
		}
	}
	if f.Type == field.Lines {
		out.Lines = &metaLines{Fields: []metaField{}}
		for i := range f.Lines {
			if sub := &f.Lines[i]; !sub.Hidden && d.who.MayRead(e, sub) {
				out.Lines.Fields = append(out.Lines.Fields, d.field(e, sub))
			}
		}
	}
	return out
}
