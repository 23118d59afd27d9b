package update

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

var errSmaller = errors.New("update: the data partition can only grow")

// reserve at the card's end stays unused: a card with room to spare wears less.
const reserve = 4 << 20

// Grow makes the data partition reach to the end of the card, which is larger than the
// image it was written from. It changes two numbers, in a sector each, first that of the
// partition around it; cut off in between, the next start finishes it. It reports
// whether there was anything to do.
func (c Card) Grow() (bool, error) {
	f, err := os.OpenFile(c.Path(), os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	e, changed, err := growTable(f, size-reserve)
	if err != nil {
		return false, err
	}
	// The kernel's own idea may be behind, where an earlier start was cut off.
	now, err := readNumber("/sys/class/block/" + partitionName(c, PartitionData) + "/size")
	if err != nil || int64(now)*sectorSize >= e.Size {
		return changed, err
	}
	return true, resizePartition(int(f.Fd()), PartitionData, e)
}

func partitionName(c Card, n int) string { return c.PartitionPath(n)[len("/dev/"):] }

// sectors is what growTable needs of a disk.
type sectors interface {
	ReadAt([]byte, int64) (int, error)
	WriteAt([]byte, int64) (int, error)
	Sync() error
}

// growTable lets the data partition end at end and returns where it then lies.
func growTable(disk sectors, end int64) (Extent, bool, error) {
	table, err := ReadTable(disk)
	if err != nil {
		return Extent{}, false, err
	}
	data, ok := table[PartitionData]
	if _, more := table[PartitionData+1]; !ok || more {
		return data, false, errTable
	}
	outer := table[4]
	end = end / sectorSize * sectorSize
	if end <= data.Start+data.Size {
		return data, false, nil
	}
	const outerEntry = firstEntry + 3*entrySize
	if err := setSize(disk, 0, outerEntry, (end-outer.Start)/sectorSize); err != nil {
		return data, false, err
	}
	chain, err := tableOf(disk, outer.Start, data.Start)
	if err != nil {
		return data, false, err
	}
	if err := setSize(disk, chain, firstEntry, (end-data.Start)/sectorSize); err != nil {
		return data, false, err
	}
	data.Size = end - data.Start
	return data, true, nil
}

// tableOf finds the table inside the extended partition whose first entry starts at
// start.
func tableOf(disk sectors, extended, start int64) (int64, error) {
	for at := extended; ; {
		entries, err := readEntries(disk, at)
		if err != nil {
			return 0, err
		}
		if at+entries[0].start*sectorSize == start {
			return at, nil
		}
		if entries[1].kind == 0 {
			return 0, errTable
		}
		at = extended + entries[1].start*sectorSize
	}
}

// setSize overwrites the size in the entry of the table at.
func setSize(disk sectors, at, entry, size int64) error {
	var b [sectorSize]byte
	if _, err := disk.ReadAt(b[:], at); err != nil {
		return err
	}
	if int64(binary.LittleEndian.Uint32(b[entry+12:])) > size || size > 1<<32-1 {
		return fmt.Errorf("%w: %d sectors", errSmaller, size)
	}
	binary.LittleEndian.PutUint32(b[entry+12:], uint32(size))
	if _, err := disk.WriteAt(b[:], at); err != nil {
		return err
	}
	return disk.Sync()
}

// resizePartition tells the kernel, also while the partition is in use (linux/blkpg.h).
func resizePartition(disk, number int, e Extent) error {
	const resize = 3
	p := blkpgPartition{start: e.Start, length: e.Size, number: int32(number)}
	return blkpg(disk, resize, &p)
}
