// Package support makes the one file that a technician may take away: logs and state of
// the box, without numbers, names or words of customers.
//
//	err := support.Write(w, support.Parts{"box.json": status, "firmware.log": lines})
package support

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Parts are files by name. What stands in them is cleaned before it is written.
type Parts map[string]string

// Write writes the parts as a tar.gz, in the order of their names.
func Write(w io.Writer, parts Parts) error {
	zip := gzip.NewWriter(w)
	out := tar.NewWriter(zip)
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	now := time.Now()
	for _, name := range names {
		text := Clean(parts[name])
		head := &tar.Header{Name: "bellhop-support/" + name, Mode: 0o600, Size: int64(len(text)), ModTime: now}
		if err := out.WriteHeader(head); err != nil {
			return err
		}
		if _, err := io.WriteString(out, text); err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), zip.Close())
}

// private finds what may be a customer's: mail addresses, numbers of seven digits and
// more, and Chinese, Japanese or Korean words. Times come before numbers, like which they
// look.
var private = regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+` +
	`|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9}\b)?)?)?\b` +
	`|\+?\d(?:[ ()-]{0,2}\d){6,}` +
	`|[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}][\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}·・]*`)

var aTime = regexp.MustCompile(`^\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])`)

// Clean puts a mark in place of whatever may be a customer's.
func Clean(text string) string {
	return private.ReplaceAllStringFunc(text, func(s string) string {
		switch c := s[0]; {
		case aTime.MatchString(s) && !strings.Contains(s, "@"):
			return s
		case strings.Contains(s, "@"):
			return "(mail)"
		case c == '+' || c >= '0' && c <= '9':
			return "(number)"
		}
		return "(text)"
	})
}

// Log keeps the last lines that were written to it, beside another writer.
type Log struct {
	Next io.Writer
	mu   sync.Mutex
	last []string
}

const keptLines = 2000

// Write takes whole lines, as slog's handlers write them.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	if len(l.last) >= keptLines {
		l.last = append(l.last[:0], l.last[keptLines/4:]...)
	}
	l.last = append(l.last, string(b))
	l.mu.Unlock()
	return l.Next.Write(b)
}

// Text is what was kept.
func (l *Log) Text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.last, "")
}

// File reads a small file of the kernel's; its error in words where there is none.
func File(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error() + "\n"
	}
	return string(text)
}
