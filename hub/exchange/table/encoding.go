package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encodings are the ways of writing text that are understood, by their IANA names.
var Encodings = []string{"utf-8", "gb18030", "big5", "utf-16le", "utf-16be"}

func encodingOf(name string) (encoding.Encoding, error) {
	switch name {
	case "utf-8":
		return unicode.UTF8BOM, nil
	case "gb18030":
		return simplifiedchinese.GB18030, nil
	case "big5":
		return traditionalchinese.Big5, nil
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	}
	return nil, refusal("import.encoding_unknown")
}

// decoded reads text as UTF-8 without a byte order mark.
func decoded(r io.Reader, name string) (io.Reader, error) {
	e, err := encodingOf(name)
	if err != nil {
		return nil, err
	}
	return transform.NewReader(r, e.NewDecoder()), nil
}

// detectFile reads a file once to tell how its text is written.
func detectFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return Detect(file)
}

// Detect tells the encoding of a text: by its byte order mark, by its zero bytes, by
// being valid UTF-8 to its end, else by which of GB18030 and Big5 makes more of its
// pairs characters in daily use.
func Detect(r io.Reader) (string, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(4 << 10)
	if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
		return "", err
	}
	if name, ok := byMark(head); ok {
		return name, nil
	}
	if name, zeros := byZeros(head); zeros {
		if name == "" {
			return "", refusal("import.not_text")
		}
		return name, nil
	}
	t := tally{valid: true}
	buf := make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(in, buf)
		t.count(buf[:n])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return t.name(), nil
}

func byMark(head []byte) (string, bool) {
	for mark, name := range map[string]string{"\xef\xbb\xbf": "utf-8", "\xff\xfe": "utf-16le", "\xfe\xff": "utf-16be"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return name, true
		}
	}
	return "", false
}

// byZeros knows UTF-16 without its mark by where the zero bytes of its ASCII stand; zero
// bytes elsewhere are no text.
func byZeros(head []byte) (name string, zeros bool) {
	var even, odd int
	for i, b := range head {
		switch {
		case b != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	switch {
	case even+odd == 0:
		return "", false
	case odd > 10*even:
		return "utf-16le", true
	case even > 10*odd:
		return "utf-16be", true
	}
	return "", true
}

// tally counts what speaks for each encoding.
type tally struct {
	valid        bool // UTF-8 so far
	rest         []byte
	gbk, big5    int // pairs in daily use as each
	lead         byte
	expectsTrail bool
}

func (t *tally) count(b []byte) {
	t.countUTF8(b)
	for _, c := range b {
		switch {
		case t.expectsTrail:
			t.pair(t.lead, c)
			t.expectsTrail = false
		case c >= 0x81:
			t.lead, t.expectsTrail = c, true
		}
	}
}

// countUTF8 carries a character cut by the end of a block over to the next.
func (t *tally) countUTF8(b []byte) {
	if !t.valid {
		return
	}
	b = append(t.rest, b...)
	cut := len(b)
	for i := max(0, len(b)-utf8.UTFMax+1); i < len(b); i++ {
		if utf8.RuneStart(b[i]) && !utf8.FullRune(b[i:]) {
			cut = i
			break
		}
	}
	t.valid = utf8.Valid(b[:cut])
	t.rest = append([]byte{}, b[cut:]...)
}

// pair counts the first-level characters of GB 2312 (3,755 in daily use) and of Big5
// (5,401), which hold nearly all of what offices write.
func (t *tally) pair(lead, trail byte) {
	if lead >= 0xb0 && lead <= 0xd7 && trail >= 0xa1 {
		t.gbk++
	}
	if lead >= 0xa4 && lead <= 0xc6 && (trail >= 0x40 && trail <= 0x7e || trail >= 0xa1) {
		t.big5++
	}
}

func (t *tally) name() string {
	switch {
	case t.valid && len(t.rest) == 0:
		return "utf-8"
	case t.big5 > t.gbk:
		return "big5"
	}
	return "gb18030"
}
