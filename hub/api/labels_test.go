package api

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bellhop/hub/backup"
	"bellhop/hub/crm"
	"bellhop/hub/exchange"
	"bellhop/hub/field"
	"bellhop/hub/label"
	"bellhop/hub/modules/all"
	"bellhop/hub/print"
	"bellhop/hub/rights"
	"bellhop/hub/telephony"
)

func allLabels(t *testing.T) *crm.Schema {
	schema, err := crm.Compile(append(all.Modules[:len(all.Modules):len(all.Modules)], crm.Module{Name: "hub", Labels: Labels},
		crm.Module{Name: "telephony", Labels: telephony.Labels}, crm.Module{Name: "rights", Labels: rights.Labels}, crm.Module{Name: "exchange", Labels: exchange.Labels}, crm.Module{Name: "print", Labels: print.Labels},
		crm.Module{Name: "backup", Labels: backup.Labels}))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestLanguagesHaveTheSameTexts(t *testing.T) {
	set := allLabels(t).Labels
	first := set.Keys(label.Langs[0])
	placeholder := regexp.MustCompile(`\{\w+\}`)
	for _, lang := range label.Langs[1:] {
		keys := set.Keys(lang)
		for _, key := range first {
			if !slices.Contains(keys, key) {
				t.Errorf("%s lacks %s", lang, key)
				continue
			}
			a, b := placeholder.FindAllString(set.Text(label.Langs[0], key, nil), -1), placeholder.FindAllString(set.Text(lang, key, nil), -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: %s has %v, %s has %v", key, label.Langs[0], a, lang, b)
			}
		}
		for _, key := range keys {
			if !slices.Contains(first, key) {
				t.Errorf("%s alone has %s", lang, key)
			}
		}
	}
}

func TestDefinitionsHaveTexts(t *testing.T) {
	schema := allLabels(t)
	needs := func(key string) {
		if _, ok := schema.Labels.Lookup("en", key); !ok {
			t.Errorf("no text for %s", key)
		}
	}
	for _, e := range schema.Entities() {
		needs(e.Name + ".label")
		needs(e.Name + ".plural")
		for _, s := range e.Form {
			needs(e.Name + ".sections." + s.Key)
		}
		for _, f := range e.Fields {
			for _, f := range append([]field.Field{f}, f.Lines...) {
				needs(e.Name + ".fields." + f.Path())
				for _, option := range f.Options {
					needs(e.Name + ".options." + f.Path() + "." + option.ID)
				}
			}
		}
	}
}

// TestErrorsHaveTexts reads the keys of refusals out of the sources.
func TestErrorsHaveTexts(t *testing.T) {
	set := allLabels(t).Labels
	key := regexp.MustCompile(`(?:Key: |refuse\(|badFilter\()"([a-z_]+\.[a-z_A-Z.]+)"`)
	found := 0
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range key.FindAllStringSubmatch(string(b), -1) {
			found++
			if _, ok := set.Lookup("en", m[1]); !ok {
				t.Errorf("%s: no text for %s", path, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 40 {
		t.Errorf("only %d keys found: the expression no longer fits the sources", found)
	}
}
