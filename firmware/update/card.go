package update

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Card is the disk that the system runs from, through the kernel's block devices.
type Card struct {
	name string // such as "mmcblk0"
}

// FindCard finds the disk with the root file system, and the slot that lies in.
func FindCard() (Card, Slot, error) {
	var st syscall.Stat_t
	if err := syscall.Stat("/", &st); err != nil {
		return Card{}, "", err
	}
	device := uint64(st.Dev)
	path, err := filepath.EvalSymlinks(fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(device), unix.Minor(device)))
	if err != nil {
		return Card{}, "", fmt.Errorf("the root file system lies on no block device: %w", err)
	}
	number, err := readNumber(filepath.Join(path, "partition"))
	if err != nil {
		return Card{}, "", fmt.Errorf("the root file system lies on no partition: %w", err)
	}
	card := Card{filepath.Base(filepath.Dir(path))}
	switch number {
	case PartitionRootA:
		return card, SlotA, nil
	case PartitionRootB:
		return card, SlotB, nil
	}
	return card, "", fmt.Errorf("the root file system lies on partition %d, which is no slot", number)
}

// Path is the device of the whole disk.
func (c Card) Path() string { return "/dev/" + c.name }

// PartitionPath is the device of partition n.
func (c Card) PartitionPath(n int) string {
	if last := c.name[len(c.name)-1]; last >= '0' && last <= '9' {
		return fmt.Sprintf("/dev/%sp%d", c.name, n)
	}
	return fmt.Sprintf("/dev/%s%d", c.name, n)
}

func (c Card) Signature() (uint32, error) {
	f, err := os.Open(c.Path())
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return ReadSignature(f)
}

func (c Card) Partition(n int) (Device, error) {
	f, err := os.OpenFile(c.PartitionPath(n), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &blockDevice{f, size}, nil
}

type blockDevice struct {
	*os.File
	size int64
}

func (d *blockDevice) Size() int64 { return d.size }

// Forget drops the kernel's cache of the device.
func (d *blockDevice) Forget() error {
	return os.NewSyscallError("BLKFLSBUF", unix.IoctlSetInt(int(d.Fd()), unix.BLKFLSBUF, 0))
}

// TrialBoot reports whether the firmware of the Pi started this boot by "tryboot".
func TrialBoot() bool {
	b, err := os.ReadFile("/proc/device-tree/chosen/bootloader/tryboot")
	return err == nil && len(b) == 4 && binary.BigEndian.Uint32(b) == 1
}

// RestartKernel ends the system at once with the argument that the firmware of the Pi
// looks at. Who calls it has brought everything else to an end.
func RestartKernel(try bool) error {
	unix.Sync()
	if !try {
		return unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
	}
	return reboot(TryArgument)
}

// TryArgument asks the firmware of the Pi for one boot of the other slot.
const TryArgument = "0 tryboot"

func readNumber(path string) (int, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(bytes.TrimRight(b, "\x00"))))
}
