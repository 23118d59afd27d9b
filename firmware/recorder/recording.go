package recorder

import (
	"errors"
	"sync"
	"syscall"
	"time"

	"bellhop/drivers/audio"
	"bellhop/firmware/boxapi"
)

// syncEvery bounds what a power cut costs, together with the second lame may hold.
const syncEvery = 500 * time.Millisecond

// queueLimit is how far the disk may fall behind before Write waits for it.
const queueLimit = 5 * 60 * audio.Rate

// Recording is one call being recorded.
type Recording struct {
	recorder *Recorder
	call     string

	mu       sync.Mutex
	room     *sync.Cond
	queue    []int16
	finished bool
	complete bool
	stopped  bool          // the disk is full: what still comes is dropped
	wake     chan struct{} // something was queued, or finished was set
}

func newRecording(r *Recorder, call string) *Recording {
	rec := &Recording{recorder: r, call: call, wake: make(chan struct{}, 1)}
	rec.room = sync.NewCond(&rec.mu)
	return rec
}

// Write queues samples for the disk.
func (r *Recording) Write(p []int16) {
	r.mu.Lock()
	for len(r.queue) > queueLimit && !r.stopped {
		r.room.Wait()
	}
	if !r.finished && !r.stopped {
		r.queue = append(r.queue, p...)
	}
	r.mu.Unlock()
	r.signal()
}

// Finish ends the recording; complete is false where the call went on without it.
// The file is closed, and RecordingFinished reported, in the background.
func (r *Recording) Finish(complete bool) {
	r.mu.Lock()
	if !r.finished {
		r.finished, r.complete = true, complete
	}
	r.mu.Unlock()
	r.signal()
}

func (r *Recording) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Recording) take() (p []int16, finished, complete bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, r.queue = r.queue, nil
	r.room.Broadcast()
	return p, r.finished, r.complete
}

func (r *Recording) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped, r.queue = true, nil
	r.room.Broadcast()
}

// run is the recording's goroutine, from its first file to its last event.
func (r *Recording) run() {
	t, err := r.recorder.openTape(r.call)
	if err == nil {
		err = r.roll(t)
	}
	if err != nil {
		r.stop()
		r.fail(t, err)
	}
	if r.recorder.Finished != nil {
		r.recorder.Finished(r.call, err)
	}
}

var errFull = errors.New("recorder: the disk is full")

// roll moves samples to the tape until the recording is finished.
func (r *Recording) roll(t *tape) error {
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	for ticks := 0; ; {
		select {
		case <-r.wake:
		case <-tick.C:
			if err := t.sync(); err != nil {
				return err
			}
			if ticks++; ticks%2 == 0 && r.recorder.guard.check() {
				return errFull
			}
			continue
		}
		p, finished, complete := r.take()
		if err := t.write(p); err != nil {
			return err
		}
		if finished {
			return t.finish(complete)
		}
	}
}

// fail reports why there is no whole recording, and keeps what there is.
func (r *Recording) fail(t *tape, err error) {
	why := "disk"
	if errors.Is(err, errFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		why = "disk-full"
	}
	rc := r.recorder
	rc.Log.Error("recording stopped", "call", r.call, "why", why, "err", err)
	rc.report(rc.now(), boxapi.Event{RecordingFailed: &boxapi.RecordingFailed{Call: r.call, Why: why}})
	if t != nil {
		err = t.finish(false)
	}
	if err != nil {
		rc.Log.Warn("what was recorded is kept and brought to an end once the disk allows", "call", r.call, "err", err)
		rc.leave(r.call)
	}
}
