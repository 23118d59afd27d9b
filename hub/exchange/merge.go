package exchange

import (
	"slices"

	"bellhop/hub/field"
)

// merge is what a row changes of a record. A telephone number is never lost: those of
// the row stand first, the others stay behind them.
func merge(c *converter, values, there map[string]any, action Action) map[string]any {
	set := map[string]any{}
	for key, v := range values {
		f, _ := c.e.Field(key)
		now, err := f.Type.Parse(f, v)
		if err != nil || now == nil {
			set[key] = v // it will be refused with its reason
			continue
		}
		numbers, isPhones := there[key].([]field.Phone)
		switch {
		case isPhones:
			if list := joinPhones(v, numbers, action); list != nil {
				set[key] = list
			}
		case there[key] != nil && there[key] != "" && (action == Fill || alike(f, now, there[key])):
		case !c.who.MayWrite(c.e, f, false):
		default:
			set[key] = v
		}
	}
	return set
}

func alike(f *field.Field, a, b any) bool {
	x, y := f.Type.Bind(a), f.Type.Bind(b)
	return len(x) > 0 && slices.Equal(x, y)
}

// joinPhones gives nil when the row brings no number that isn't there.
func joinPhones(v any, there []field.Phone, action Action) []any {
	brought, _ := v.([]any)
	var fresh, kept []any
	for _, item := range brought {
		m, _ := item.(map[string]any)
		number, _ := m["number"].(string)
		has := slices.ContainsFunc(there, func(p field.Phone) bool { return sameNumber(p, number) })
		if !has {
			fresh = append(fresh, item)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	for _, p := range there {
		kept = append(kept, map[string]any{"label": p.Label, "number": p.Display})
	}
	if action == Fill {
		return append(kept, fresh...)
	}
	return append(fresh, kept...)
}
