package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lock keeps a second hub off the same database: each would tell only its own pages
// of the half of the calls it was first to write down. The kernel opens it again when
// the program ends, however it ends.
func lock(data string) (*os.File, error) {
	if err := os.MkdirAll(data, 0o750); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("the folder %s is in use by another hub: stop it or choose another with -data", data)
	}
	return f, nil
}
