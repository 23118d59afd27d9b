// Package blank makes partition tables and FAT file systems from nothing.
package blank

import (
	"encoding/binary"
	"io"
)

const (
	sector = 512
	align  = 1 << 20
)

// Sizes of a card's partitions, in octets; two of Boot and Root each.
type Sizes struct{ Select, Boot, Root, Data int64 }

// Kinds of partition, as the table names them.
const (
	kindFAT      = 0x0c
	kindExtended = 0x0f
	kindLinux    = 0x83
)

type entry struct {
	kind        byte
	start, size int64 // octets; start counts from the table itself or the extended partition
}

// Table writes the master table and the chain inside partition 4, and returns how long
// the card is. The same input gives the same octets.
func Table(w io.WriterAt, signature uint32, l Sizes) (int64, error) {
	at := int64(align)
	next := func(kind byte, size int64) entry {
		e := entry{kind, at, (size + align - 1) / align * align}
		at += e.size
		return e
	}
	main := []entry{next(kindFAT, l.Select), next(kindFAT, l.Boot), next(kindFAT, l.Boot)}
	outer := at
	logical := []int64{l.Root, l.Root, l.Data}
	for i, size := range logical {
		table := at
		at += align
		e := next(kindLinux, size)
		links := []entry{{kindLinux, e.start - table, e.size}}
		if i+1 < len(logical) {
			links = append(links, entry{kindExtended, at - outer, logical[i+1] + align})
		}
		if err := writeEntries(w, table, 0, links); err != nil {
			return 0, err
		}
	}
	main = append(main, entry{kindExtended, outer, at - outer})
	return at, writeEntries(w, 0, signature, main)
}

// noCHS is what stands for cylinder, head and sector where nobody counts in them.
var noCHS = [3]byte{0xfe, 0xff, 0xff}

func writeEntries(w io.WriterAt, at int64, signature uint32, entries []entry) error {
	var b [sector]byte
	binary.LittleEndian.PutUint32(b[440:], signature)
	for i, e := range entries {
		p := b[446+16*i:]
		if at == 0 && i == 0 {
			p[0] = 0x80 // some machines' firmware looks for one that is active
		}
		copy(p[1:], noCHS[:])
		p[4] = e.kind
		copy(p[5:], noCHS[:])
		binary.LittleEndian.PutUint32(p[8:], uint32(e.start/sector))
		binary.LittleEndian.PutUint32(p[12:], uint32(e.size/sector))
	}
	b[510], b[511] = 0x55, 0xaa
	_, err := w.WriteAt(b[:], at)
	return err
}
