package pdf

import (
	"encoding/binary"
	"sort"
)

// subset is the part of a font one document uses. Glyphs are numbered anew in the order
// they are asked for, so that pages can be written before the last character is known.
type subset struct {
	font   *Font
	number map[int]int // glyph of the font: glyph of the subset
	glyphs []int
	runes  []rune // which character each was asked for; 0 for parts of others
}

func newSubset(f *Font) *subset {
	return &subset{font: f, number: map[int]int{0: 0}, glyphs: []int{0}, runes: []rune{0}}
}

// of gives the subset's number of a character.
func (s *subset) of(r rune) int { return s.add(s.font.glyph(r), r) }

func (s *subset) add(glyph int, r rune) int {
	n, ok := s.number[glyph]
	if !ok {
		n = len(s.glyphs)
		s.number[glyph] = n
		s.glyphs, s.runes = append(s.glyphs, glyph), append(s.runes, r)
	}
	return n
}

// Flags of a composite glyph's parts (OpenType, "glyf").
const (
	wordArguments = 0x0001
	hasScale      = 0x0008
	moreParts     = 0x0020
	hasTwoScales  = 0x0040
	hasMatrix     = 0x0080
)

// parts renumbers the glyphs a composite one is made of, adding them to the subset.
func (s *subset) parts(b []byte) {
	if len(b) < 12 || int16(be16(b, 0)) >= 0 {
		return
	}
	for at := 10; at+4 <= len(b); {
		flags := be16(b, at)
		binary.BigEndian.PutUint16(b[at+2:], uint16(s.add(be16(b, at+2), 0)))
		at += 6
		if flags&wordArguments != 0 {
			at += 2
		}
		switch {
		case flags&hasScale != 0:
			at += 2
		case flags&hasTwoScales != 0:
			at += 4
		case flags&hasMatrix != 0:
			at += 8
		}
		if flags&moreParts == 0 {
			return
		}
	}
}

// file writes the subset as a TrueType font of its own.
func (s *subset) file() ([]byte, error) {
	var glyf, loca, hmtx []byte
	for i := 0; i < len(s.glyphs); i++ { // grows while parts are found
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		b, err := s.font.outline(s.glyphs[i])
		if err != nil {
			return nil, err
		}
		if s.parts(b); len(glyf)+len(b) > maxTable {
			return nil, ErrNotTrueType
		}
		glyf = append(glyf, b...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = append(hmtx, s.metric(s.glyphs[i])...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head := append([]byte(nil), s.font.head...)
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1)
	hhea := append([]byte(nil), s.font.hhea...)
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(s.glyphs)))
	maxp := append([]byte(nil), s.font.maxp...)
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(s.glyphs)))
	tables := map[string][]byte{"glyf": glyf, "loca": loca, "hmtx": hmtx, "head": head, "hhea": hhea, "maxp": maxp}
	// What hinted outlines call on.
	for _, name := range []string{"cvt ", "fpgm", "prep"} {
		if b, err := s.font.table(name); err == nil {
			tables[name] = b
		}
	}
	return assemble(tables), nil
}

// metric is a glyph's entry of hmtx: advance and left side bearing.
func (s *subset) metric(glyph int) []byte {
	f := s.font
	if glyph < f.advances {
		return f.hmtx[glyph*4 : glyph*4+4]
	}
	bearing := []byte{0, 0}
	if at := f.advances*4 + (glyph-f.advances)*2; at+2 <= len(f.hmtx) {
		bearing = f.hmtx[at : at+2]
	}
	last := f.hmtx[(f.advances-1)*4:]
	return []byte{last[0], last[1], bearing[0], bearing[1]}
}

// assemble joins tables to a font file.
func assemble(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	sort.Strings(names)
	n, power, log := len(names), 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{n, power * 16, log, (n - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := len(out) + n*16
	for _, name := range names {
		b := tables[name]
		out = append(out, name...)
		for _, v := range []uint32{checksum(b), uint32(at), uint32(len(b))} {
			out = binary.BigEndian.AppendUint32(out, v)
		}
		at += (len(b) + 3) &^ 3
	}
	for _, name := range names {
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func checksum(b []byte) (sum uint32) {
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var rest [4]byte
	copy(rest[:], b)
	return sum + binary.BigEndian.Uint32(rest[:])
}
