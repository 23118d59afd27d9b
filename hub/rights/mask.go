package rights

import (
	"strings"

	"bellhop/hub/field"
)

// Mask gives what is shown of a masked value: enough to recognise it by, too little
// to use it. nil says that nothing of it is shown.
func Mask(_ *field.Field, v any) any {
	switch v := v.(type) {
	case string:
		return MaskText(v)
	case []field.Phone:
		masked := make([]field.Phone, len(v))
		for i, p := range v {
			masked[i] = field.Phone{Label: p.Label, Display: MaskNumber(strings.NewReplacer(" ", "", "-", "").Replace(p.Display)), Masked: true}
		}
		return masked
	}
	return nil
}

// MaskText masks a mail address as a***@example.com, and anything else by its middle.
func MaskText(s string) string {
	if local, domain, ok := strings.Cut(s, "@"); ok && local != "" {
		return string([]rune(local)[:1]) + "***@" + domain
	}
	return MaskNumber(s)
}

// MaskNumber keeps the head and the last four of a telephone, identity or bank number:
// 138****5678. Of a short text it keeps the first character alone.
func MaskNumber(s string) string {
	r := []rune(strings.TrimSpace(s))
	switch n := len(r); {
	case n == 0:
		return ""
	case n < 7:
		return string(r[:1]) + "***"
	case n < 11:
		return string(r[:2]) + "****" + string(r[n-2:])
	default:
		return string(r[:3]) + "****" + string(r[n-4:])
	}
}
