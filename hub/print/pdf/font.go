package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
)

// ErrNotTrueType is the answer to a font file whose outlines are not TrueType's.
var ErrNotTrueType = errors.New("pdf: the font has no TrueType outlines")

// Font is a TrueType font on disk. Only what is needed to measure text is held in memory;
// outlines are read when a document is closed, those of its characters alone. It is
// immutable and serves any number of documents at once.
type Font struct {
	Path     string
	file     io.ReaderAt
	tables   map[string]span
	head     []byte
	hhea     []byte
	maxp     []byte
	hmtx     []byte
	loca     []byte
	cmap     []byte // the one subtable that is used
	format   int    // of cmap: 4 or 12
	em       float64
	long     bool // loca counts in octets, not in pairs of them
	glyphs   int
	advances int // entries of hmtx with a width of their own
}

type span struct{ offset, length int64 }

// maxTable bounds what is read of a font; the largest tables of real ones have some
// hundred kilobytes.
const maxTable = 8 << 20

// OpenFont reads a .ttf file, or the first font of a .ttc collection. The file stays open.
func OpenFont(path string) (*Font, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f, err := ReadFont(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.Path = path
	return f, nil
}

// ReadFont reads a font (OpenType 1.9, "Organization of an OpenType font").
func ReadFont(file io.ReaderAt) (*Font, error) {
	f := &Font{file: file, tables: map[string]span{}}
	start, err := f.start()
	if err != nil {
		return nil, err
	}
	if err := f.directory(start); err != nil {
		return nil, err
	}
	for name, into := range map[string]*[]byte{"head": &f.head, "hhea": &f.hhea, "maxp": &f.maxp, "hmtx": &f.hmtx, "loca": &f.loca} {
		if *into, err = f.table(name); err != nil {
			return nil, err
		}
	}
	if len(f.head) < 54 || len(f.hhea) < 36 || len(f.maxp) < 6 {
		return nil, ErrNotTrueType
	}
	f.em = float64(be16(f.head, 18))
	f.long = be16(f.head, 50) != 0
	f.glyphs = be16(f.maxp, 4)
	f.advances = be16(f.hhea, 34)
	size := 2
	if f.long {
		size = 4
	}
	if f.em == 0 || f.glyphs == 0 || f.advances == 0 || f.advances > f.glyphs || len(f.hmtx) < 4*f.advances || len(f.loca) < size*(f.glyphs+1) {
		return nil, ErrNotTrueType
	}
	return f, f.readCmap()
}

func be16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func be32(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }

func (f *Font) bytes(at, n int64) ([]byte, error) {
	if n < 0 || n > maxTable || at < 0 {
		return nil, ErrNotTrueType
	}
	b := make([]byte, n)
	if got, err := f.file.ReadAt(b, at); int64(got) < n {
		if err == nil || err == io.EOF {
			err = ErrNotTrueType
		}
		return nil, err
	}
	return b, nil
}

// start is where the font begins: 0, or in a collection where its first one does.
func (f *Font) start() (int64, error) {
	b, err := f.bytes(0, 16)
	if err != nil {
		return 0, err
	}
	switch string(b[:4]) {
	case "ttcf":
		return int64(be32(b, 12)), nil
	case "\x00\x01\x00\x00", "true":
		return 0, nil
	}
	return 0, ErrNotTrueType
}

func (f *Font) directory(start int64) error {
	head, err := f.bytes(start, 12)
	if err != nil {
		return err
	}
	n := be16(head, 4)
	b, err := f.bytes(start+12, int64(n)*16)
	if err != nil {
		return err
	}
	for i := range n {
		f.tables[string(b[i*16:i*16+4])] = span{int64(be32(b, i*16+8)), int64(be32(b, i*16+12))}
	}
	if _, ok := f.tables["glyf"]; !ok {
		return ErrNotTrueType
	}
	return nil
}

func (f *Font) table(name string) ([]byte, error) {
	t, ok := f.tables[name]
	if !ok {
		return nil, fmt.Errorf("%w: no table %q", ErrNotTrueType, name)
	}
	return f.bytes(t.offset, t.length)
}

// readCmap chooses the subtable with the most of Unicode.
func (f *Font) readCmap() error {
	b, err := f.table("cmap")
	if err != nil || len(b) < 4 {
		return ErrNotTrueType
	}
	for i := range be16(b, 2) {
		at := 4 + i*8
		if at+8 > len(b) {
			break
		}
		platform, encoding, offset := be16(b, at), be16(b, at+2), be32(b, at+4)
		if offset < 0 || offset+16 > len(b) || platform != 0 && (platform != 3 || encoding != 1 && encoding != 10) {
			continue
		}
		format := be16(b, offset)
		if (format == 4 || format == 12) && format > f.format {
			f.format, f.cmap = format, b[offset:]
		}
	}
	if f.format == 0 {
		return fmt.Errorf("%w: no Unicode map", ErrNotTrueType)
	}
	return nil
}

// glyph is the number of a character's picture; 0 for one the font doesn't have.
func (f *Font) glyph(r rune) int {
	g := 0
	if f.format == 12 {
		g = f.glyph12(int(r))
	} else if r < 0x10000 {
		g = f.glyph4(int(r))
	}
	if g >= f.glyphs {
		return 0
	}
	return g
}

func (f *Font) glyph12(r int) int {
	b := f.cmap
	n := min(be32(b, 12), (len(b)-16)/12)
	i := sort.Search(n, func(i int) bool { return be32(b, 16+i*12+4) >= r })
	if i == n || be32(b, 16+i*12) > r {
		return 0
	}
	return be32(b, 16+i*12+8) + r - be32(b, 16+i*12)
}

// glyph4 finds a character in segments: ends, starts, deltas and offsets of segX2 octets
// each, from octet 14.
func (f *Font) glyph4(r int) int {
	b := f.cmap
	segX2 := be16(b, 6) &^ 1
	if 16+segX2*4 > len(b) {
		return 0
	}
	n := segX2 / 2
	i := sort.Search(n, func(i int) bool { return be16(b, 14+i*2) >= r })
	if i == n {
		return 0
	}
	starts := 16 + segX2 + i*2
	first, delta, offset := be16(b, starts), be16(b, starts+segX2), be16(b, starts+2*segX2)
	if first > r {
		return 0
	}
	if offset == 0 {
		return (r + delta) & 0xffff
	}
	at := starts + 2*segX2 + offset + (r-first)*2
	if at+2 > len(b) {
		return 0
	}
	if g := be16(b, at); g != 0 {
		return (g + delta) & 0xffff
	}
	return 0
}

// advance is a glyph's width in thousandths of the type size.
func (f *Font) advance(glyph int) float64 {
	i := min(glyph, f.advances-1)
	return float64(be16(f.hmtx, i*4)) * 1000 / f.em
}

// has and width make a Font a face.
func (f *Font) has(r rune) bool      { return f.glyph(r) != 0 }
func (f *Font) width(r rune) float64 { return f.advance(f.glyph(r)) }

// outline is a glyph's description in the file; empty for a space.
func (f *Font) outline(glyph int) ([]byte, error) {
	if glyph >= f.glyphs {
		return nil, ErrNotTrueType
	}
	var from, to int
	if f.long {
		from, to = be32(f.loca, glyph*4), be32(f.loca, glyph*4+4)
	} else {
		from, to = be16(f.loca, glyph*2)*2, be16(f.loca, glyph*2+2)*2
	}
	t := f.tables["glyf"]
	if from > to || int64(to) > t.length {
		return nil, ErrNotTrueType
	}
	return f.bytes(t.offset+int64(from), int64(to-from))
}
