package records

import (
	"slices"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// checker turns a filter as a client sent it into one the store may run: every field
// readable, every operator the type's own, every operand in the form of the column,
// every related record within the user's scope.
type checker struct {
	schema *crm.Schema
	who    *rights.Rights
	e      *crm.Entity // whose fields are named at this place of the tree
	now    time.Time
	nodes  int
}

// check checks a filter on records of e for one user.
func (r *Records) check(who *rights.Rights, e *crm.Entity, f crm.Filter) (crm.Filter, error) {
	c := checker{schema: r.Schema(), who: who, e: e, now: r.now()}
	return c.filter(f, 0)
}

func badFilter(key, at string) error {
	return &crm.Error{Code: crm.Invalid, Key: key, Field: at}
}

func (c *checker) filter(f crm.Filter, depth int) (crm.Filter, error) {
	c.nodes++
	if depth > maxDepth || c.nodes > maxFilters {
		return f, badFilter("query.filter_too_large", "")
	}
	kinds := 0
	for _, is := range []bool{f.And != nil, f.Or != nil, f.Related != nil, f.Field != ""} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		return f, badFilter("query.bad_filter", f.Field)
	}
	var err error
	switch {
	case f.And != nil:
		f.And, err = c.list(f.And, depth)
	case f.Or != nil:
		f.Or, err = c.list(f.Or, depth)
	case f.Related != nil:
		f.Related, err = c.child(*f.Related, depth)
	default:
		f, err = c.compare(f)
	}
	return f, err
}

