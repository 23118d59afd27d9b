// Package words reads the text inside files: plain text, tables, web pages, the
// documents of office programs, PDF. What a file claims to be counts for nothing but the
// way it is read; every way is bounded in time and memory.
package words

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Bounds of one file.
const (
	MaxRunes   = 200_000 // that are kept of its text
	maxBytes   = 4 * MaxRunes
	maxPlain   = 4 << 20  // read of a file without a structure
	maxMember  = 32 << 20 // read of one part of an archive
	maxMembers = 200      // looked at in an archive
	patience   = 60 * time.Second
)

// readers are the ways to read a file, by how its name ends.
var readers = map[string]func(ctx context.Context, file string) (string, error){
	".txt": plain, ".md": plain, ".log": plain, ".csv": plain, ".tsv": plain, ".json": plain, ".eml": plain,
	".html": page, ".htm": page, ".xml": page,
	".docx": office(`^word/(document|header\d*|footer\d*|footnotes|comments)\.xml$`),
	".xlsx": office(`^xl/(sharedStrings|workbook|worksheets/sheet\d+|comments\d*)\.xml$`),
	".pptx": office(`^ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml$`),
	".odt":  office(`^content\.xml$`), ".ods": office(`^content\.xml$`),
	".pdf": pdf,
}

// Reads tells whether files of that name have text that can be read.
func Reads(name string) bool { return readers[strings.ToLower(path.Ext(name))] != nil }

// Read gives the text in file, which was uploaded under name; "" where there is none to
// be read.
func Read(ctx context.Context, name, file string) (string, error) {
	read := readers[strings.ToLower(path.Ext(name))]
	if read == nil {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	text, err := read(ctx, file)
	return clean(text), err
}

// clean leaves what a database of texts takes, and no more than MaxRunes.
func clean(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", " "), "")
	if utf8.RuneCountInString(text) > MaxRunes {
		text = string([]rune(text)[:MaxRunes])
	}
	return text
}

func plain(_ context.Context, file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPlain))
	return decode(b, len(b) == maxPlain), err
}

// decode tells UTF-16 and UTF-8 from the encoding of Chinese Windows. cut says that the
// last character may not be whole.
func decode(b []byte, cut bool) string {
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
		out, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(b)
		return string(out)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for n := 0; cut && n < utf8.UTFMax-1 && len(b) > 0 && !utf8.Valid(b); n++ {
		b = b[:len(b)-1]
	}
	if utf8.Valid(b) {
		return string(b)
	}
	out, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(b) // what it can't read becomes U+FFFD
	return string(out)
}

var (
	unseen = regexp.MustCompile(`(?is)<!--.*?-->|<(script|style)\b.*?</(script|style)\s*>`)
	tag    = regexp.MustCompile(`<[^<>]*>`)
)

func page(ctx context.Context, file string) (string, error) {
	text, err := plain(ctx, file)
	text = unseen.ReplaceAllString(text, " ")
	return html.UnescapeString(tag.ReplaceAllString(text, " ")), err
}

// office reads the parts of an archive of XML files whose names match.
func office(parts string) func(context.Context, string) (string, error) {
	wanted := regexp.MustCompile(parts)
	return func(ctx context.Context, file string) (string, error) {
		archive, err := zip.OpenReader(file)
		if err != nil {
			return "", err
		}
		defer archive.Close()
		var text strings.Builder
		for _, member := range archive.File[:min(len(archive.File), maxMembers)] {
			if ctx.Err() != nil || text.Len() > maxBytes {
				break
			}
			if wanted.MatchString(member.Name) {
				if err := addMember(ctx, &text, member); err != nil {
					return text.String(), err
				}
			}
		}
		return text.String(), ctx.Err()
	}
}

// apart are the elements that end a word: paragraphs, cells, tabs.
var apart = []string{"p", "h", "si", "is", "c", "tab", "br", "tc", "sheet", "table-cell"}

func addMember(ctx context.Context, text *strings.Builder, member *zip.File) error {
	in, err := member.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	d := xml.NewDecoder(io.LimitReader(in, maxMember))
	d.Strict = false
	inCell := false // numbers and references of a sheet are no words
	for text.Len() <= maxBytes && ctx.Err() == nil {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			inCell = inCell || t.Name.Local == "v" || t.Name.Local == "f"
			if t.Name.Local == "sheet" { // its name is an attribute
				for _, a := range t.Attr {
					if a.Name.Local == "name" {
						text.WriteString(a.Value + " ")
					}
				}
			}
		case xml.EndElement:
			if t.Name.Local == "v" || t.Name.Local == "f" {
				inCell = false
			}
			if slices.Contains(apart, t.Name.Local) {
				text.WriteByte('\n')
			}
		case xml.CharData:
			if !inCell {
				text.Write(t)
			}
		}
	}
	return nil
}

// pdf asks the program pdftotext, where there is one. It runs by itself: a file made to
// break it ends it alone.
func pdf(ctx context.Context, file string) (string, error) {
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		return "", nil
	}
	c := exec.CommandContext(ctx, program, "-q", "-enc", "UTF-8", "-l", "500", "-nopgbrk", file, "-")
	out, err := c.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := c.Start(); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(out, maxBytes))
	if len(text) == maxBytes {
		_ = c.Process.Kill() // it has more than is kept
		_ = c.Wait()
		return string(text), nil
	}
	return string(text), errors.Join(err, c.Wait())
}
