package sms

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// journal is a small durable map: each put appends one line to a file and waits for
// the disk. A line holds its CRC-32 in hex and a JSON object of what changed; null
// removes a key:
//
//	1c291ca3 {"out/c17":{…},"next":{…}}
//
// A line torn by a power cut fails its sum and is left out. The file is rewritten
// when most of it is history.
type journal struct {
	path string
	log  *slog.Logger
	file *os.File
	size int64 // of whole lines
	base int64 // size when last rewritten
	live map[string]json.RawMessage
}

// rewriteAfter is how many bytes of history are put up with.
const rewriteAfter = 1 << 20

// maxLine bounds a line: 255 parts of a text in hex stay well below it.
const maxLine = 4 << 20

func openJournal(path string, log *slog.Logger) (*journal, error) {
	j := &journal{path: path, log: log, live: map[string]json.RawMessage{}}
	f, err := os.Open(path)
	switch {
	case err == nil:
		err = j.load(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	}
	return j, j.rewrite()
}

// load applies every whole line of r.
func (j *journal) load(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	n, bad := 0, 0
	for lines.Scan() {
		n++
		changes, ok := parseLine(lines.Bytes())
		if !ok {
			bad = n
			continue
		}
		j.apply(changes)
	}
	if bad > 0 {
		j.log.Warn("damaged line in journal left out", "file", j.path, "line", bad, "of", n)
	}
	return lines.Err()
}

func (j *journal) apply(changes map[string]json.RawMessage) {
	for key, value := range changes {
		if string(value) == "null" {
			delete(j.live, key)
			continue
		}
		j.live[key] = bytes.Clone(value)
	}
}

func parseLine(line []byte) (map[string]json.RawMessage, bool) {
	if len(line) < 10 || line[8] != ' ' {
		return nil, false
	}
	sum, err := strconv.ParseUint(string(line[:8]), 16, 32)
	if err != nil || uint32(sum) != crc32.ChecksumIEEE(line[9:]) {
		return nil, false
	}
	var changes map[string]json.RawMessage
	if err := json.Unmarshal(line[9:], &changes); err != nil {
		return nil, false
	}
	return changes, true
}

func formatLine(changes map[string]json.RawMessage) ([]byte, error) {
	b, err := json.Marshal(changes)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(b), b), nil
}

// put makes changes durable, all or none; nil values remove. When it fails, nothing
// has changed on disk.
func (j *journal) put(changes map[string]any) error {
	if len(changes) == 0 {
		return nil
	}
	if j.file == nil {
		return os.ErrClosed
	}
	raw := make(map[string]json.RawMessage, len(changes))
	for key, value := range changes {
		b, err := json.Marshal(value)
		if err != nil {
			return err
		}
		raw[key] = b
	}
	line, err := formatLine(raw)
	if err != nil {
		return err
	}
	if err := j.append(line); err != nil {
		return fmt.Errorf("write %s: %w", j.path, err)
	}
	j.apply(raw)
	if j.size-j.base > max(rewriteAfter, j.base) {
		if err := j.rewrite(); err != nil {
			j.log.Warn("journal not rewritten", "error", err)
		}
	}
	return nil
}

func (j *journal) append(line []byte) error {
	_, err := j.file.WriteAt(line, j.size)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		j.file.Truncate(j.size)
		return err
	}
	j.size += int64(len(line))
	return nil
}

// rewrite replaces the file by one that holds only what is live.
func (j *journal) rewrite() error {
	f, err := os.OpenFile(j.path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	size, err := writeLive(f, j.live)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(f.Name(), j.path)
	}
	if err != nil {
		f.Close()
		return err
	}
	if j.file != nil {
		j.file.Close()
	}
	j.file, j.size, j.base = f, size, size
	return syncDir(filepath.Dir(j.path))
}

// writeLive writes one line a key, so that damage costs one record.
func writeLive(f *os.File, live map[string]json.RawMessage) (size int64, err error) {
	w := bufio.NewWriter(f)
	keys := make([]string, 0, len(live))
	for key := range live {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		line, err := formatLine(map[string]json.RawMessage{key: live[key]})
		if err != nil {
			return 0, err
		}
		n, err := w.Write(line)
		if err != nil {
			return 0, err
		}
		size += int64(n)
	}
	return size, w.Flush()
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	f := j.file
	j.file = nil
	return f.Close()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