func (c *checker) list(in []crm.Filter, depth int) ([]crm.Filter, error) {
	out := make([]crm.Filter, len(in))
	for i := range in {
		var err error
		if out[i], err = c.filter(in[i], depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// child checks what is asked of the records that point here, as their own list would.
func (c *checker) child(in crm.Child, depth int) (*crm.Child, error) {
	e, ok := c.schema.Entity(in.Entity)
	if !ok || !c.who.May(in.Entity, rights.Read) {
		return nil, badFilter("query.no_such_field", in.Entity)
	}
	if f, ok := e.Field(in.Field); !ok || f.Ref != c.e.Name || !c.who.MayCompare(e, f) {
		return nil, badFilter("query.no_such_field", in.Entity+"."+in.Field)
	}
	out := crm.Child{Entity: in.Entity, Field: in.Field, None: in.None, Scope: c.who.Scope(in.Entity, rights.Read)}
	if in.Filter == nil {
		return &out, nil
	}
	within := c.e
	c.e = e
	checked, err := c.filter(*in.Filter, depth+1)
	c.e = within
	out.Filter = &checked
	return &out, err
}

// systemFields are filtered like declared ones.
var systemFields = field.Field{Type: field.Moment}

// readable gives the definition of a field the user may ask about: of the entity, or
// of its lines ("lines.product"). One that is hidden
// from him doesn't exist for him.
func (c *checker) readable(key string) (*field.Field, bool) {
	if crm.SystemField(key) {
		return &systemFields, true
	}
	key, line, inLines := strings.Cut(key, ".")
	def, ok := c.e.Field(key)
	if !ok || !c.who.MayRead(c.e, def) {
		return nil, false
	}
	if inLines {
		def, ok = def.Line(line)
		ok = ok && c.who.MayRead(c.e, def)
	}
	return def, ok
}

// sharedWith is asked like a field of every record that has an owner: {"field":
// "sharedWith", "op": "eq", "value": {"rel": "me"}}. Nobody asks what others get to see.
const sharedWith = "sharedWith"

func (c *checker) compare(f crm.Filter) (crm.Filter, error) {
	if f.Field == sharedWith && !c.e.Access.Private {
		if tree, ok := f.Value.(map[string]any); ok && tree["rel"] == "me" && f.Op == field.Eq {
			return crm.Filter{Shared: &crm.Shared{With: c.who.Addresses()}}, nil
		}
		return f, badFilter("query.bad_filter", f.Field)
	}
	def, ok := c.readable(f.Field)
	if !ok {
		return f, badFilter("query.no_such_field", f.Field)
	}
	if !knows(def.Type.Ops(), f.Op) || !c.answers(f) {
		return f, badFilter("query.bad_operator", f.Field)
	}
	if tree, ok := f.Value.(map[string]any); ok && tree["rel"] != nil {
		return c.relative(f, def, tree)
	} else if ok && tree["field"] != nil {
		return c.otherField(f, def, tree)
	}
	var err error
	switch f.Op {
	case field.Empty, field.NotEmpty:
		f.Value = nil
	case field.In, field.NotIn:
		f.Value, err = c.operands(f, def)
	case field.Between:
		return c.between(f, def)
	default:
		f.Value, err = c.operand(f, def, f.Value)
	}
	return f, err
}

// knows tells whether a type answers to op: some operators follow from others.
func knows(ops []field.Op, op field.Op) bool {
	from := map[field.Op]field.Op{field.NotIn: field.In, field.Between: field.Ge, field.StartsWith: field.Contains}
	return slices.Contains(ops, op) || from[op] != "" && slices.Contains(ops, from[op])
}

// answers tells whether the user may ask this of the field. A masked one answers to
// whole values alone: anything else would tell it piece by piece.
func (c *checker) answers(f crm.Filter) bool {
	def, ok := c.e.Field(f.Field)
	if !ok || c.who.MayCompare(c.e, def) {
		return true
	}
	if tree, ok := f.Value.(map[string]any); ok && tree["field"] != nil {
		return false
	}
	return slices.Contains([]field.Op{field.Eq, field.In, field.Empty, field.NotEmpty}, f.Op)
}

func (c *checker) operand(f crm.Filter, def *field.Field, in any) (any, error) {
	if text, ok := in.(string); ok && len(text) > maxPattern {
		return nil, badFilter("query.bad_filter", f.Field)
	}
	if tree, ok := in.(map[string]any); ok && tree["rel"] == "me" && def.Type == field.User {
		return int64(c.who.User.ID), nil
	}
	v, err := def.Type.Operand(def, f.Op, in)
	return v, operandFault(f.Field, err)
}

func (c *checker) operands(f crm.Filter, def *field.Field) ([]any, error) {
	list, ok := f.Value.([]any)
	if !ok || len(list) > maxOperands {
		return nil, badFilter("query.bad_filter", f.Field)
	}
	out := make([]any, len(list))
	for i := range list {
		var err error
		if out[i], err = c.operand(f, def, list[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// between becomes two comparisons, or one where an end is open.
func (c *checker) between(f crm.Filter, def *field.Field) (crm.Filter, error) {
	ends, ok := f.Value.([]any)
	if !ok || len(ends) != 2 || ends[0] == nil && ends[1] == nil {
		return f, badFilter("query.bad_filter", f.Field)
	}
	both := crm.Filter{And: []crm.Filter{}}
	for i, op := range []field.Op{field.Ge, field.Le} {
		if ends[i] == nil {
			continue
		}
		end, err := c.compare(crm.Filter{Field: f.Field, Op: op, Value: ends[i]})
		if err != nil {
			return f, err
		}
		both.And = append(both.And, end)
	}
	return both, nil
}

// otherField compares two fields of the record, of one type or a day with a moment.
func (c *checker) otherField(f crm.Filter, def *field.Field, tree map[string]any) (crm.Filter, error) {
	key, _ := tree["field"].(string)
	other, ok := c.readable(key)
	if !ok || !c.answers(crm.Filter{Field: key, Op: field.Lt}) {
		return f, badFilter("query.no_such_field", key)
	}
	timed := func(t field.Type) bool { return t == field.Day || t == field.Moment }
	inLines := strings.Contains(f.Field+key, ".")
	stored := !inLines && len(def.Type.Columns(f.Field)) > 0 && len(other.Type.Columns(key)) > 0
	kind, otherKind := field.ResultOf(def.Type), field.ResultOf(other.Type)
	alike := kind == otherKind || timed(kind) && timed(otherKind)
	if !stored || !alike || !slices.Contains([]field.Op{field.Eq, field.Ne, field.Lt, field.Le, field.Gt, field.Ge}, f.Op) {
		return f, badFilter("query.bad_operator", f.Field)
	}
	f.Value = crm.OtherField{Key: key}
	return f, nil
}

func operandFault(key string, err error) error {
	if err == nil {
		return nil
	}
	if bad, ok := err.(*field.Error); ok {
		return &crm.Error{Code: crm.Invalid, Key: bad.Key, Args: bad.Args, Field: key}
	}
	return err
}
