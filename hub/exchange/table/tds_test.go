package table

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"unicode/utf16"
)

// tdsServer is as much of a SQL Server as an import asks for, since none runs on this
// system: it takes one login without TLS and answers batches it knows ([MS-TDS], 7.4).
type tdsServer struct {
	login, password string
	answers         map[string]tdsTable // by a part of the statement
	asked           chan string
}

type tdsTable struct {
	columns []string
	rows    [][]any // string, int32 or nil
}

// Types of packets and tokens.
const (
	tdsBatch    = 0x01
	tdsReply    = 0x04
	tdsLogin    = 0x10
	tdsPrelogin = 0x12

	tdsMetadata = 0x81
	tdsError    = 0xaa
	tdsLoginAck = 0xad
	tdsRow      = 0xd1
	tdsDone     = 0xfd
)

// start listens on loopback and gives the port.
func (s *tdsServer) start(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s.asked = make(chan string, 100)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *tdsServer) serve(conn net.Conn) {
	defer conn.Close()
	for {
		kind, body, err := readTDS(conn)
		if err != nil {
			return
		}
		var reply []byte
		switch kind {
		case tdsPrelogin:
			// VERSION at 11, 6 octets; ENCRYPTION at 17, 1 octet: 2, there is none.
			reply = []byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2}
		case tdsLogin:
			if reply = s.welcome(body); reply[0] == tdsError {
				writeTDS(conn, reply)
				return
			}
		case tdsBatch:
			reply = s.answer(body)
		default:
			return
		}
		if writeTDS(conn, reply) != nil {
			return
		}
	}
}

// welcome checks a LOGIN7 message.
func (s *tdsServer) welcome(body []byte) []byte {
	field := func(at int) []byte {
		from, n := int(binary.LittleEndian.Uint16(body[at:])), int(binary.LittleEndian.Uint16(body[at+2:]))
		return bytes.Clone(body[from : from+2*n])
	}
	password := field(44)
	for i, b := range password {
		b ^= 0xa5
		password[i] = b<<4 | b>>4
	}
	if user := fromUCS2(field(40)); user != s.login || fromUCS2(password) != s.password {
		text := "Login failed for user '" + user + "'."
		e := binary.LittleEndian.AppendUint32(nil, 18456)
		e = append(e, 1, 14)
		e = append(binary.LittleEndian.AppendUint16(e, uint16(len(text))), ucs2(text)...)
		e = append(e, 0, 0, 1, 0, 0, 0)
		return append(tdsToken(tdsError, e), done(2, 0)...)
	}
	name := "Microsoft SQL Server"
	ack := append([]byte{1, 0x74, 0, 0, 4, byte(len(name))}, ucs2(name)...)
	return append(tdsToken(tdsLoginAck, append(ack, 16, 0, 0, 0)), done(0, 0)...)
}

func (s *tdsServer) answer(body []byte) []byte {
	text := fromUCS2(body[binary.LittleEndian.Uint32(body):]) // behind ALL_HEADERS
	s.asked <- text
	for part, table := range s.answers {
		if strings.Contains(text, part) {
			return table.tokens()
		}
	}
	return done(0, 0)
}

func (t tdsTable) tokens() []byte {
	out := binary.LittleEndian.AppendUint16([]byte{tdsMetadata}, uint16(len(t.columns)))
	for i, name := range t.columns {
		out = append(out, 0, 0, 0, 0, 1, 0)
		if _, number := t.rows[0][i].(int32); number {
			out = append(out, 0x26, 4) // INTN
		} else {
			out = append(out, 0xe7, 0x40, 0x1f, 9, 4, 0xd0, 0, 0x34) // NVARCHAR(4000), a collation
		}
		out = append(append(out, byte(len(utf16.Encode([]rune(name))))), ucs2(name)...)
	}
	for _, row := range t.rows {
		out = append(out, tdsRow)
		for _, v := range row {
			switch v := v.(type) {
			case nil:
				out = append(out, 0xff, 0xff)
			case int32:
				out = binary.LittleEndian.AppendUint32(append(out, 4), uint32(v))
			case string:
				out = append(binary.LittleEndian.AppendUint16(out, uint16(len(ucs2(v)))), ucs2(v)...)
			}
		}
	}
	return append(out, done(0x10, uint64(len(t.rows)))...)
}

func tdsToken(kind byte, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte{kind}, uint16(len(body))), body...)
}

func done(status uint16, rows uint64) []byte {
	out := binary.LittleEndian.AppendUint16([]byte{tdsDone}, status)
	return binary.LittleEndian.AppendUint64(append(out, 0, 0), rows)
}

// readTDS puts the packets of one message together.
func readTDS(r io.Reader) (kind byte, body []byte, err error) {
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, nil, err
		}
		part := make([]byte, binary.BigEndian.Uint16(head[2:])-8)
		if _, err := io.ReadFull(r, part); err != nil {
			return 0, nil, err
		}
		if body = append(body, part...); head[1]&1 != 0 {
			return head[0], body, nil
		}
	}
}

func writeTDS(w io.Writer, body []byte) error {
	const most = 4096 - 8
	for n := byte(1); ; n++ {
		part, last := body[:min(len(body), most)], byte(0)
		if body = body[len(part):]; len(body) == 0 {
			last = 1
		}
		head := []byte{tdsReply, last, 0, 0, 0, 0, n, 0}
		binary.BigEndian.PutUint16(head[2:], uint16(8+len(part)))
		if _, err := w.Write(append(head, part...)); err != nil || last == 1 {
			return err
		}
	}
}

func ucs2(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func fromUCS2(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}
