package table

import "os"

// stringTable holds the shared strings of a workbook; beyond inMemory bytes they wait
// in a file, so that a large workbook costs eight bytes a string.
type stringTable struct {
	head []byte
	tail *os.File
	size int64
	ends []int64
	buf  []byte // of writes to tail
}

const (
	inMemory   = 8 << 20
	maxStrings = 4_000_000
	writeBlock = 64 << 10
)

func (t *stringTable) add(s []byte) error {
	if len(t.ends) == maxStrings {
		return tooMany("import.too_many_strings", maxStrings)
	}
	t.size += int64(len(s))
	t.ends = append(t.ends, t.size)
	if t.tail == nil && t.size <= inMemory {
		t.head = append(t.head, s...)
		return nil
	}
	if t.tail == nil {
		file, err := os.CreateTemp("", "bellhop-strings-*")
		if err != nil {
			return err
		}
		os.Remove(file.Name()) // gone with the last handle, whatever happens
		t.tail = file
	}
	if t.buf = append(t.buf, s...); len(t.buf) < writeBlock {
		return nil
	}
	return t.flush()
}

func (t *stringTable) flush() error {
	if len(t.buf) == 0 {
		return nil
	}
	_, err := t.tail.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

// at returns string number i.
func (t *stringTable) at(i int) (string, error) {
	if i < 0 || i >= len(t.ends) {
		return "", refusal("import.workbook_broken")
	}
	from := int64(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	head := int64(len(t.head))
	if from < head || t.tail == nil {
		return string(t.head[from:t.ends[i]]), nil
	}
	if err := t.flush(); err != nil {
		return "", err
	}
	b := make([]byte, t.ends[i]-from)
	_, err := t.tail.ReadAt(b, from-head)
	return string(b), err
}

func (t *stringTable) Close() error {
	if t.tail == nil {
		return nil
	}
	return t.tail.Close()
}
