package outbox

import (
	"time"

	"bellhop/firmware/boxapi"
)

// batch is a group of events that goes to the disk with one fsync.
type batch struct {
	entries []Entry
	events  []boxapi.Event
	bytes   []byte
	done    chan struct{} // closed when durable, or when err is set
	err     error
}

func (b *batch) add(e Entry, event boxapi.Event) {
	event.Seq = e.Seq
	b.entries = append(b.entries, e)
	b.events = append(b.events, event)
	b.bytes = appendRecord(b.bytes, kindEvent, e.JSON)
}

func failed(err error) *batch {
	b := &batch{done: make(chan struct{}), err: err}
	close(b.done)
	return b
}

// Ticket stands for an event on its way to the disk.
type Ticket struct{ b *batch }

// Wait returns once the event is on the disk. While the disk refuses (full, failing)
// it keeps waiting and the outbox keeps trying; an error means the outbox was closed
// first.
func (t Ticket) Wait() error {
	<-t.b.done
	return t.b.err
}

// retry is how long the committer waits after the disk has refused.
const retry = time.Second

// commitLoop writes what is queued, one batch at a time, until Close.
func (o *Outbox) commitLoop() {
	defer close(o.done)
	for {
		select {
		case <-o.wake:
			o.commit(o.take())
		case <-o.quit:
			o.commit(o.take())
			return
		}
	}
}

func (o *Outbox) take() *batch {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.queue
	o.queue = nil
	return b
}

func (o *Outbox) commit(b *batch) {
	if b == nil {
		return
	}
	for refused := false; ; refused = true {
		err := o.write(b, refused)
		if err == nil {
			if refused {
				o.log.Info("outbox: the disk takes events again")
			}
			break
		}
		if !refused {
			o.log.Error("outbox: the disk refuses events, trying on", "err", err)
		}
		select {
		case <-time.After(retry):
		case <-o.quit:
			if err := o.write(b, true); err != nil {
				b.err = err
				close(b.done)
				return
			}
		}
	}
	o.publish(b)
	close(b.done)
}

// write puts b on the disk. After a refusal it goes into a fresh segment: once fsync
// has failed the old file's last pages can't be trusted.
func (o *Outbox) write(b *batch, fresh bool) error {
	if fresh || o.active.size > segmentSize {
		// state is written by this goroutine alone, so it may be read without the lock
		if err := o.rotate(b.entries[0].Seq, o.state); err != nil {
			return err
		}
	}
	return o.active.append(b.bytes)
}

// publish lets followers see b.
func (o *Outbox) publish(b *batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, e := range b.entries {
		o.state.apply(b.events[i])
		o.remember(e)
		o.durable = e.Seq
	}
	close(o.changed)
	o.changed = make(chan struct{})
}

// remember keeps e in memory for followers.
func (o *Outbox) remember(e Entry) {
	if len(o.recent) >= 2*keepRecent {
		o.recent = append([]Entry(nil), o.recent[len(o.recent)-keepRecent:]...)
	}
	o.recent = append(o.recent, e)
}
