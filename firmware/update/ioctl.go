package update

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// blkpgPartition and blkpgArgument are the structures of linux/blkpg.h.
type blkpgPartition struct {
	start, length int64
	number        int32
	names         [128]byte
}

type blkpgArgument struct {
	op, flags, length int32
	data              *blkpgPartition
}

func blkpg(disk int, op int32, p *blkpgPartition) error {
	a := blkpgArgument{op: op, length: int32(unsafe.Sizeof(*p)), data: p}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(disk), unix.BLKPG, uintptr(unsafe.Pointer(&a)))
	if errno != 0 {
		return os.NewSyscallError("BLKPG", errno)
	}
	return nil
}

// reboot is reboot(2) with an argument for the machine.
func reboot(argument string) error {
	text, err := unix.BytePtrFromString(argument)
	if err != nil {
		return err
	}
	_, _, errno := unix.Syscall6(unix.SYS_REBOOT, unix.LINUX_REBOOT_MAGIC1, unix.LINUX_REBOOT_MAGIC2,
		unix.LINUX_REBOOT_CMD_RESTART2, uintptr(unsafe.Pointer(text)), 0, 0)
	return errno // it returns only when it fails
}
