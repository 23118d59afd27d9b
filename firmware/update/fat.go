package update

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// sectorSize is what a card writes in one go: all of it or nothing.
const sectorSize = 512

var (
	errFAT      = errors.New("update: no FAT file system")
	errNoFile   = errors.New("update: no such file in the boot partition")
	errTwoParts = errors.New("update: the file is longer than a sector")
)

// sectorFile is a small file in the root folder of a FAT file system that lies in one
// sector: it can be replaced by text of its own length in one write that either
// happens or does not. Neither the table nor the folder is touched.
type sectorFile struct {
	dev    Device
	at     int64 // where its sector begins
	length int
}

// findSectorFile looks for name, in capitals with eight and three letters, such as
// "CMDLINE.TXT". Layout: Microsoft FAT specification 1.03.
func findSectorFile(dev Device, name string) (*sectorFile, error) {
	var b [sectorSize]byte
	if _, err := dev.ReadAt(b[:], 0); err != nil {
		return nil, err
	}
	v, err := readVolume(b[:], dev.Size())
	if err != nil {
		return nil, err
	}
	entry, err := v.find(dev, shortName(name))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, name)
	}
	cluster := int64(binary.LittleEndian.Uint16(entry[20:]))<<16 | int64(binary.LittleEndian.Uint16(entry[26:]))
	f := &sectorFile{dev: dev, at: v.cluster(cluster), length: int(binary.LittleEndian.Uint32(entry[28:]))}
	if f.length < 0 || f.length > sectorSize {
		return nil, errTwoParts
	}
	if cluster < 2 || f.at+sectorSize > dev.Size() {
		return nil, errFAT
	}
	return f, nil
}

func (f *sectorFile) read() ([]byte, error) {
	b := make([]byte, sectorSize)
	_, err := f.dev.ReadAt(b, f.at)
	return b[:f.length], err
}

// replace writes text, which must be as long as what it replaces, and waits until it
// is on the card.
func (f *sectorFile) replace(text []byte) error {
	if len(text) != f.length {
		return fmt.Errorf("update: %d octets where %d stand", len(text), f.length)
	}
	b := make([]byte, sectorSize)
	copy(b, text)
	if _, err := f.dev.WriteAt(b, f.at); err != nil {
		return err
	}
	return f.dev.Sync()
}

// volume is where things lie in a FAT file system, in octets.
type volume struct {
	clusterSize  int64
	rootAt       int64 // FAT12 and FAT16: the folder; FAT32: its first cluster
	rootSize     int64
	data         int64 // cluster 2
	fat, fatSize int64
	wide         bool // FAT32
	rootCluster  int64
}

func readVolume(b []byte, size int64) (volume, error) {
	var v volume
	perCluster, reserved, fats := int64(b[13]), int64(binary.LittleEndian.Uint16(b[14:])), int64(b[16])
	entries, fatSectors := int64(binary.LittleEndian.Uint16(b[17:])), int64(binary.LittleEndian.Uint16(b[22:]))
	if binary.LittleEndian.Uint16(b[11:]) != sectorSize || b[510] != 0x55 || b[511] != 0xaa ||
		perCluster == 0 || perCluster&(perCluster-1) != 0 || reserved == 0 || fats == 0 || fats > 4 {
		return v, errFAT
	}
	if fatSectors == 0 {
		v.wide = true
		fatSectors = int64(binary.LittleEndian.Uint32(b[36:]))
		v.rootCluster = int64(binary.LittleEndian.Uint32(b[44:]))
	}
	v.clusterSize = perCluster * sectorSize
	v.fat, v.fatSize = reserved*sectorSize, fatSectors*sectorSize
	v.rootAt = v.fat + fats*v.fatSize
	v.rootSize = (entries*32 + sectorSize - 1) / sectorSize * sectorSize
	v.data = v.rootAt + v.rootSize
	if v.data >= size || v.wide == (entries != 0) {
		return v, errFAT
	}
	if v.wide { // only its first cluster is looked at: the files that matter are written first
		v.rootAt, v.rootSize = v.cluster(v.rootCluster), v.clusterSize
	}
	if v.rootAt+v.rootSize > size {
		return v, errFAT
	}
	return v, nil
}

func (v volume) cluster(n int64) int64 { return v.data + (n-2)*v.clusterSize }

// find returns the 32 octets of the folder's entry.
func (v volume) find(dev Device, short [11]byte) ([]byte, error) {
	folder := make([]byte, v.rootSize)
	if _, err := dev.ReadAt(folder, v.rootAt); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	const longName, folderOrLabel = 0x0f, 0x18
	for e := folder; len(e) >= 32 && e[0] != 0; e = e[32:] {
		if attributes := e[11]; e[0] != 0xe5 && attributes != longName && attributes&folderOrLabel == 0 && [11]byte(e[:11]) == short {
			return e[:32], nil
		}
	}
	return nil, errNoFile
}

func shortName(name string) (short [11]byte) {
	base, ext, _ := strings.Cut(name, ".")
	copy(short[:], fmt.Sprintf("%-8.8s%-3.3s", base, ext))
	return short
}
