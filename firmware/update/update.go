// Package update renews a box's system without ever being without one. The card holds
// two systems, A and B; a signed bundle is written over the one that is not running,
// read back and compared, and tried once: the firmware of the Raspberry Pi starts it
// for a single boot ("reboot 0 tryboot"). If hub and telephone part work there, one
// sector (autoboot.txt) is overwritten and the new system stays. Any reset before that,
// of power, watchdog or kernel, ends on the old one.
//
// What a box has of data lies on a partition of its own, which updates leave alone:
// both systems must be able to open it, so migrations of the database only ever add.
//
//	card:  1 sel    FAT, autoboot.txt alone      2 boot A   3 boot B   (4 holds 5 to 7)
//	       5 root A  squashfs                    6 root B              7 data  ext4
package update

import (
	"fmt"
	"io"
)

// Partitions of the card, as the partition table numbers them.
const (
	PartitionSelect = 1
	PartitionBootA  = 2
	PartitionBootB  = 3
	PartitionRootA  = 5
	PartitionRootB  = 6
	PartitionData   = 7
)

// Slot is one of the two places for a system.
type Slot string

const (
	SlotA Slot = "A"
	SlotB Slot = "B"
)

// Other is the slot that s is not.
func (s Slot) Other() Slot {
	if s == SlotA {
		return SlotB
	}
	return SlotA
}

func (s Slot) boot() int {
	if s == SlotA {
		return PartitionBootA
	}
	return PartitionBootB
}

func (s Slot) root() int {
	if s == SlotA {
		return PartitionRootA
	}
	return PartitionRootB
}

// slotOfBoot is the slot whose boot partition is n.
func slotOfBoot(n int) (Slot, error) {
	switch n {
	case PartitionBootA:
		return SlotA, nil
	case PartitionBootB:
		return SlotB, nil
	}
	return "", fmt.Errorf("update: partition %d is no boot partition of ours", n)
}

// Device is a partition.
type Device interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() int64
	Sync() error   // returns when all that was written is on the card
	Forget() error // makes the next read come from the card, not from memory
}

// Disk is the card: Partition opens one partition for reading and writing.
type Disk interface {
	Partition(n int) (Device, error)
	Signature() (uint32, error) // of the partition table: the first half of a PARTUUID
}

// use opens partition n for the length of do.
func use(d Disk, n int, do func(Device) error) error {
	dev, err := d.Partition(n)
	if err != nil {
		return fmt.Errorf("partition %d: %w", n, err)
	}
	err = do(dev)
	if closed := dev.Close(); err == nil {
		err = closed
	}
	return err
}

// Selection reads which slot starts when nothing special was asked.
func Selection(d Disk) (Slot, error) {
	var s Slot
	err := use(d, PartitionSelect, func(dev Device) error {
		a, _, err := readAutoboot(dev)
		if err == nil {
			s, err = slotOfBoot(a.Normal)
		}
		return err
	})
	return s, err
}

// Select makes slot the one that starts from now on, the other the one to be tried: one
// sector is overwritten in place.
func Select(d Disk, slot Slot) error {
	return use(d, PartitionSelect, func(dev Device) error {
		a, file, err := readAutoboot(dev)
		if err != nil {
			return err
		}
		want := Autoboot{Normal: slot.boot(), Try: slot.Other().boot()}
		if a == want {
			return nil
		}
		return file.replace(want.Text())
	})
}

func readAutoboot(dev Device) (Autoboot, *sectorFile, error) {
	file, err := findSectorFile(dev, AutobootFile)
	if err != nil {
		return Autoboot{}, nil, err
	}
	text, err := file.read()
	if err != nil {
		return Autoboot{}, nil, err
	}
	a, err := ParseAutoboot(text)
	return a, file, err
}
