package outbox

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"bellhop/firmware/boxapi"
)

// A record on disk:
//
//	length uint32   crc uint32   kind byte   JSON
//
// little endian; length and crc (Castagnoli) cover kind and JSON.
const (
	recordHeader = 8
	maxRecord    = 1 << 20 // no event comes near; longer is damage

	kindEvent byte = 'e' // boxapi.Event
	kindState byte = 's' // State, once at the front
)

const segmentSize = 256 << 10 // a new one is begun beyond this

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// segment is one file.
type segment struct {
	first uint64 // the number of the first event it may hold
	path  string
}

func segmentPath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%020d.seg", first))
}

func appendRecord(b []byte, kind byte, payload []byte) []byte {
	crc := crc32.Update(crc32.Update(0, castagnoli, []byte{kind}), castagnoli, payload)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)+1))
	b = binary.LittleEndian.AppendUint32(b, crc)
	b = append(b, kind)
	return append(b, payload...)
}

// record returns the payload at the front of b and its whole size, ok false where
// none stands whole and undamaged.
func record(b []byte) (kind byte, payload []byte, size int, ok bool) {
	if len(b) < recordHeader {
		return 0, nil, 0, false
	}
	n := binary.LittleEndian.Uint32(b)
	if n < 1 || n > maxRecord || uint32(len(b)-recordHeader) < n {
		return 0, nil, 0, false
	}
	body := b[recordHeader : recordHeader+int(n)]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return 0, nil, 0, false
	}
	return body[0], body[1:], recordHeader + int(n), true
}

// contents is what a segment's bytes say.
type contents struct {
	state   State
	entries []Entry        // rising numbers
	events  []boxapi.Event // the same, decoded
	damaged int            // bytes skipped
}

// parse reads a segment's bytes. Damage in the middle costs only the records it
// touches: the reader looks for the next sound one. It never fails.
func parse(b []byte) contents {
	c := contents{state: newState()}
	last := uint64(0)
	for len(b) > 0 {
		kind, payload, size, ok := record(b)
		if !ok {
			c.damaged++
			b = b[1:]
			continue
		}
		b = b[size:]
		switch kind {
		case kindState:
			s := newState()
			if json.Unmarshal(payload, &s) == nil {
				c.state = s.clone()
			}
		case kindEvent:
			var e boxapi.Event
			if json.Unmarshal(payload, &e) != nil || e.Seq <= last {
				continue // a batch written a second time after an error
			}
			last = e.Seq
			c.entries = append(c.entries, Entry{e.Seq, payload})
			c.events = append(c.events, e)
		}
	}
	return c
}

// load finds where the life of the outbox stands.
func (o *Outbox) load() error {
	acked, err := readAck(o.dir)
	if err != nil {
		return err
	}
	found, err := findSegments(o.dir)
	if err != nil {
		return err
	}
	o.acked = acked
	o.next = acked + 1
	o.segments = found
	for _, s := range found {
		b, err := readSynced(s.path)
		if err != nil {
			return err
		}
		c := parse(b)
		if c.damaged > 0 {
			o.log.Warn("outbox: unreadable bytes left out", "segment", filepath.Base(s.path), "bytes", c.damaged)
		}
		o.state = c.state
		o.next = max(o.next, s.first)
		for i, e := range c.events {
			o.state.apply(e)
			if n := len(o.recent); n == 0 || e.Seq > o.recent[n-1].Seq {
				o.remember(c.entries[i])
			}
			o.next = max(o.next, e.Seq+1)
		}
	}
	o.durable = o.next - 1
	o.acked = min(o.acked, o.durable)
	return nil
}

// readSynced makes sure that what it reads is on the disk itself: a program killed
// between write and fsync leaves it in the page cache.
func readSynced(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func findSegments(dir string) ([]segment, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []segment
	for _, n := range names {
		base, ok := strings.CutSuffix(n.Name(), ".seg")
		first, err := strconv.ParseUint(base, 10, 64)
		if ok && err == nil {
			found = append(found, segment{first, filepath.Join(dir, n.Name())})
		}
	}
	slices.SortFunc(found, func(a, b segment) int { return cmp.Compare(a.first, b.first) })
	return found, nil
}

// writer appends to the segment in use.
type writer struct {
	file *os.File
	size int64
}

// rotate begins a segment whose first event will be first, with the state before it.
// The file appears whole or not at all; an empty one of the same name is replaced.
func (o *Outbox) rotate(first uint64, state State) error {
	head, err := json.Marshal(state)
	if err != nil {
		return err
	}
	path := segmentPath(o.dir, first)
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	b := appendRecord(nil, kindState, head)
	if err := begin(f, b, path); err != nil {
		f.Close()
		return err
	}
	if o.active != nil {
		o.active.close()
	}
	o.active = &writer{f, int64(len(b))}
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.segments); n == 0 || o.segments[n-1].first != first {
		o.segments = append(o.segments, segment{first, path})
	}
	return nil
}

func begin(f *os.File, head []byte, path string) error {
	if _, err := f.Write(head); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func (w *writer) append(b []byte) error {
	if _, err := w.file.WriteAt(b, w.size); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return err
	}
	w.size += int64(len(b))
	return nil
}

func (w *writer) close() error { return w.file.Close() }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func writeAck(dir string, seq uint64) error {
	path := filepath.Join(dir, "acked")
	if err := os.WriteFile(path+".new", strconv.AppendUint(nil, seq, 10), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// readAck returns 0 where the file is missing or unreadable: events are then
// delivered again.
func readAck(dir string) (uint64, error) {
	b, err := os.ReadFile(filepath.Join(dir, "acked"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	seq, err := strconv.ParseUint(string(bytes.TrimSpace(b)), 10, 64)
	if err != nil {
		return 0, nil
	}
	return seq, nil
}
