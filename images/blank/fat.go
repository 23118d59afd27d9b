package blank

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// File is one in the root folder of a FAT file system; Name has at most eight and three
// letters, in capitals.
type File struct {
	Name    string
	Content []byte
}

// FAT16 with one sector for each cluster, so that a small file is a sector of its own.
const (
	fatReserved    = 1
	fatRootEntries = 512
	fatLeast       = 4085 // clusters; fewer would make it FAT12
	fatMost        = 65524
)

// FormatFAT writes a FAT16 file system of size octets with the files (Microsoft FAT
// specification 1.03). The same input gives the same octets.
func FormatFAT(w io.WriterAt, size int64, label string, files []File) error {
	perCluster := int64(1)
	for size/sector/perCluster > fatMost {
		perCluster *= 2
	}
	clusterSize := perCluster * sector
	sectors := size / sector
	perFAT := (sectors/perCluster*2 + sector - 1) / sector
	rootSectors := int64(fatRootEntries * 32 / sector)
	data := fatReserved + 2*perFAT + rootSectors
	clusters := (sectors - data) / perCluster
	if clusters < fatLeast {
		return fmt.Errorf("FAT16: %d octets are too few", size)
	}
	boot := make([]byte, sector)
	copy(boot, "\xeb\x3c\x90BELLHOP ")
	binary.LittleEndian.PutUint16(boot[11:], sector)
	boot[13] = byte(perCluster)
	binary.LittleEndian.PutUint16(boot[14:], fatReserved)
	boot[16] = 2
	binary.LittleEndian.PutUint16(boot[17:], fatRootEntries)
	if sectors < 1<<16 {
		binary.LittleEndian.PutUint16(boot[19:], uint16(sectors))
	} else {
		binary.LittleEndian.PutUint32(boot[32:], uint32(sectors))
	}
	boot[21] = 0xf8
	binary.LittleEndian.PutUint16(boot[22:], uint16(perFAT))
	binary.LittleEndian.PutUint16(boot[24:], 63)
	binary.LittleEndian.PutUint16(boot[26:], 255)
	boot[36], boot[38] = 0x80, 0x29
	copy(boot[43:], fmt.Sprintf("%-11.11sFAT16   ", label))
	boot[510], boot[511] = 0x55, 0xaa
	if _, err := w.WriteAt(boot, 0); err != nil {
		return err
	}

	fat := make([]byte, perFAT*sector)
	copy(fat, "\xf8\xff\xff\xff")
	folder := make([]byte, rootSectors*sector)
	copy(folder, fmt.Sprintf("%-11.11s\x08", label))
	cluster := int64(2)
	for i, f := range files {
		base, ext, _ := strings.Cut(f.Name, ".")
		if len(base) > 8 || len(ext) > 3 || strings.ToUpper(f.Name) != f.Name || i+1 >= fatRootEntries {
			return fmt.Errorf("FAT16: no place for a file named %q", f.Name)
		}
		need := (int64(len(f.Content)) + clusterSize - 1) / clusterSize
		if cluster+need > clusters+2 {
			return fmt.Errorf("FAT16: %s does not fit", f.Name)
		}
		e := folder[32*(i+1):]
		copy(e, fmt.Sprintf("%-8s%-3s\x20", base, ext))
		binary.LittleEndian.PutUint16(e[24:], 1<<5|1) // 1 January 1980, as there is no clock
		binary.LittleEndian.PutUint32(e[28:], uint32(len(f.Content)))
		if need > 0 {
			binary.LittleEndian.PutUint16(e[26:], uint16(cluster))
			if _, err := w.WriteAt(f.Content, data*sector+(cluster-2)*clusterSize); err != nil {
				return err
			}
		}
		for n := range need {
			follows := uint16(cluster + n + 1)
			if n == need-1 {
				follows = 0xffff
			}
			binary.LittleEndian.PutUint16(fat[2*(cluster+n):], follows)
		}
		cluster += need
	}
	for copyOf := range int64(2) {
		if _, err := w.WriteAt(fat, (fatReserved+copyOf*perFAT)*sector); err != nil {
			return err
		}
	}
	_, err := w.WriteAt(folder, (fatReserved+2*perFAT)*sector)
	return err
}
