package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
)

// writeFont writes what pages call /F.
func (w *Writer) writeFont() {
	if w.subset == nil {
		w.writeSong()
		return
	}
	file, err := w.subset.file()
	if err != nil {
		if w.err == nil {
			w.err = err
		}
		return
	}
	data, descriptor, descendant, unicode := w.next(), w.next(), w.next(), w.next()
	w.stream(data, fmt.Sprintf("/Length1 %d", len(file)), file)
	f := w.subset.font
	scale := func(b []byte, at int) float64 { return float64(int16(be16(b, at))) * 1000 / f.em }
	w.object(descriptor, fmt.Sprintf("<</Type/FontDescriptor/FontName/BELLHP+Text/Flags 4/FontBBox[%.0f %.0f %.0f %.0f]/ItalicAngle 0/Ascent %.0f/Descent %.0f/CapHeight 700/StemV 80/FontFile2 %d 0 R>>",
		scale(f.head, 36), scale(f.head, 38), scale(f.head, 40), scale(f.head, 42), scale(f.hhea, 4), scale(f.hhea, 6), data))
	var widths strings.Builder
	for _, g := range w.subset.glyphs {
		fmt.Fprintf(&widths, "%.0f ", f.advance(g))
	}
	w.object(descendant, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/BELLHP+Text/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 1000/W[0[%s]]>>",
		descriptor, widths.String()))
	w.stream(unicode, "", w.subset.toUnicode())
	w.object(fontObject, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/BELLHP+Text/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", descendant, unicode))
}

// toUnicode lets text be searched for and copied (ISO 32000-1, 9.10.3).
func (s *subset) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
	const batch = 100 // entries of one block, at most
	var lines []string
	for i, r := range s.runes {
		if r == 0 {
			continue
		}
		var hex strings.Builder
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&hex, "%04X", unit)
		}
		lines = append(lines, fmt.Sprintf("<%04X> <%s>\n", i, hex.String()))
	}
	for len(lines) > 0 {
		n := min(batch, len(lines))
		fmt.Fprintf(&b, "%d beginbfchar\n%sendbfchar\n", n, strings.Join(lines[:n], ""))
		lines = lines[n:]
	}
	b.WriteString("endcmap CMapName currentdict /CMap defineresource pop end end")
	return b.Bytes()
}

// song is Adobe's STSong-Light, a font every reader made for China replaces by its own.
// It stands in where the hub has no font file.
type song struct{}

func (song) has(rune) bool { return true }

func (song) width(r rune) float64 {
	if r >= ' ' && r <= '~' {
		return songWidths[r-' ']
	}
	return 1000
}

// songWidths are those of ASCII, in Adobe-GB1's CIDs 1 to 95.
var songWidths = [95]float64{
	207, 270, 342, 467, 462, 797, 710, 239, 374, 374, 423, 605, 238, 375, 238, 334, 462, 462, 462, 462, 462, 462, 462, 462,
	462, 462, 238, 238, 605, 605, 605, 344, 748, 684, 560, 695, 739, 563, 511, 729, 793, 318, 312, 666, 526, 896, 758, 772,
	544, 772, 628, 465, 607, 753, 711, 972, 647, 620, 607, 374, 333, 374, 606, 500, 239, 417, 503, 427, 529, 415, 264, 444,
	518, 241, 230, 495, 228, 793, 527, 524, 524, 504, 338, 336, 277, 517, 450, 652, 466, 452, 407, 370, 258, 370, 605,
}

func (w *Writer) writeSong() {
	descriptor, descendant := w.next(), w.next()
	w.object(descriptor, "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>")
	var widths strings.Builder
	for _, width := range songWidths {
		fmt.Fprintf(&widths, "%.0f ", width)
	}
	w.object(descendant, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor %d 0 R/DW 1000/W[1[%s]]>>",
		descriptor, widths.String()))
	w.object(fontObject, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H/DescendantFonts[%d 0 R]>>", descendant))
}
