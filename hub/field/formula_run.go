package field

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// eval computes a node; ok is false when there is no answer at all.
func (r *run) eval(n node) (v any, ok bool) {
	switch n.kind {
	case 'n', 's', 'b':
		return n.value, true
	case 'f':
		return r.operand(r.scope.Value(n.name)), true
	case 'l':
		_, key, _ := strings.Cut(n.name, ".")
		return r.operand(r.line.Value(key)), true
	case 'o':
		return r.operate(n)
	}
	return r.call(n)
}

func (r *run) operate(n node) (any, bool) {
	a, ok := r.eval(n.args[0])
	if !ok {
		return nil, false
	}
	switch n.name {
	case "and":
		if !truth(a) {
			return false, true
		}
		b, ok := r.eval(n.args[1])
		return truth(b), ok
	case "or":
		if truth(a) {
			return true, true
		}
		b, ok := r.eval(n.args[1])
		return truth(b), ok
	}
	b, ok := r.eval(n.args[1])
	if !ok {
		return nil, false
	}
	switch n.name {
	case "&":
		return cut(textOf(a)+textOf(b), 2000), true
	case "+", "-":
		return plus(n.name, a, b)
	case "*", "/":
		return times(n.name, a, b)
	}
	return compared(n.name, a, b), true
}

// plus adds and subtracts numbers, and days.
func plus(op string, a, b any) (any, bool) {
	day, isDay := a.(Date)
	other, bothDays := b.(Date)
	switch {
	case isDay && bothDays && op == "-":
		days, ok := daysBetween(other, day)
		return days, ok
	case isDay || bothDays:
		if bothDays {
			if isDay || op == "-" {
				return nil, false
			}
			day, b = other, a
		}
		n, ok := number(b)
		if !ok || n.CmpAbs(scaled(1_000_000)) > 0 {
			return nil, false
		}
		days := int(unscaled(roundBig(n, 0), 0).Int64())
		if op == "-" {
			days = -days
		}
		return shift(day, days)
	}
	x, ok1 := number(a)
	y, ok2 := number(b)
	if !ok1 || !ok2 {
		return nil, false
	}
	if op == "-" {
		y = new(big.Int).Neg(y)
	}
	return within(new(big.Int).Add(x, y))
}

func times(op string, a, b any) (any, bool) {
	x, ok1 := number(a)
	y, ok2 := number(b)
	switch {
	case !ok1 || !ok2, op == "/" && y.Sign() == 0:
		return nil, false
	case op == "*":
		return within(divide(new(big.Int).Mul(x, y), scaleUnit))
	}
	return within(divide(new(big.Int).Mul(x, scaleUnit), y))
}

func within(n *big.Int) (any, bool) { return n, n.CmpAbs(numberLimit) <= 0 }

// number counts empty as 0 and yes as 1; a text is no number.
func number(v any) (*big.Int, bool) {
	switch v := v.(type) {
	case nil:
		return new(big.Int), true
	case *big.Int:
		return v, true
	case bool:
		if v {
			return scaled(1), true
		}
		return new(big.Int), true
	}
	return nil, false
}

func truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case *big.Int:
		return v.Sign() != 0
	case string:
		return v != ""
	}
	return v != nil
}

