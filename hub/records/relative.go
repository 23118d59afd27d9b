package records

import (
	"encoding/json"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// maxDays bounds how far {"rel":"days"} reaches.
const maxDays = 36_600

// relative turns a span that moves with the calendar into comparisons with days, by
// the office's clock:
//
//	eq  within the span     lt  before it    gt  after it
//	ne  outside of it       le  not after    ge  not before
func (c *checker) relative(f crm.Filter, def *field.Field, tree map[string]any) (crm.Filter, error) {
	if def.Type == field.User {
		var err error
		f.Value, err = c.operand(f, def, f.Value)
		return f, err
	}
	name, _ := tree["rel"].(string)
	from, to, ok := span(name, days(tree["n"]), f.Op, c.now)
	kind := field.ResultOf(def.Type)
	if !ok || kind != field.Day && kind != field.Moment {
		return f, badFilter("query.bad_filter", f.Field)
	}
	at := func(op field.Op, t time.Time) crm.Filter {
		if kind == field.Day {
			return crm.Filter{Field: f.Field, Op: op, Value: t.Format(time.DateOnly)}
		}
		return crm.Filter{Field: f.Field, Op: op, Value: t.UnixMilli()}
	}
	switch f.Op {
	case field.Eq:
		return crm.Filter{And: []crm.Filter{at(field.Ge, from), at(field.Lt, to)}}, nil
	case field.Ne:
		none := crm.Filter{Field: f.Field, Op: field.Empty}
		return crm.Filter{Or: []crm.Filter{none, at(field.Lt, from), at(field.Ge, to)}}, nil
	case field.Lt:
		return at(field.Lt, from), nil
	case field.Le:
		return at(field.Lt, to), nil
	case field.Ge:
		return at(field.Ge, from), nil
	case field.Gt:
		return at(field.Ge, to), nil
	}
	return f, badFilter("query.bad_operator", f.Field)
}

func days(n any) int {
	number, _ := n.(json.Number)
	i, _ := number.Int64()
	return int(min(max(i, -maxDays), maxDays))
}

// span gives the first midnight of a span and the first after it. "days" is the n-th
// day from today; asked for with eq it is all days from today to there, both counted.
func span(name string, n int, op field.Op, now time.Time) (from, to time.Time, ok bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	day := func(i int) time.Time { return today.AddDate(0, 0, i) }
	monday := day(-(int(today.Weekday()) + 6) % 7)
	first := today.AddDate(0, 0, 1-today.Day())
	quarter := first.AddDate(0, -(int(first.Month())-1)%3, 0)
	january := time.Date(now.Year(), 1, 1, 0, 0, 0, 0, now.Location())
	switch name {
	case "today":
		return today, day(1), true
	case "yesterday":
		return day(-1), today, true
	case "tomorrow":
		return day(1), day(2), true
	case "thisWeek":
		return monday, monday.AddDate(0, 0, 7), true
	case "lastWeek":
		return monday.AddDate(0, 0, -7), monday, true
	case "nextWeek":
		return monday.AddDate(0, 0, 7), monday.AddDate(0, 0, 14), true
	case "thisMonth":
		return first, first.AddDate(0, 1, 0), true
	case "lastMonth":
		return first.AddDate(0, -1, 0), first, true
	case "nextMonth":
		return first.AddDate(0, 1, 0), first.AddDate(0, 2, 0), true
	case "thisQuarter":
		return quarter, quarter.AddDate(0, 3, 0), true
	case "thisYear":
		return january, january.AddDate(1, 0, 0), true
	case "lastYear":
		return january.AddDate(-1, 0, 0), january, true
	case "days":
		switch {
		case op != field.Eq && op != field.Ne:
			return day(n), day(n + 1), true
		case n < 0:
			return day(n), day(1), true
		}
		return today, day(n + 1), true
	}
	return from, to, false
}
