// Package card makes the contents of a box's SD card as a file, without mounting
// anything: partition table, the small partition that chooses a slot, and the images of
// the others. See firmware/update for what lies where.
package card

import (
	"errors"
	"fmt"
	"io"
	"os"

	"bellhop/firmware/update"
	"bellhop/images/blank"
)

const chunk = 1 << 20

// Layout is what lies on a card. Kernels find their root by the table's signature.
type Layout struct {
	Signature uint32
	blank.Sizes

	// Images; "" leaves the partition empty.
	BootA, RootA, BootB, RootB, Data string
}

// Make writes the card to path. The file has holes where nothing is.
func Make(path string, l Layout) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	size, err := blank.Table(f, l.Signature, l.Sizes)
	if err = errors.Join(err, f.Truncate(size), f.Close()); err != nil {
		return err
	}
	disk := update.Image{Path: path}
	if err := l.writeSelect(disk); err != nil {
		return err
	}
	for _, p := range []struct {
		number int
		path   string
	}{
		{update.PartitionBootA, l.BootA}, {update.PartitionRootA, l.RootA},
		{update.PartitionBootB, l.BootB}, {update.PartitionRootB, l.RootB}, {update.PartitionData, l.Data},
	} {
		if p.path == "" {
			continue
		}
		if err := fill(disk, p.number, p.path); err != nil {
			return fmt.Errorf("%s: %w", p.path, err)
		}
	}
	for slot, image := range map[update.Slot]string{update.SlotA: l.BootA, update.SlotB: l.BootB} {
		if image == "" {
			continue
		}
		if err := update.Bind(disk, slot); err != nil {
			return fmt.Errorf("slot %s: %w", slot, err)
		}
	}
	return nil
}

func (l Layout) writeSelect(disk update.Disk) error {
	dev, err := disk.Partition(update.PartitionSelect)
	if err != nil {
		return err
	}
	defer dev.Close()
	a := update.Autoboot{Normal: update.PartitionBootA, Try: update.PartitionBootB}
	return blank.FormatFAT(dev, dev.Size(), "SELECT", []blank.File{{Name: update.AutobootFile, Content: a.Text()}})
}

func fill(disk update.Disk, number int, image string) error {
	in, err := os.Open(image)
	if err != nil {
		return err
	}
	defer in.Close()
	dev, err := disk.Partition(number)
	if err != nil {
		return err
	}
	defer dev.Close()
	buf := make([]byte, chunk)
	for at := int64(0); ; {
		n, err := io.ReadFull(in, buf)
		if n > 0 && !empty(buf[:n]) { // a hole stays one
			if _, err := dev.WriteAt(buf[:n], at); err != nil {
				return err
			}
		}
		at += int64(n)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func empty(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