// textOf writes a value as & does.
func textOf(v any) string {
	switch v := v.(type) {
	case *big.Int:
		s := v.String()
		sign := ""
		if rest, negative := strings.CutPrefix(s, "-"); negative {
			sign, s = "-", rest
		}
		if len(s) <= numberScale {
			s = strings.Repeat("0", numberScale+1-len(s)) + s
		}
		point := len(s) - numberScale
		return sign + strings.TrimSuffix(s[:point]+"."+strings.TrimRight(s[point:], "0"), ".")
	case string:
		return v
	case Date:
		return string(v)
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}

// compared compares like with like: empty is 0 beside a number, "" beside a text.
func compared(op string, a, b any) bool {
	order, ok := 0, true
	switch {
	case isKind[string](a, b), isKind[Date](a, b):
		order = strings.Compare(textOf(a), textOf(b))
		// A day is neither before nor after none.
		ok = op == "=" || op == "==" || op == "<>" || op == "!=" || !isKind[Date](a, b) || a != nil && b != nil
	default:
		x, ok1 := number(a)
		y, ok2 := number(b)
		if ok = ok1 && ok2; ok {
			order = x.Cmp(y)
		}
	}
	if !ok {
		return op == "<>" || op == "!="
	}
	switch op {
	case "=", "==":
		return order == 0
	case "<>", "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// isKind tells that one of two values is a T and the other one too, or empty.
func isKind[T any](a, b any) bool {
	_, x := a.(T)
	_, y := b.(T)
	return x && (y || b == nil) || y && a == nil
}

func (r *run) call(n node) (any, bool) {
	if n.name == "if" {
		return r.choose(n)
	}
	// Within a line min and max compare what stands in it.
	if over := slices.Contains(aggregates, n.name) && len(n.args) == 1 && r.line == nil; over {
		if table, _ := tableOf(n.args[0]); table != "" {
			return r.aggregate(n, table)
		}
	}
	args := make([]any, len(n.args))
	for i := range n.args {
		v, ok := r.eval(n.args[i])
		if !ok && n.name != "empty" {
			return nil, false
		}
		args[i] = v
	}
	if f := functions[n.name]; f != nil {
		return f(r, args)
	}
	return nil, false
}

func (r *run) choose(n node) (any, bool) {
	cond, ok := r.eval(n.args[0])
	if !ok {
		return nil, false
	}
	switch {
	case truth(cond):
		return r.eval(n.args[1])
	case len(n.args) == 3:
		return r.eval(n.args[2])
	}
	return nil, true
}

// aggregate runs over the lines; a line without an answer is left out.
func (r *run) aggregate(n node, table string) (any, bool) {
	rows := r.scope.Rows(table)
	if n.name == "count" {
		if !strings.Contains(n.args[0].name, ".") && n.args[0].kind == 'l' {
			return scaled(int64(len(rows))), true
		}
	}
	var values []any
	for _, row := range rows {
		inner := &run{scope: r.scope, line: row, currency: r.currency}
		v, ok := inner.eval(n.args[0])
		r.currency = inner.currency
		if ok && v != nil {
			values = append(values, v)
		}
	}
	switch n.name {
	case "count":
		return scaled(int64(len(values))), true
	case "min", "max":
		return extreme(n.name, values)
	}
	total := new(big.Int)
	for _, v := range values {
		x, ok := number(v)
		if !ok {
			return nil, false
		}
		total.Add(total, x)
	}
	if n.name == "avg" {
		if len(values) == 0 {
			return nil, true
		}
		total = divide(total, big.NewInt(int64(len(values))))
	}
	return within(total)
}

func extreme(name string, values []any) (any, bool) {
	var best any
	for _, v := range values {
		if v == nil {
			continue
		}
		op := "<"
		if name == "max" {
			op = ">"
		}
		if best == nil || compared(op, v, best) {
			best = v
		}
	}
	return best, true
}

// functions run on computed arguments.
var functions = map[string]func(r *run, args []any) (any, bool){
	"neg": func(_ *run, args []any) (any, bool) {
		n, ok := number(args[0])
		if !ok {
			return nil, false
		}
		return new(big.Int).Neg(n), true
	},
	"abs": func(_ *run, args []any) (any, bool) {
		n, ok := number(args[0])
		if !ok {
			return nil, false
		}
		return new(big.Int).Abs(n), true
	},
	"round": func(_ *run, args []any) (any, bool) {
		n, ok := number(args[0])
		places, okPlaces := small(args, 1, -12, numberScale)
		if !ok || !okPlaces {
			return nil, false
		}
		return roundBig(n, places), true
	},
	"floor": func(_ *run, args []any) (any, bool) { return whole(args[0], -1) },
	"ceil":  func(_ *run, args []any) (any, bool) { return whole(args[0], 1) },
	"min":   func(_ *run, args []any) (any, bool) { return extreme("min", args) },
	"max":   func(_ *run, args []any) (any, bool) { return extreme("max", args) },
	"today": func(r *run, _ []any) (any, bool) { return r.scope.Today(), true },
	"year": func(_ *run, args []any) (any, bool) {
		return datePart(args[0], func(t time.Time) int { return t.Year() })
	},
	"month": func(_ *run, args []any) (any, bool) {
		return datePart(args[0], func(t time.Time) int { return int(t.Month()) })
	},
	"day": func(_ *run, args []any) (any, bool) {
		return datePart(args[0], func(t time.Time) int { return t.Day() })
	},
	"days": func(_ *run, args []any) (any, bool) {
		a, okA := args[0].(Date)
		b, okB := args[1].(Date)
		if !okA || !okB {
			return nil, true
		}
		return daysBetween(a, b)
	},
	"months": func(_ *run, args []any) (any, bool) { return fullMonths(args, 1) },
	"years":  func(_ *run, args []any) (any, bool) { return fullMonths(args, 12) },
	"date": func(_ *run, args []any) (any, bool) {
		y, ok1 := small(args, 0, 1800, 2999)
		m, ok2 := small(args, 1, 1, 12)
		d, ok3 := small(args, 2, 1, 31)
		if !ok1 || !ok2 || !ok3 {
			return nil, false
		}
		s := fmt.Sprintf("%04d-%02d-%02d", y, m, d)
		if _, err := time.Parse(dayLayout, s); err != nil {
			return nil, false
		}
		return Date(s), true
	},
	"empty": func(_ *run, args []any) (any, bool) { return args[0] == nil || args[0] == "", true },
	"not":   func(_ *run, args []any) (any, bool) { return !truth(args[0]), true },
	"and": func(_ *run, args []any) (any, bool) {
		return !slices.ContainsFunc(args, func(v any) bool { return !truth(v) }), true
	},
	"or": func(_ *run, args []any) (any, bool) { return slices.ContainsFunc(args, truth), true },
	"text": func(_ *run, args []any) (any, bool) {
		n, ok := args[0].(*big.Int)
		if !ok || len(args) == 1 {
			return textOf(args[0]), true
		}
		places, ok := small(args, 1, 0, numberScale)
		if !ok {
			return nil, false
		}
		s, fraction, _ := strings.Cut(textOf(roundBig(n, places)), ".")
		if places > 0 {
			s += "." + (fraction + strings.Repeat("0", numberScale))[:places]
		}
		return s, true
	},
	"len":   func(_ *run, args []any) (any, bool) { return scaled(int64(len([]rune(textOf(args[0]))))), true },
	"left":  func(_ *run, args []any) (any, bool) { return piece(args, false) },
	"right": func(_ *run, args []any) (any, bool) { return piece(args, true) },
}

// small reads a whole number within bounds; absent it is 0.
func small(args []any, i, least, most int) (int, bool) {
	if i >= len(args) {
		return 0, true
	}
	n, ok := number(args[i])
	if !ok {
		return 0, false
	}
	n = unscaled(roundBig(n, 0), 0)
	return int(n.Int64()), n.IsInt64() && n.Int64() >= int64(least) && n.Int64() <= int64(most)
}

// whole rounds down (-1) or up (1).
func whole(v any, way int) (any, bool) {
	n, ok := number(v)
	if !ok {
		return nil, false
	}
	q, rest := new(big.Int).QuoRem(n, scaleUnit, new(big.Int))
	if rest.Sign() == way {
		q.Add(q, big.NewInt(int64(way)))
	}
	return q.Mul(q, scaleUnit), true
}

func piece(args []any, end bool) (any, bool) {
	n, ok := small(args, 1, 0, maxFormula)
	s := []rune(textOf(args[0]))
	n = min(n, len(s))
	if end {
		return string(s[len(s)-n:]), ok
	}
	return string(s[:n]), ok
}

func datePart(v any, part func(time.Time) int) (any, bool) {
	t, ok := timeOf(v)
	if !ok {
		return nil, true
	}
	return scaled(int64(part(t))), true
}

func timeOf(v any) (time.Time, bool) {
	d, ok := v.(Date)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(dayLayout, string(d))
	return t, err == nil
}

func daysBetween(a, b Date) (any, bool) {
	from, ok1 := timeOf(a)
	to, ok2 := timeOf(b)
	return scaled(int64(to.Sub(from) / (24 * time.Hour))), ok1 && ok2
}

func shift(d Date, days int) (any, bool) {
	t, ok := timeOf(d)
	if !ok {
		return nil, false
	}
	t = t.AddDate(0, 0, days)
	if t.Year() < 1800 || t.Year() > 2999 {
		return nil, false
	}
	return Date(t.Format(dayLayout)), true
}

// fullMonths counts whole months (or years, of 12) from the first day to the second.
func fullMonths(args []any, of int) (any, bool) {
	a, ok1 := timeOf(args[0])
	b, ok2 := timeOf(args[1])
	if !ok1 || !ok2 {
		return nil, true
	}
	sign := 1
	if b.Before(a) {
		a, b, sign = b, a, -1
	}
	n := (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
	if b.Day() < a.Day() {
		n--
	}
	return scaled(int64(sign * (n / of))), true
}
