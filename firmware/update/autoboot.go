package update

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// AutobootFile is the file by which the firmware of a Raspberry Pi chooses where to
// boot from (raspberrypi/documentation, autoboot.txt): the first section holds for
// every start, the second for the one after "reboot 0 tryboot" alone.
//
//	[all]
//	tryboot_a_b=1
//	boot_partition=2
//	[tryboot]
//	boot_partition=3
const AutobootFile = "AUTOBOOT.TXT"

var errAutoboot = errors.New("update: autoboot.txt is not as this box writes it")

// Autoboot is which boot partition is started.
type Autoboot struct{ Normal, Try int }

// Text is a as it stands in the file. It has the same length for any two partitions
// of one digit, so that it can be overwritten in place.
func (a Autoboot) Text() []byte {
	return fmt.Appendf(nil, "[all]\ntryboot_a_b=1\nboot_partition=%d\n[tryboot]\nboot_partition=%d\n", a.Normal, a.Try)
}

// ParseAutoboot reads the file as the firmware does, as far as this box uses it.
func ParseAutoboot(text []byte) (Autoboot, error) {
	var a Autoboot
	section, ab := "all", false
	for line := range strings.SplitSeq(string(bytes.TrimRight(text, "\x00")), "\n") {
		line = strings.TrimSpace(line)
		key, value, isSetting := strings.Cut(line, "=")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case line == "[all]" || line == "[tryboot]":
			section = line[1 : len(line)-1]
		case isSetting && key == "tryboot_a_b":
			ab = value == "1"
		case isSetting && key == "boot_partition":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > 4 {
				return a, errAutoboot
			}
			if section == "all" {
				a.Normal = n
			} else {
				a.Try = n
			}
		default:
			return a, errAutoboot
		}
	}
	if !ab || a.Normal == 0 || a.Try == 0 || a.Normal == a.Try {
		return a, errAutoboot
	}
	return a, nil
}
