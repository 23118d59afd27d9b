package print

import (
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// sample stands for a record where there is none yet: every field is its own name.
type sample struct {
	words
	who    *rights.Rights
	e      *crm.Entity
	office map[string]string
}

func (s sample) Label(path string) string { return s.labelOf(s.who, s.e, path) }

func (s sample) Text(path string) string {
	if key, ok := strings.CutPrefix(path, "office."); ok {
		return s.office[key]
	}
	if path == "mail.postcode" {
		return "310000"
	}
	return s.Label(path)
}

func (s sample) Words(string) string { return field.Capital(field.CNY(128_000)) }

const sampleRows = 3

func (s sample) Rows(string) int                             { return sampleRows }
func (s sample) Cell(lines string, _ int, key string) string { return s.Label(lines + "." + key) }
func (s sample) Sum(string, string, int, int) string         { return "" }

func (s sample) Right(lines, key string) bool {
	f, ok := s.e.Field(lines)
	if !ok {
		return false
	}
	sub, ok := f.Line(key)
	return ok && rightAligned(sub)
}
