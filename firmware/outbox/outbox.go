// Package outbox keeps the box's events on disk until the hub has acknowledged them.
// They are numbered 1, 2, 3, … for the life of the data folder; a number is never
// used again. Nobody is told of an event before it is on the disk, so that what a
// follower has seen is still there after a power cut.
//
// The folder holds segments named after the first event they may contain
// (00000000000000000042.seg) and "acked", the last number acknowledged. A segment
// opens with the open calls, recordings and alerts of that moment (State): together
// with the events behind it, it always tells what was under way when the box died.
package outbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"bellhop/firmware/boxapi"
)

var (
	ErrClosed = errors.New("outbox: closed")

	// ErrAhead is returned by Ack for events that do not exist yet: the hub remembers
	// another box, or this box has lost its data.
	ErrAhead = errors.New("outbox: acknowledged beyond the last event")
)

// Entry is one event as it stands on disk.
type Entry struct {
	Seq  uint64
	JSON []byte // a boxapi.Event, one line without its newline
}

// Outbox is safe for concurrent use.
type Outbox struct {
	dir string
	log *slog.Logger

	mu       sync.Mutex
	next     uint64 // of the next event appended
	durable  uint64 // last event on disk
	acked    uint64
	queue    *batch        // waits for the committer; nil when empty
	recent   []Entry       // the newest durable events, without a gap
	segments []segment     // oldest first; the last is being written
	changed  chan struct{} // closed and replaced whenever durable grows
	state    State         // of all durable events
	closed   bool

	wake chan struct{} // tells the committer that queue is set
	quit chan struct{} // closed by Close
	done chan struct{} // closed when the committer has ended

	active *writer // owned by the committer
}

// keepRecent bounds the events held in memory; older ones are read from their
// segment again.
const keepRecent = 2048

// Open reads the folder, which it makes if need be, and starts a new segment. A tail
// torn by a power cut is left out: it was never acknowledged to anyone.
func Open(dir string, log *slog.Logger) (*Outbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	o := &Outbox{
		dir: dir, log: log, next: 1, state: newState(),
		changed: make(chan struct{}), wake: make(chan struct{}, 1),
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	if err := o.load(); err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	if err := o.rotate(o.next, o.state); err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	go o.commitLoop()
	return o, nil
}

// Append numbers e, marks it with that number and queues it for the disk. It never
// waits for the disk itself; the Ticket does.
func (o *Outbox) Append(e boxapi.Event) Ticket {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return Ticket{failed(ErrClosed)}
	}
	e.Seq = o.next
	line, err := json.Marshal(e)
	if err != nil {
		return Ticket{failed(err)}
	}
	o.next++
	if o.queue == nil {
		o.queue = &batch{done: make(chan struct{})}
		select {
		case o.wake <- struct{}{}:
		default:
		}
	}
	o.queue.add(Entry{e.Seq, line}, e)
	return Ticket{o.queue}
}

// Ack says that the hub has everything up to seq for good; whole segments that are
// not needed any more are removed. An older number than before changes nothing.
func (o *Outbox) Ack(seq uint64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrClosed
	}
	if seq > o.durable {
		return ErrAhead
	}
	if seq <= o.acked {
		return nil
	}
	// No fsync: an acknowledgement lost in a power cut only means that events are
	// delivered twice, which the hub has to bear anyway.
	if err := writeAck(o.dir, seq); err != nil {
		return fmt.Errorf("outbox: keep acknowledgement: %w", err)
	}
	o.acked = seq
	for len(o.segments) > 1 && o.segments[1].first <= seq+1 {
		if err := os.Remove(o.segments[0].path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("outbox: %w", err)
		}
		o.segments = o.segments[1:]
	}
	return nil
}

// Last is the number of the last event on disk, 0 before the first.
func (o *Outbox) Last() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.durable
}

// Acked is the last number acknowledged.
func (o *Outbox) Acked() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.acked
}

// Pending counts the events on disk that are not acknowledged.
func (o *Outbox) Pending() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return int(o.durable - o.acked)
}

// State tells what is under way as far as the events on disk say.
func (o *Outbox) State() State {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state.clone()
}

// Close writes what is queued and ends all followers.
func (o *Outbox) Close() error {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return nil
	}
	o.closed = true
	o.mu.Unlock()
	close(o.quit)
	<-o.done
	return o.active.close()
}
