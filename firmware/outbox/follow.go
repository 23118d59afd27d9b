package outbox

import (
	"context"
	"errors"
	"os"
	"sort"
)

// Cursor delivers events in order; one goroutine uses it.
type Cursor struct {
	o     *Outbox
	after uint64
}

// Follow starts behind event number after. A number beyond the last event belongs to
// another life of this box (its data were lost): such a cursor starts at the first
// event there is.
func (o *Outbox) Follow(after uint64) *Cursor {
	if after > o.Last() {
		after = 0
	}
	return &Cursor{o, after}
}

// Next returns the following events, at least one; it waits for one to happen. It
// ends with ctx.Err() or ErrClosed.
func (c *Cursor) Next(ctx context.Context) ([]Entry, error) {
	for {
		got, changed, err := c.ready()
		if len(got) > 0 {
			c.after = got[len(got)-1].Seq
			return got, nil
		}
		if err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-changed:
		case <-c.o.done:
			if c.o.Last() <= c.after {
				return nil, ErrClosed
			}
		}
	}
}

// ready returns what is there now, from memory or from the segment that holds it.
func (c *Cursor) ready() (got []Entry, changed <-chan struct{}, err error) {
	c.o.mu.Lock()
	recent, segments, changed := c.o.recent, c.o.segments, c.o.changed
	durable := c.o.durable
	c.o.mu.Unlock()
	if c.after >= durable {
		return nil, changed, nil
	}
	if len(recent) > 0 && recent[0].Seq <= c.after+1 {
		i := sort.Search(len(recent), func(i int) bool { return recent[i].Seq > c.after })
		return recent[i:min(len(recent), i+keepRecent)], changed, nil
	}
	got, err = c.read(segments, durable)
	if len(got) == 0 && err == nil && len(recent) > 0 {
		got = recent // what lay between was acknowledged or is damaged
	}
	return got, changed, err
}

// read returns the first events behind c.after that a segment still holds.
func (c *Cursor) read(segments []segment, durable uint64) ([]Entry, error) {
	for i, s := range segments {
		if i+1 < len(segments) && segments[i+1].first <= c.after+1 {
			continue
		}
		b, err := os.ReadFile(s.path)
		if errors.Is(err, os.ErrNotExist) {
			continue // acknowledged meanwhile
		}
		if err != nil {
			return nil, err
		}
		var got []Entry
		for _, e := range parse(b).entries {
			if e.Seq > c.after && e.Seq <= durable {
				got = append(got, e)
			}
		}
		if len(got) > 0 {
			return got, nil
		}
	}
	return nil, nil
}
