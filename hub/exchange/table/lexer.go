package table

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// lexer cuts an SQL script into tokens, whichever of the four dialects wrote it.
type lexer struct {
	in    *bufio.Reader
	limit int // bytes of one token
	line  int
	err   error
	back  bool  // next gives the last token again
	last  token //
	// escapes tells that \ begins an escape in a plain string. MySQL dumps have it,
	// the others not; a backquote or an escaped quote mark tells which it is.
	escapes bool
	buf     []byte
}

type token struct {
	kind tokenKind
	text string
}

type tokenKind byte

const (
	endOfScript tokenKind = iota
	wordToken             // INSERT, a name without quotes
	nameToken             // `a`, [a], "a"
	stringToken           // 'a', N'a', E'a', $$a$$
	numberToken
	hexToken  // the digits of 0x41, X'41'
	markToken // one character
)

func (l *lexer) next() token {
	if l.back {
		l.back = false
		return l.last
	}
	l.last = l.scan()
	return l.last
}

func (l *lexer) scan() token {
	for {
		c, ok := l.byte()
		if !ok {
			return token{}
		}
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		case c == '-' && l.peek(0) == '-' || c == '#' && !isWord(l.peek(0)):
			l.skipLine()
			continue
		case c == '/' && l.peek(0) == '*':
			l.skipComment()
			continue
		case c == '\'':
			return l.quoted('\'', stringToken, l.escapes)
		case c == '"':
			return l.quoted('"', nameToken, false)
		case c == '`':
			l.escapes = true
			return l.quoted('`', nameToken, false)
		case c == '[':
			return l.quoted(']', nameToken, false)
		case c == '$' && (l.peek(0) == '$' || isWord(l.peek(0))):
			return l.dollar()
		case c >= '0' && c <= '9' || c == '.' && l.peek(0) >= '0' && l.peek(0) <= '9':
			return l.number(c)
		case isWord(c):
			return l.word(c)
		}
		return token{markToken, string([]byte{c})}
	}
}

func isWord(c byte) bool {
	return c == '_' || c == '@' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
}

func (l *lexer) byte() (byte, bool) {
	if l.err != nil {
		return 0, false
	}
	c, err := l.in.ReadByte()
	if err != nil {
		if err != io.EOF {
			l.err = err
		}
		return 0, false
	}
	if c == '\n' {
		l.line++
	}
	return c, true
}

// peek looks n bytes ahead; 0 is beyond the end.
func (l *lexer) peek(n int) byte {
	b, _ := l.in.Peek(n + 1)
	if len(b) <= n {
		return 0
	}
	return b[n]
}

func (l *lexer) skipLine() {
	for {
		if c, ok := l.byte(); !ok || c == '\n' {
			return
		}
	}
}

func (l *lexer) skipComment() {
	l.byte()
	if l.peek(0) == '!' {
		// MySQL runs what stands in /*! */; dumps keep settings there, not rows.
		l.escapes = true
	}
	last := byte(0)
	for {
		c, ok := l.byte()
		if !ok || last == '*' && c == '/' {
			return
		}
		last = c
	}
}

func (l *lexer) put(c byte) bool {
	if len(l.buf) == l.limit {
		l.err = at("import.quote_open", l.line)
		return false
	}
	l.buf = append(l.buf, c)
	return true
}

