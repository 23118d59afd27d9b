package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"bellhop/drivers/audio/wav"
	"bellhop/drivers/callerid"
	"bellhop/drivers/listen"
)

// sample is one file of a corpus and what is in it, as testdata/manifest.json has it.
type sample struct {
	Path, Class, Tier string
	Expect            []expectation
	RejectDigits      bool `json:"must_reject_digits"`
}

type expectation struct {
	Kind, Number, Name, Time, Reason, Digits string
	On                                       bool
}

// heard is what the listener made of a file.
type heard struct {
	callers []callerid.Message
	keys    string
	tones   map[string]bool
}

// printCorpus hears every file of a manifest and prints how many were right and what
// was made up.
func printCorpus(manifest string) error {
	b, err := os.ReadFile(manifest)
	if err != nil {
		return err
	}
	var m struct{ Files []sample }
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("%s: %w", manifest, err)
	}
	right, number, made := map[string]int{}, map[string]int{}, 0
	fmt.Printf("\nCorpus %s\n", manifest)
	for _, s := range m.Files {
		if s.Tier == "" {
			s.Tier = "must"
		}
		p, err := wav.ReadAll(filepath.Join(filepath.Dir(manifest), s.Path))
		if err != nil {
			return err
		}
		h := hear(p)
		ok, extra := s.judge(h)
		number[s.Tier]++
		made += extra
		if ok {
			right[s.Tier]++
		} else {
			fmt.Printf("  not right: %s (%s)\n", s.Path, s.Tier)
		}
		if extra > 0 {
			fmt.Printf("  made up: %s, %d\n", s.Path, extra)
		}
	}
	for _, tier := range []string{"must", "should", "stretch"} {
		if number[tier] > 0 {
			fmt.Printf("  %-8s %4d of %d right\n", tier, right[tier], number[tier])
		}
	}
	fmt.Printf("  made up: %d\n", made)
	return nil
}

func hear(p []int16) heard {
	h := heard{tones: map[string]bool{}}
	l := listen.New(listen.Config{Country: "auto"})
	l.Write(append(p, make([]int16, 8000)...), func(e listen.Event) {
		switch {
		case e.Caller != nil:
			h.callers = append(h.callers, *e.Caller)
		case e.Digit != nil:
			h.keys += string(e.Digit.Key)
		case e.Tone != nil && e.Tone.On:
			h.tones[e.Tone.Name] = true
		}
	})
	return h
}

// judge reports whether everything expected was heard, and counts what was not sent:
// callers of other content, and keys where there were none.
func (s sample) judge(h heard) (ok bool, made int) {
	ok = true
	callers, keys := 0, ""
	for _, e := range s.Expect {
		ok = ok && e.met(h)
		switch e.Kind {
		case "callerid", "vmwi":
			callers++
		case "dtmf":
			keys += e.Digits
		}
	}
	for _, m := range h.callers {
		if !s.sent(m) && !strings.Contains(keys, m.Number) {
			made++
		}
	}
	if keys == "" && s.RejectDigits {
		made += len(h.keys)
	}
	return ok && (made == 0 || len(s.Expect) > 0), made
}

// sent reports whether m says what one of the expectations does.
func (s sample) sent(m callerid.Message) bool {
	for _, e := range s.Expect {
		if e.Kind == "callerid" && e.is(m) || e.Kind == "vmwi" && m.Waiting != nil && *m.Waiting == e.On {
			return true
		}
	}
	return false
}

func (e expectation) is(m callerid.Message) bool {
	return m.Number == e.Number && (e.Name == "" || m.Name == e.Name) && (e.Time == "" || m.Time == e.Time) &&
		(e.Reason == "" || string(rune(m.NumberReason)) == e.Reason)
}

func (e expectation) met(h heard) bool {
	switch e.Kind {
	case "callerid":
		for _, m := range h.callers {
			if e.is(m) {
				return true
			}
		}
	case "vmwi":
		for _, m := range h.callers {
			if m.Waiting != nil && *m.Waiting == e.On {
				return true
			}
		}
	case "dtmf":
		return h.keys == e.Digits
	case "tone":
		return h.tones[e.Name]
	}
	return false
}
