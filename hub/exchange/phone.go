package exchange

import (
	"bellhop/hub/field"
	"bellhop/hub/phone"
)

// sameNumber tells whether a number as somebody wrote it is one a record has.
func sameNumber(p field.Phone, typed string) bool {
	n := phone.Normalise(typed, "")
	if n.Canonical == p.Number {
		return n.Ext == "" || phone.Normalise(p.Display, "").Ext == n.Ext
	}
	// Written without its area code, which only the office knows.
	return n.Kind == phone.Local && len(n.Canonical) >= 7 && len(p.Number) > len(n.Canonical) && p.Number[len(p.Number)-len(n.Canonical):] == n.Canonical
}
