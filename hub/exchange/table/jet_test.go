package table

import (
	"crypto/rc4"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf16"
)

// jet writes Jet 4 files (Access 2000 to 2003) of a few pages, for Debian has no
// program that does. The layout of pages is the one mdbtools' documentation describes:
//
//	page 0    version, and a header scrambled by RC4
//	page 1    unused
//	page 2    definition of MSysObjects, the list of tables
//	page 3    usage maps
//	then      for each table its definition and one page of rows
type jet struct {
	pages [][]byte
}

const jetPage = 4096

type jetColumn struct {
	name string
	kind byte // of the constants below
}

const (
	jetBool   = 0x01
	jetInt    = 0x03
	jetLong   = 0x04
	jetMoney  = 0x05
	jetDouble = 0x07
	jetDate   = 0x08
	jetText   = 0x0a
	jetOLE    = 0x0b
)

func (c jetColumn) variable() bool { return c.kind == jetText || c.kind == jetOLE }

var jetSize = map[byte]int{jetBool: 0, jetInt: 2, jetLong: 4, jetMoney: 8, jetDouble: 8, jetDate: 8}

type jetTable struct {
	name    string
	columns []jetColumn
	rows    [][]any // nil is NULL
}

// writeJet makes a file of the tables. version 1 is Jet 4, 2 the .accdb of 2007.
func writeJet(t testing.TB, file string, version byte, tables ...jetTable) string {
	t.Helper()
	j := &jet{}
	j.add(jetHeader(version))
	j.add(make([]byte, jetPage))
	objects := jetTable{name: "MSysObjects", columns: []jetColumn{{"Id", jetLong}, {"Name", jetText}, {"Type", jetInt}, {"Flags", jetLong}, {"LvProp", jetOLE}}}
	objects.rows = append(objects.rows, []any{int32(2), "MSysObjects", int16(1), int32(math.MinInt32 + 2), nil})
	for i, table := range tables {
		objects.rows = append(objects.rows, []any{int32(4 + 1 + 2*i), table.name, int16(1), int32(0), nil})
	}
	all := append([]jetTable{objects}, tables...)
	var maps [][]byte
	for i := range all {
		maps = append(maps, usage(4+2*i))
	}
	j.add(definition(objects, 0))
	j.add(jetData(0, maps))
	j.add(jetData(2, encodeRows(objects)))
	for i, table := range tables {
		j.add(definition(table, i+1))
		j.add(jetData(4+1+2*i, encodeRows(table)))
	}
	path := filepath.Join(t.TempDir(), file)
	var b []byte
	for _, page := range j.pages {
		b = append(b, page...)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (j *jet) add(page []byte) { j.pages = append(j.pages, page) }

func jetHeader(version byte) []byte {
	page := make([]byte, jetPage)
	copy(page, "\x00\x01\x00\x00Standard Jet DB\x00")
	if version > 1 {
		copy(page[4:], "Standard ACE DB\x00")
	}
	page[0x14] = version
	key, _ := rc4.NewCipher([]byte{0xc7, 0xda, 0x39, 0x6b})
	key.XORKeyStream(page[0x18:0x18+128], page[0x18:0x18+128]) // no password, no page key
	return page
}

// usage is a map that says: the table's rows are on this page.
func usage(page int) []byte {
	b := make([]byte, 69)
	b[5+page/8] = 1 << (page % 8)
	return b
}

func definition(t jetTable, mapRow int) []byte {
	page := make([]byte, 63, jetPage)
	copy(page, []byte{2, 1})
	le := binary.LittleEndian
	variable := 0
	for _, c := range t.columns {
		if c.variable() {
			variable++
		}
	}
	le.PutUint32(page[16:], uint32(len(t.rows)))
	page[40] = 0x4e
	le.PutUint16(page[41:], uint16(len(t.columns)))
	le.PutUint16(page[43:], uint16(variable))
	le.PutUint16(page[45:], uint16(len(t.columns)))
	le.PutUint32(page[55:], uint32(3<<8|mapRow))
	le.PutUint32(page[59:], uint32(3<<8|mapRow))
	fixed, variable := 0, 0
	for i, c := range t.columns {
		entry := make([]byte, 25)
		entry[0] = c.kind
		le.PutUint16(entry[5:], uint16(i))
		le.PutUint16(entry[9:], uint16(i))
		if c.variable() {
			le.PutUint16(entry[7:], uint16(variable))
			le.PutUint16(entry[23:], 510)
			variable++
		} else {
			entry[15] = 1
			le.PutUint16(entry[21:], uint16(fixed))
			le.PutUint16(entry[23:], uint16(max(1, jetSize[c.kind])))
			fixed += jetSize[c.kind]
		}
		page = append(page, entry...)
	}
	for _, c := range t.columns {
		name := utf16Bytes(c.name)
		page = le.AppendUint16(page, uint16(len(name)))
		page = append(page, name...)
	}
	le.PutUint32(page[8:], uint32(len(page)))
	return append(page, make([]byte, jetPage-len(page))...)
}

func utf16Bytes(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// jetData is a page whose rows stand from its end towards its head.
func jetData(owner int, rows [][]byte) []byte {
	page := make([]byte, jetPage)
	copy(page, []byte{1, 1})
	le := binary.LittleEndian
	le.PutUint32(page[4:], uint32(owner))
	le.PutUint16(page[12:], uint16(len(rows)))
	end := jetPage
	for i, row := range rows {
		end -= len(row)
		copy(page[end:], row)
		le.PutUint16(page[14+2*i:], uint16(end))
	}
	return page
}

func encodeRows(t jetTable) (rows [][]byte) {
	le := binary.LittleEndian
	for _, values := range t.rows {
		row := le.AppendUint16(nil, uint16(len(t.columns)))
		present := make([]byte, (len(t.columns)+7)/8)
		var texts [][]byte
		for i, c := range t.columns {
			v := values[i]
			if v != nil && v != false {
				present[i/8] |= 1 << (i % 8)
			}
			if c.variable() {
				s, _ := v.(string)
				texts = append(texts, utf16Bytes(s))
				continue
			}
			row = append(row, jetFixed(c.kind, v)...)
		}
		offsets := []int{}
		for _, text := range texts {
			offsets = append(offsets, len(row))
			row = append(row, text...)
		}
		row = le.AppendUint16(row, uint16(len(row)))
		for i := len(offsets) - 1; i >= 0; i-- {
			row = le.AppendUint16(row, uint16(offsets[i]))
		}
		row = le.AppendUint16(row, uint16(len(texts)))
		rows = append(rows, append(row, present...))
	}
	return rows
}

func jetFixed(kind byte, v any) []byte {
	b := make([]byte, jetSize[kind])
	le := binary.LittleEndian
	switch v := v.(type) {
	case int16:
		le.PutUint16(b, uint16(v))
	case int32:
		le.PutUint32(b, uint32(v))
	case int64: // money, in ten-thousandths
		le.PutUint64(b, uint64(v))
	case float64:
		le.PutUint64(b, math.Float64bits(v))
	case time.Time:
		days := v.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
		le.PutUint64(b, math.Float64bits(days))
	}
	return b
}
