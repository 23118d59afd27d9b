package field

import (
	"encoding/json"
	"strconv"
	"strings"
)

// File is one of the values of a file or image field: an uploaded file. It never
// changes once it is uploaded, so what is known of it is kept with the record.
type File struct {
	ID   int64
	Name string
	Size int64
	Mime string
}

type fileJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
	Type string `json:"type"`
}

func (f File) MarshalJSON() ([]byte, error) {
	return json.Marshal(fileJSON{strconv.FormatInt(f.ID, 10), f.Name, f.Size, f.Mime})
}

func (f *File) UnmarshalJSON(b []byte) error {
	var in fileJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	id, err := strconv.ParseInt(in.ID, 10, 64)
	*f = File{id, in.Name, in.Size, in.Type}
	return err
}

type files struct{ name string }

// Files are documents of any kind, Images are pictures.
var (
	Files  Type = files{"file"}
	Images Type = files{"image"}
)

func (t files) Name() string              { return t.name }
func (files) Columns(key string) []Column { return []Column{{key, String}} }
func (files) Ops() []Op                   { return []Op{Empty, NotEmpty} }

func (files) Bind(v any) []any {
	list, _ := v.([]File)
	return bindList(list)
}

func (files) Scan(cols []any) any {
	if list := scanList[File](cols); list != nil {
		return list
	}
	return nil
}

func (files) Links(v any) []string {
	list, _ := v.([]File)
	var ids []string
	for _, f := range list {
		ids = append(ids, strconv.FormatInt(f.ID, 10))
	}
	return ids
}

const maxFiles = 20

// Parse takes IDs of uploaded files; whoever writes the record fills in the rest.
func (t files) Parse(_ *Field, in any) (any, error) {
	if in == "" {
		in = nil
	}
	if list, ok := in.([]File); ok {
		in = anyList(list)
	}
	list, ok := items(in)
	if !ok {
		return nil, errFile
	}
	if len(list) > maxFiles {
		return nil, &Error{Key: "field.too_many", Args: map[string]string{"max": strconv.Itoa(maxFiles)}}
	}
	var out []File
	seen := map[int64]bool{}
	for _, item := range list {
		if f, ok := item.(File); ok && !seen[f.ID] {
			seen[f.ID] = true
			out = append(out, f)
			continue
		}
		id, err := parseID(item)
		if err != nil || id == 0 {
			return nil, errFile
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, File{ID: id})
		}
	}
	if out == nil {
		return nil, nil
	}
	return out, nil
}

var errFile = &Error{Key: "field.no_such_file"}

func (files) Operand(*Field, Op, any) (any, error) { return nil, errFile }

// IsImage tells whether a file may stand in an image field.
func (f File) IsImage() bool { return strings.HasPrefix(f.Mime, "image/") }
