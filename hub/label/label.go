// Package label holds the texts people read, in the languages of Langs. Texts come
// from JSON files; nested objects become keys joined by dots.
package label

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

// Langs are the languages every text exists in. The first is the fallback.
var Langs = []string{"zh-CN", "zh-TW", "en"}

// Set is a number of texts. It is safe for concurrent use once loaded.
type Set struct {
	texts map[string]map[string]string // language, key
	under *Set                         // looked in for what is not in texts
}

// Over returns a Set with texts of an office above those of s: by language and key.
func (s *Set) Over(texts map[string]map[string]string) *Set {
	over := New()
	over.under = s
	for lang, own := range texts {
		for key, text := range own {
			if over.texts[lang] != nil && text != "" {
				over.texts[lang][key] = text
			}
		}
	}
	return over
}

// Own returns the text of key in that very language, "" where it has none.
func (s *Set) Own(lang, key string) string {
	if text, ok := s.texts[lang][key]; ok || s.under == nil {
		return text
	}
	return s.under.Own(lang, key)
}

// New returns an empty Set.
func New() *Set {
	s := &Set{texts: map[string]map[string]string{}}
	for _, lang := range Langs {
		s.texts[lang] = map[string]string{}
	}
	return s
}

// Load adds the texts of dir/<lang>.json for each language. A key that is there
// already is an error: two modules may not fight over one text.
func (s *Set) Load(files fs.FS, dir string) error {
	for _, lang := range Langs {
		name := path.Join(dir, lang+".json")
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		var tree map[string]any
		if err := json.Unmarshal(b, &tree); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := s.flatten(lang, "", tree); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (s *Set) flatten(lang, prefix string, tree map[string]any) error {
	for k, v := range tree {
		key := prefix + k
		switch v := v.(type) {
		case string:
			if _, ok := s.texts[lang][key]; ok {
				return fmt.Errorf("%s is there twice", key)
			}
			s.texts[lang][key] = v
		case map[string]any:
			if err := s.flatten(lang, key+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is neither a text nor a group of texts", key)
		}
	}
	return nil
}

// Text returns the text of key with its {placeholders} filled from args. A key
// without a text is returned as it is, so that the hole is seen.
func (s *Set) Text(lang, key string, args map[string]string) string {
	text, ok := s.Lookup(lang, key)
	if !ok {
		return key
	}
	for name, value := range args {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// Lookup tells whether key has a text at all. One that has none in lang is told in the
// first of Langs, or in any.
func (s *Set) Lookup(lang, key string) (string, bool) {
	for _, l := range append([]string{lang}, Langs...) {
		if text := s.Own(l, key); text != "" {
			return text, true
		}
	}
	return "", false
}

// Keys are the keys one language has, sorted.
func (s *Set) Keys(lang string) []string {
	keys := make([]string, 0, len(s.texts[lang]))
	for k := range s.texts[lang] {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Match picks the language a browser's Accept-Language (or a plain language tag)
// asks for first among Langs.
func Match(accept string) string {
	for _, part := range strings.Split(accept, ",") {
		tag := strings.ToLower(strings.TrimSpace(strings.SplitN(part, ";", 2)[0]))
		switch {
		case strings.HasPrefix(tag, "zh-tw"), strings.HasPrefix(tag, "zh-hk"), strings.HasPrefix(tag, "zh-hant"):
			return "zh-TW"
		case strings.HasPrefix(tag, "zh"):
			return "zh-CN"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return Langs[0]
}
