package system

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"bellhop/firmware/boxapi"
)

func (s *System) power(ctx context.Context, in struct {
	Do string `json:"do"`
}) (any, error) {
	verbs := map[string]string{"reboot": "reboot", "off": "poweroff"}
	verb := verbs[in.Do]
	if verb == "" {
		return nil, &boxapi.SystemError{Key: boxapi.BadPower, Detail: in.Do}
	}
	_, err := s.Tool(ctx, "systemctl", "--no-block", verb)
	return struct{}{}, err
}

// units are the logs that can be read.
var units = map[string][]string{
	"hub":      {"-u", "bellhop-hub"},
	"firmware": {"-u", "bellhop-firmware"},
	"system":   {"-u", "bellhop-system"},
	"kernel":   {"-k"},
	"all":      {},
}

const maxLogLines = 5000

func (s *System) logs(ctx context.Context, in struct {
	Unit  string `json:"unit"`
	Lines int    `json:"lines"`
}) (any, error) {
	which, ok := units[in.Unit]
	if !ok {
		return nil, &boxapi.SystemError{Key: boxapi.BadUnit, Detail: in.Unit}
	}
	args := append([]string{"--no-pager", "-o", "short-iso", "-n", strconv.Itoa(min(max(in.Lines, 1), maxLogLines))}, which...)
	text, err := s.Tool(ctx, "journalctl", args...)
	return struct {
		Text string `json:"text"`
	}{text}, err
}

// resetMark asks the next start to erase everything: while the programs run their files
// are open, and a power cut in the middle must not leave half.
const resetMark = "erase-at-start"

func (s *System) reset(ctx context.Context, in struct {
	Confirm string `json:"confirm"`
}) (any, error) {
	if in.Confirm != boxapi.ResetWord {
		return nil, &boxapi.SystemError{Key: boxapi.NotConfirmed}
	}
	if err := writeFile(filepath.Join(s.Data, resetMark), "", 0o600); err != nil {
		return nil, err
	}
	s.Log.Warn("factory reset: everything is erased at the next start")
	_, err := s.Tool(ctx, "systemctl", "--no-block", "reboot")
	return struct{}{}, err
}

// EraseIfAsked empties the data folder where a factory reset was asked for, before any
// program has opened a file there. The mark goes last: a power cut in the middle goes on
// at the next start. It reports whether it did.
func EraseIfAsked(data string) (bool, error) {
	mark := filepath.Join(data, resetMark)
	if _, err := os.Stat(mark); err != nil {
		return false, nil
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if e.Name() != resetMark && e.Name() != "lost+found" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(data, e.Name())))
		}
	}
	if err != nil {
		return false, fmt.Errorf("factory reset: %w", err)
	}
	return true, os.Remove(mark)
}
