package crm

import (
	"strconv"
	"sync"
	"time"
)

// ID identifies a record: 41 bits of milliseconds since 2024, 10 bits of node, 12
// bits of sequence. It is a string in JSON, because JavaScript's numbers end at 53
// bits.
type ID int64

const epochMS = 1704067200000 // 2024-01-01T00:00:00Z

func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

func (id ID) MarshalJSON() ([]byte, error) {
	return []byte(`"` + id.String() + `"`), nil
}

func (id *ID) UnmarshalJSON(b []byte) error {
	if len(b) >= 2 && b[0] == '"' {
		b = b[1 : len(b)-1]
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	*id = ID(n)
	return err
}

// ParseID reads what String wrote.
func ParseID(s string) (ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	return ID(n), err
}

var ids struct {
	sync.Mutex
	node int64
	last int64
}

// SetNode gives this process its own share of the IDs (0..1023) where several hubs
// serve one database.
func SetNode(node int64) {
	ids.Lock()
	ids.node = node & 1023
	ids.Unlock()
}

// NewID returns an ID greater than every one this process made before, also when the
// clock steps back.
func NewID() ID {
	ids.Lock()
	defer ids.Unlock()
	next := (time.Now().UnixMilli() - epochMS) << 12
	if next <= ids.last {
		next = ids.last + 1
	}
	ids.last = next
	ms, seq := next>>12, next&0xfff
	return ID(ms<<22 | ids.node<<12 | seq)
}
