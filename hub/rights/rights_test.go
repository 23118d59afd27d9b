package rights

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"testing/fstest"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// The office of these tests: 1 leads 2 and 3, 3 leads 4; 5 stands alone. 3 and 4 are
// in department 20, which lies in 10 with 2; 1 is in 10.
func testOffice(roles ...*Role) *Office {
	o := deliveredOffice()
	o.Rev = 1
	o.Users = map[crm.ID]*crm.User{}
	for id, department := range map[crm.ID]crm.ID{1: 10, 2: 10, 3: 20, 4: 20, 5: 0} {
		o.Users[id] = &crm.User{ID: id, Department: department, Active: true}
	}
	o.Departments = map[crm.ID]*crm.Department{10: {ID: 10}, 20: {ID: 20, Parent: 10}}
	o.Below = map[crm.ID][]crm.ID{1: {2, 3, 4}, 3: {4}}
	o.Subtree = map[crm.ID][]crm.ID{10: {10, 20}, 20: {20}}
	o.Groups = map[crm.ID]*crm.Group{30: {ID: 30, Members: []crm.ID{2, 5}}}
	o.UserRoles = map[crm.ID][]crm.ID{}
	for _, role := range roles {
		o.Roles[role.ID] = role
	}
	return o
}

func testSchema(t testing.TB) *crm.Schema {
	labels := fstest.MapFS{}
	for _, lang := range []string{"zh-CN", "zh-TW", "en"} {
		labels["labels/"+lang+".json"] = &fstest.MapFile{Data: []byte("{}")}
	}
	name := field.Field{Key: "name", Type: field.Text}
	schema, err := crm.Compile([]crm.Module{{Name: "test", Labels: labels, Entities: []*crm.Entity{
		{Name: "customer", Title: "name", Fields: []field.Field{name, {Key: "phones", Type: field.Phones}, {Key: "note", Type: field.Text}, {Key: "owner", Type: field.User}}},
		{Name: "contact", Title: "name", Fields: []field.Field{name, {Key: "customer", Type: field.Reference, Ref: "customer"}},
			Access: crm.Access{Parents: []string{"customer"}, Follow: true}},
		{Name: "order", Title: "name", Fields: []field.Field{name, {Key: "customer", Type: field.Reference, Ref: "customer"}},
			Access: crm.Access{Parents: []string{"customer"}}},
		{Name: "supplier", Title: "name", Fields: []field.Field{name}, Access: crm.Access{Shared: true}},
		{Name: "private", Title: "name", Fields: []field.Field{name}, Access: crm.Access{Private: true}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func role(id crm.ID, grants map[string]Grant) *Role { return &Role{ID: id, Grants: grants} }

func TestReach(t *testing.T) {
	schema := testSchema(t)
	read := []Action{Read, Edit, Transfer}
	for name, tt := range map[string]struct {
		user   crm.ID
		grants []Reach
		owners []crm.ID
		all    bool
	}{
		"SEC-06 a salesperson reaches his own":                   {1, []Reach{ReachOwn}, []crm.ID{1}, false},
		"SEC-06 a manager also his subordinates', of all levels": {1, []Reach{ReachTeam}, []crm.ID{1, 2, 3, 4}, false},
		"SEC-06 one without subordinates his own":                {4, []Reach{ReachTeam}, []crm.ID{4}, false},
		"SEC-06 a director his department and those below it":    {2, []Reach{ReachDepartment}, []crm.ID{1, 2, 3, 4}, false},
		"SEC-06 the lower department does not see the upper":     {4, []Reach{ReachDepartment}, []crm.ID{3, 4}, false},
		"SEC-06 one in no department his own":                    {5, []Reach{ReachDepartment}, []crm.ID{5}, false},
		"SEC-06 an administrator all":                            {1, []Reach{ReachAll}, nil, true},
		"shared alone holds nothing of his own":                  {1, []Reach{ReachShared}, nil, false},
		"two roles reach what either does":                       {3, []Reach{ReachTeam, ReachDepartment}, []crm.ID{3, 4}, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := testOffice()
			for i, reach := range tt.grants {
				id := crm.ID(100 + i)
				o.Roles[id] = role(id, map[string]Grant{Any: {read, reach}})
				o.UserRoles[tt.user] = append(o.UserRoles[tt.user], id)
			}
			who := Compile(o.Users[tt.user], schema, o)
			scope := who.Scope("customer", Read)
			if !slices.Equal(scope.Owners, tt.owners) || scope.All != tt.all {
				t.Errorf("owners %v, all %v", scope.Owners, scope.All)
			}
			if private := who.Scope("private", Read); !slices.Equal(private.Owners, []crm.ID{tt.user}) || private.All || private.Shared != nil {
				t.Errorf("a private record: %+v", private)
			}
			if !tt.all && who.Scope("customer", Transfer).Shared != nil {
				t.Error("what was shared with one is not one's to hand on")
			}
		})
	}
}

func TestScopeOfShares(t *testing.T) {
	o := testOffice()
	o.UserRoles[2] = []crm.ID{RoleSales}
	who := Compile(o.Users[2], testSchema(t), o)
	if with := who.Scope("customer", Read).Shared; with == nil || !slices.Equal(with.With, []crm.ID{2, 10, 30}) || with.Edit {
		t.Errorf("shares reach %+v, want the user, his department and his group", with)
	}
	if with := who.Scope("customer", Edit).Shared; with == nil || !with.Edit {
		t.Errorf("editing takes %+v", with)
	}
	contact := who.Scope("contact", Read)
	if len(contact.Parents) != 1 || contact.Parents[0].Scope.Shared == nil {
		t.Errorf("who reads a customer does not read its people: %+v", contact)
	}
	if order := who.Scope("order", Edit); len(order.Parents) != 0 {
		t.Errorf("writing follows where it must not: %+v", order)
	}
	if !slices.Equal(o.Members(10), []crm.ID{1, 2, 3, 4}) || !slices.Equal(o.Members(30), []crm.ID{2, 5}) {
		t.Error("a department or a group stands for the wrong people")
	}
}

func TestFunctionRights(t *testing.T) {
	schema := testSchema(t)
	for _, action := range Actions[1:] {
		t.Run("SEC-03 "+string(action)+" works alone", func(t *testing.T) {
			o := testOffice(role(100, map[string]Grant{"order": {[]Action{Read, action}, ReachAll}}))
			o.UserRoles[1] = []crm.ID{100}
			who := Compile(o.Users[1], schema, o)
			for _, other := range Actions[1:] {
				if may := who.May("order", other); may != (other == action) {
					t.Errorf("%s: %v", other, may)
				}
				if who.May("customer", other) || !who.Scope("customer", other).None() {
					t.Errorf("%s of another entity", other)
				}
			}
		})
	}
	t.Run("SEC-04 new without approve, approve without new", func(t *testing.T) {
		o := testOffice(role(100, map[string]Grant{"order": {[]Action{Read, Create}, ReachAll}}),
			role(101, map[string]Grant{"order": {[]Action{Read, Approve}, ReachAll}}))
		o.UserRoles[1], o.UserRoles[2], o.UserRoles[3] = []crm.ID{100}, []crm.ID{101}, []crm.ID{100, 101}
		for user, want := range map[crm.ID][2]bool{1: {true, false}, 2: {false, true}, 3: {true, true}} {
			who := Compile(o.Users[user], schema, o)
			if who.May("order", Create) != want[0] || who.May("order", Approve) != want[1] {
				t.Errorf("user %d", user)
			}
		}
	})
	t.Run("who can't read can do nothing", func(t *testing.T) {
		o := testOffice(role(100, map[string]Grant{Any: {[]Action{Edit, Delete, Export}, ReachAll}}))
		o.UserRoles[1] = []crm.ID{100}
		if who := Compile(o.Users[1], schema, o); who.May("customer", Delete) || !who.Scope("customer", Edit).None() {
			t.Error("he may")
		}
	})
	t.Run("a role that names an entity means what it says", func(t *testing.T) {
		o := testOffice(role(100, map[string]Grant{Any: {Actions, ReachOwn}, "supplier": {[]Action{Read}, ReachOwn}, "order": {nil, ReachAll}}))
		o.UserRoles[1] = []crm.ID{100}
		who := Compile(o.Users[1], schema, o)
		if who.Scope("supplier", Read).All || who.May("supplier", Create) || who.May("order", Read) || !who.May("customer", Create) {
			t.Error("it does not")
		}
	})
	t.Run("a narrower reach than the customer's does not follow the customer", func(t *testing.T) {
		o := testOffice(role(100, map[string]Grant{Any: {Actions, ReachDepartment}, "order": {[]Action{Read}, ReachOwn}}))
		o.UserRoles[1] = []crm.ID{100}
		who := Compile(o.Users[1], schema, o)
		if len(who.Scope("order", Read).Parents) != 0 || len(who.Scope("contact", Read).Parents) != 1 {
			t.Error("it does")
		}
	})
}

func TestFieldRights(t *testing.T) {
	schema := testSchema(t)
	e, _ := schema.Entity("customer")
	f := func(key string) *field.Field { f, _ := e.Field(key); return f }
	levels := func(note, phones Level) *Role {
		return &Role{ID: crm.NewID(), Grants: map[string]Grant{Any: {Actions, ReachAll}},
			Fields: map[string]map[string]Level{"customer": {"note": note, "phones": phones, "name": Hidden}}}
	}
	with := func(roles ...*Role) *Rights {
		o := testOffice(roles...)
		for _, r := range roles {
			o.UserRoles[1] = append(o.UserRoles[1], r.ID)
		}
		return Compile(o.Users[1], schema, o)
	}
	rec := func() *crm.Record {
		return &crm.Record{Entity: "customer", Values: map[string]any{"name": "甲", "note": "6222020200112233",
			"phones": []field.Phone{{Label: "mobile", Number: "13812345678", Raw: "138 1234 5678", Display: "138 1234 5678"}}}}
	}
	t.Run("SEC-07 hidden: the field is not there", func(t *testing.T) {
		who, r := with(levels(Hidden, Hidden)), rec()
		who.Prune(r)
		if len(r.Values) != 1 || len(who.Fields("customer")) != 2 || who.MayRead(e, f("note")) || who.MayCompare(e, f("note")) || who.MayWrite(e, f("note"), true) {
			t.Errorf("it is: %v", r.Values)
		}
	})
	t.Run("SEC-19 masked: 138****5678", func(t *testing.T) {
		who, r := with(levels(Masked, Masked)), rec()
		for range 2 {
			who.Prune(r)
		}
		want := map[string]any{"name": "甲", "note": "622****2233", "phones": []field.Phone{{Label: "mobile", Display: "138****5678", Masked: true}}}
		if !reflect.DeepEqual(r.Values, want) {
			t.Errorf("%v", r.Values)
		}
		if !who.MayRead(e, f("phones")) || !who.MayMatch(e, f("phones")) || who.MayCompare(e, f("phones")) || who.MayWrite(e, f("phones"), false) {
			t.Error("a masked field is read and found by a whole value, not compared or written")
		}
	})
	t.Run("SEC-07 read only", func(t *testing.T) {
		who := with(levels(ReadOnly, Editable))
		if who.MayWrite(e, f("note"), true) || !who.MayCompare(e, f("note")) || !who.MayWrite(e, f("phones"), false) {
			t.Error("not kept")
		}
	})
	t.Run("two roles show what either shows", func(t *testing.T) {
		if level := with(levels(Hidden, Masked), levels(ReadOnly, Hidden)).Level("customer", "phones"); level != Masked {
			t.Error(level)
		}
	})
	t.Run("a role that can't read the entity shows nothing of it", func(t *testing.T) {
		blind := role(500, map[string]Grant{"order": {[]Action{Read}, ReachAll}})
		if level := with(levels(Hidden, Hidden), blind).Level("customer", "note"); level != Hidden {
			t.Error(level)
		}
	})
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"13812345678": "138****5678", "wang.li@example.com": "w***@example.com", "330106199001011234": "330****1234",
		"87654321": "87****21", "王小明": "王***", "": "", "@x": "@***",
	} {
		if got := MaskText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		} else if again := MaskText(got); again != got {
			t.Errorf("%q masked twice is %q", in, again)
		}
	}
}

// kept is an office in memory.
type kept struct {
	office *Office
	reads  int
}

func (k *kept) RightsRev(context.Context) (int64, error) { return k.office.Rev, nil }
func (k *kept) Office(context.Context) (*Office, error)  { k.reads++; o := *k.office; return &o, nil }

func TestBook(t *testing.T) {
	schema, k := testSchema(t), &kept{office: testOffice()}
	k.office.UserRoles[1] = []crm.ID{RoleSales}
	book := NewBook(k)
	rights := func() *Rights {
		who, err := book.For(t.Context(), &crm.User{ID: 1, Lang: "en"}, schema)
		if err != nil {
			t.Fatal(err)
		}
		return who
	}
	first := rights()
	if second := rights(); second.sheet != first.sheet || k.reads != 1 {
		t.Error("compiled again without reason")
	}
	k.office.UserRoles[1] = []crm.ID{RoleAdmin}
	k.office.Rev++
	if who := rights(); !who.May("customer", Delete) || !who.Administrates() || first.May("customer", Delete) {
		t.Error("a change of the office is not noticed, or changes what a request has begun with")
	}
}

func BenchmarkBookCached(b *testing.B) {
	schema, k := testSchema(b), &kept{office: testOffice()}
	book, user := NewBook(k), &crm.User{ID: 1}
	for b.Loop() {
		if _, err := book.For(b.Context(), user, schema); err != nil {
			b.Fatal(err)
		}
	}
}
