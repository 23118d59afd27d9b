package update

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

var errTable = errors.New("update: the partition table is not as this box writes it")

// Extent is where a partition lies, in octets.
type Extent struct{ Start, Size int64 }

// ReadTable reads the partitions of a disk with an MBR: numbers 1 to 4 from its first
// sector, from 5 on those inside the extended one.
func ReadTable(r io.ReaderAt) (map[int]Extent, error) {
	table := map[int]Extent{}
	entries, err := readEntries(r, 0)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		switch {
		case e.kind == 0:
			continue
		case e.extended():
			if err := readChain(r, e, table); err != nil {
				return nil, err
			}
		}
		table[i+1] = Extent{e.start * sectorSize, e.size * sectorSize}
	}
	return table, nil
}

// readChain follows the chain of tables inside the extended partition: in each, the
// first entry is a partition counted from that table, the second the next table, counted
// from the extended partition's start.
func readChain(r io.ReaderAt, extended entry, table map[int]Extent) error {
	const most = 16
	at := extended.start
	for n := 5; n < 5+most; n++ {
		entries, err := readEntries(r, at*sectorSize)
		if err != nil {
			return err
		}
		table[n] = Extent{(at + entries[0].start) * sectorSize, entries[0].size * sectorSize}
		if entries[1].kind == 0 {
			return nil
		}
		at = extended.start + entries[1].start
	}
	return errTable
}

// entry is one of the four of a table, in sectors.
type entry struct {
	kind        byte
	start, size int64
}

func (e entry) extended() bool { return e.kind == 0x05 || e.kind == 0x0f }

const firstEntry, entrySize = 446, 16

func readEntries(r io.ReaderAt, at int64) (entries [4]entry, err error) {
	var b [sectorSize]byte
	if _, err := r.ReadAt(b[:], at); err != nil {
		return entries, err
	}
	if b[510] != 0x55 || b[511] != 0xaa {
		return entries, errTable
	}
	for i := range entries {
		e := b[firstEntry+i*entrySize:]
		entries[i] = entry{e[4], int64(binary.LittleEndian.Uint32(e[8:])), int64(binary.LittleEndian.Uint32(e[12:]))}
	}
	return entries, nil
}

const signatureAt = 440

// ReadSignature reads the disk's signature.
func ReadSignature(r io.ReaderAt) (uint32, error) {
	var b [4]byte
	_, err := r.ReadAt(b[:], signatureAt)
	return binary.LittleEndian.Uint32(b[:]), err
}

// Image is a disk in a file.
type Image struct{ Path string }

func (i Image) Signature() (uint32, error) {
	f, err := os.Open(i.Path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return ReadSignature(f)
}

func (i Image) Partition(n int) (Device, error) {
	f, err := os.OpenFile(i.Path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	table, err := ReadTable(f)
	e, ok := table[n]
	if err == nil && !ok {
		err = fmt.Errorf("%s has no partition %d", i.Path, n)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &window{f, e}, nil
}

// window is the part of a file that a partition is.
type window struct {
	f *os.File
	e Extent
}

func (w *window) ReadAt(b []byte, at int64) (int, error) {
	return io.NewSectionReader(w.f, w.e.Start, w.e.Size).ReadAt(b, at)
}

func (w *window) WriteAt(b []byte, at int64) (int, error) {
	if at < 0 || at+int64(len(b)) > w.e.Size {
		return 0, ErrTooLarge
	}
	return w.f.WriteAt(b, w.e.Start+at)
}

func (w *window) Size() int64   { return w.e.Size }
func (w *window) Sync() error   { return w.f.Sync() }
func (w *window) Forget() error { return nil }
func (w *window) Close() error  { return w.f.Close() }