var mysqlEscapes = map[byte]byte{'0': 0, 'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'Z': 26}

// quoted reads to the closing mark; a doubled one is a character.
func (l *lexer) quoted(end byte, kind tokenKind, escapes bool) token {
	l.buf = l.buf[:0]
	began := l.line
	for {
		c, ok := l.byte()
		if !ok {
			if l.err == nil {
				l.err = at("import.quote_open", began)
			}
			return token{}
		}
		switch {
		case c == end && l.peek(0) == end:
			l.byte()
		case c == end:
			return token{kind, string(l.buf)}
		case c == '\\' && escapes:
			c, _ = l.byte()
			if e, ok := mysqlEscapes[c]; ok {
				c = e
			}
		case c == '\\' && kind == stringToken && l.peek(0) == '\'' && l.escapedQuote():
			l.escapes, escapes = true, true
			c, _ = l.byte()
		}
		if !l.put(c) {
			return token{}
		}
	}
}

// escapedQuote tells whether the quote mark after a backslash is a character: if it
// ended the string, a comma, a bracket or an end would follow.
func (l *lexer) escapedQuote() bool {
	switch l.peek(1) {
	case ',', ')', ';', ' ', '\r', '\n', ':', 0:
		return false
	}
	return true
}

// dollar reads PostgreSQL's $tag$ … $tag$.
func (l *lexer) dollar() token {
	tag := []byte{'$'}
	for len(tag) < 64 {
		c := l.peek(len(tag) - 1)
		if c != '$' && !isWord(c) {
			return token{markToken, "$"}
		}
		if tag = append(tag, c); c == '$' {
			break
		}
	}
	for range len(tag) - 1 {
		l.byte()
	}
	l.buf = l.buf[:0]
	for {
		c, ok := l.byte()
		if !ok {
			return token{}
		}
		if !l.put(c) {
			return token{}
		}
		if c == '$' && strings.HasSuffix(string(l.buf[max(0, len(l.buf)-len(tag)):]), string(tag)) {
			return token{stringToken, string(l.buf[:len(l.buf)-len(tag)])}
		}
	}
}

func (l *lexer) number(c byte) token {
	l.buf = append(l.buf[:0], c)
	if c == '0' && (l.peek(0) == 'x' || l.peek(0) == 'X') {
		l.byte()
		l.buf = l.buf[:0]
		return l.rest(hexToken, func(c byte) bool {
			return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
		})
	}
	return l.rest(numberToken, func(c byte) bool {
		last := l.buf[len(l.buf)-1]
		return c >= '0' && c <= '9' || c == '.' || c|0x20 == 'e' || (c == '-' || c == '+') && last|0x20 == 'e'
	})
}

func (l *lexer) rest(kind tokenKind, belongs func(byte) bool) token {
	for {
		c := l.peek(0)
		if c == 0 || !belongs(c) {
			return token{kind, string(l.buf)}
		}
		l.byte()
		if !l.put(c) {
			return token{}
		}
	}
}

// word reads a bare name, or the string behind one of N”, E”, B”, X”, _utf8”.
func (l *lexer) word(c byte) token {
	l.buf = append(l.buf[:0], c)
	tok := l.rest(wordToken, func(c byte) bool { return isWord(c) || c == '$' || c == '#' })
	if l.peek(0) != '\'' {
		return tok
	}
	switch prefix := strings.ToUpper(tok.text); {
	case prefix == "N", prefix == "B", prefix == "U", strings.HasPrefix(prefix, "_"):
		l.byte()
		return l.quoted('\'', stringToken, l.escapes)
	case prefix == "E":
		l.byte()
		return l.quoted('\'', stringToken, true)
	case prefix == "X":
		l.byte()
		return l.quoted('\'', hexToken, false)
	}
	return tok
}

// readLine reads a whole line, as COPY has its rows.
func (l *lexer) readLine() (string, error) {
	l.buf = l.buf[:0]
	for {
		c, ok := l.byte()
		if !ok {
			return strings.TrimSuffix(string(l.buf), "\r"), io.EOF
		}
		if c == '\n' {
			return strings.TrimSuffix(string(l.buf), "\r"), nil
		}
		if len(l.buf) > 8*l.limit {
			l.err = at("import.cell_too_long", l.line)
			return "", l.err
		}
		l.buf = append(l.buf, c)
	}
}

// serverDate reads SQL Server's datetime as its scripts have it: days since 1900 and
// 300ths of a second, each four bytes.
func serverDate(digits string) (string, bool) {
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != 8 {
		return "", false
	}
	days := int32(binary.BigEndian.Uint32(b))
	ticks := binary.BigEndian.Uint32(b[4:])
	if days < -53690 || days > 2_958_463 || ticks >= 86400*300 {
		return "", false
	}
	at := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)).Add(time.Duration(ticks/300) * time.Second)
	return dateText(at, false), true
}

// bytesText takes bytes for text where they are.
func bytesText(digits string) string {
	if b, err := hex.DecodeString(digits); err == nil && utf8.Valid(b) {
		return string(b)
	}
	return ""
}
