// Package files keeps what is uploaded: its content once, by its hash, in a folder
// beside the database, and who may read it by the records it hangs on. It knows no web
// server.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// MaxSize bounds one upload.
const MaxSize = 100 << 20

const maxName = 200

// Files serves the folder dir.
type Files struct {
	dir     string
	store   *store.Store
	records *records.Records
	added   chan struct{} // there is something to read
}

// New keeps content in dir, which is made when it is missing.
func New(dir string, s *store.Store, r *records.Records) (*Files, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	return &Files{added: make(chan struct{}, 1), dir: dir, store: s, records: r}, nil
}

var (
	errTooLarge = &crm.Error{Code: crm.Invalid, Key: "file.too_large", Args: map[string]string{"max": "100"}}
	errEmpty    = &crm.Error{Code: crm.Invalid, Key: "file.empty"}
)

// Add keeps the content read from in. It is on disk before Add returns.
func (f *Files) Add(ctx context.Context, who *rights.Rights, name string, in io.Reader) (field.File, error) {
	hash, size, mime, err := f.keep(in)
	if err != nil {
		return field.File{}, err
	}
	file := store.File{ID: crm.NewID(), Hash: hash, Name: cleanName(name), Size: size, Mime: mime,
		AddedBy: who.User.ID, AddedAt: time.Now().UnixMilli()}
	if err := f.store.AddFile(ctx, file); err != nil {
		return field.File{}, err
	}
	select {
	case f.added <- struct{}{}:
	default:
	}
	return describe(file), nil
}

// keep writes content under another name until it is whole, so that a power cut leaves
// no half of a file behind a good name.
func (f *Files) keep(in io.Reader) (hash string, size int64, mime string, err error) {
	part, err := os.CreateTemp(f.dir, "*.part")
	if err != nil {
		return "", 0, "", err
	}
	defer os.Remove(part.Name())
	defer part.Close()
	sum, head := sha256.New(), &head{}
	if size, err = io.Copy(io.MultiWriter(part, sum, head), io.LimitReader(in, MaxSize+1)); err != nil {
		return "", 0, "", err
	}
	if size > MaxSize {
		return "", 0, "", errTooLarge
	}
	if size == 0 {
		return "", 0, "", errEmpty
	}
	if err := part.Sync(); err != nil {
		return "", 0, "", err
	}
	hash = hex.EncodeToString(sum.Sum(nil))
	path := f.path(hash)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", 0, "", err
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return "", 0, "", err
	}
	return hash, size, http.DetectContentType(head.bytes), syncDir(filepath.Dir(path))
}

func (f *Files) path(hash string) string { return filepath.Join(f.dir, hash[:2], hash) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// head keeps the first bytes of what passes, by which a type is known.
type head struct{ bytes []byte }

func (h *head) Write(b []byte) (int, error) {
	if room := 512 - len(h.bytes); room > 0 {
		h.bytes = append(h.bytes, b[:min(room, len(b))]...)
	}
	return len(b), nil
}

// cleanName keeps what a file is called, without the folders some browsers send along.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e {
			return -1
		}
		return r
	}, name)
	for utf8.RuneCountInString(name) > maxName {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	if strings.Trim(name, ". ") == "" {
		return "file"
	}
	return name
}

func describe(f store.File) field.File {
	return field.File{ID: int64(f.ID), Name: f.Name, Size: f.Size, Mime: f.Mime}
}

// Attachable describes those of the files that the user may hang on a record: what he
// uploaded, and what he may read elsewhere.
func (f *Files) Attachable(ctx context.Context, who *rights.Rights, ids []int64) (map[int64]field.File, error) {
	list, err := f.store.Files(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := map[int64]field.File{}
	for _, file := range list {
		ok, err := f.readable(ctx, who, file)
		if err != nil {
			return nil, err
		}
		if ok {
			out[int64(file.ID)] = describe(file)
		}
	}
	return out, nil
}

// Open opens a file for a user who may read it; for others it is not there.
func (f *Files) Open(ctx context.Context, who *rights.Rights, id crm.ID) (field.File, *os.File, error) {
	file, err := f.store.File(ctx, id)
	if err != nil {
		return field.File{}, nil, err
	}
	ok, err := f.readable(ctx, who, file)
	if err != nil {
		return field.File{}, nil, err
	}
	if !ok {
		return field.File{}, nil, crm.ErrNotFound
	}
	content, err := os.Open(f.path(file.Hash))
	if errors.Is(err, os.ErrNotExist) {
		return field.File{}, nil, &crm.Error{Code: crm.Unavailable, Key: "file.lost"}
	}
	return describe(file), content, err
}

// mostHolders bounds how many records are asked whether they let a user read a file.
const mostHolders = 50

// readable tells whether one of the records a file hangs on shows it to the user. A file
// on no record yet is its uploader's.
func (f *Files) readable(ctx context.Context, who *rights.Rights, file store.File) (bool, error) {
	holders, err := f.store.FileHolders(ctx, file.ID, f.kinds(who), mostHolders)
	if err != nil {
		return false, err
	}
	for _, h := range holders {
		if ok, err := f.records.Visible(ctx, who, h.Ref); ok || err != nil {
			return ok, err
		}
	}
	if file.AddedBy != who.User.ID {
		return false, nil
	}
	anywhere, err := f.store.FileHolders(ctx, file.ID, fileFields(f.records.Schema(), nil), 1)
	return len(anywhere) == 0, err
}

// kinds are the fields with files that the user may read.
func (f *Files) kinds(who *rights.Rights) []store.FileHolder {
	return fileFields(f.records.Schema(), func(e *crm.Entity, d *field.Field) bool { return who.MayRead(e, d) })
}

func fileFields(schema *crm.Schema, allowed func(*crm.Entity, *field.Field) bool) (kinds []store.FileHolder) {
	for _, e := range schema.Entities() {
		for i := range e.Fields {
			d := &e.Fields[i]
			if (d.Type == field.Files || d.Type == field.Images) && (allowed == nil || allowed(e, d)) {
				kinds = append(kinds, store.FileHolder{Ref: crm.Ref{Entity: e.Name}, Field: d.Key})
			}
		}
	}
	return kinds
}
