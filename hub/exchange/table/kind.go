package table

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Kind is what a file is, told by its content; its name decides only between texts.
type Kind string

const (
	KindXLSX   Kind = "xlsx"
	KindCSV    Kind = "csv"
	KindSQL    Kind = "sql"
	KindSQLite Kind = "sqlite"
	KindAccess Kind = "access"
)

var (
	zipMark    = []byte("PK\x03\x04")
	oleMark    = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}
	sqliteMark = []byte("SQLite format 3\x00")
	jetMark    = []byte("Standard Jet DB\x00")
	aceMark    = []byte("Standard ACE DB\x00")
	pdfMark    = []byte("%PDF-")
)

// statement begins a line of an SQL script.
var statement = regexp.MustCompile(`(?im)^\s*(INSERT\s+(IGNORE\s+|OR\s+\w+\s+)?(INTO\s+)?[\["` + "`" + `\w.]+|CREATE\s+TABLE|COPY\s+\S+.*\sFROM\s+stdin|SET\s+IDENTITY_INSERT)`)

// KindOf looks at the first bytes of a file.
func KindOf(path, name string) (Kind, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return "", err
	}
	head = head[:n]
	switch {
	case n == 0:
		return "", refusal("import.file_empty")
	case bytes.HasPrefix(head, zipMark):
		return zipKind(path)
	case bytes.HasPrefix(head, oleMark):
		return "", refusal("import.old_excel")
	case bytes.HasPrefix(head, sqliteMark):
		return KindSQLite, nil
	case n > 20 && (bytes.HasPrefix(head[4:], jetMark) || bytes.HasPrefix(head[4:], aceMark)):
		return KindAccess, nil
	case bytes.HasPrefix(head, pdfMark):
		return "", refusal("import.not_a_table")
	}
	return textKind(head, name)
}

func textKind(head []byte, name string) (Kind, error) {
	encoding, err := Detect(bytes.NewReader(head))
	if err != nil {
		return "", err
	}
	text, err := decoded(bytes.NewReader(head), encoding)
	if err != nil {
		return "", err
	}
	if strings.EqualFold(filepath.Ext(name), ".sql") {
		return KindSQL, nil
	}
	if b, _ := io.ReadAll(text); statement.Match(b) && !strings.EqualFold(filepath.Ext(name), ".csv") {
		return KindSQL, nil
	}
	return KindCSV, nil
}

// zipKind knows a workbook among the many things that are ZIP files.
func zipKind(path string) (Kind, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return "", refusal("import.workbook_broken")
	}
	defer archive.Close()
	for _, f := range archive.File {
		if f.Name == "xl/workbook.xml" || f.Name == "[Content_Types].xml" && hasPart(archive, "xl/") {
			return KindXLSX, nil
		}
	}
	return "", refusal("import.not_a_table")
}

func hasPart(archive *zip.ReadCloser, prefix string) bool {
	for _, f := range archive.File {
		if strings.HasPrefix(f.Name, prefix) {
			return true
		}
	}
	return false
}

// Options are what a user chose about a file; empty is found out.
type Options struct {
	Encoding  string
	Delimiter byte
}

// Open opens an uploaded file called name.
func Open(path, name string, options Options, limits Limits) (Source, Kind, error) {
	kind, err := KindOf(path, name)
	if err != nil {
		return nil, "", err
	}
	var source Source
	switch kind {
	case KindXLSX:
		source, err = OpenXLSX(path, limits)
	case KindSQL:
		source, err = OpenScript(path, options.Encoding, limits)
	case KindSQLite:
		source, err = OpenSQLite(path, limits)
	case KindAccess:
		source, err = OpenAccess(path, limits)
	default:
		source, err = OpenCSV(path, options.Encoding, options.Delimiter, limits)
	}
	if err != nil {
		return nil, kind, err
	}
	return source, kind, nil
}
