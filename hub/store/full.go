package store

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// IsFull tells whether the database refused because its disk, or the quota on it, has
// no space left. Nothing was written; it works again once there is space.
func IsFull(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrFull || e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EDQUOT)
}

// explained adds what to do to an error of opening the database.
func explained(err error) error {
	var e sqlite3.Error
	switch {
	case IsFull(err):
		return fmt.Errorf("%w: free some space on this disk and start again", err)
	case errors.As(err, &e) && (e.Code == sqlite3.ErrNotADB || e.Code == sqlite3.ErrCorrupt):
		return fmt.Errorf("%w: the file is damaged; keep a copy of it, then put a backup in its place", err)
	case errors.As(err, &e) && e.Code == sqlite3.ErrCantOpen:
		return fmt.Errorf("%w: is the folder there, and may this user write in it?", err)
	}
	return err
}
