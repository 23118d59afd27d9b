// Package recorder keeps the sound of calls as MP3 with a line of peaks beside it for
// the page's waveform. Sound is on the disk within two seconds. What a power cut or a
// dead encoder leaves behind is brought to an end at the next start: a file that plays
// as far as it got. When the disk has less than its floor left, recording stops and
// says so; calls go on being logged.
//
// While call C is recorded the folder holds C.rec (what is known of it), C.mp3.part,
// C.peaks.part and, where the encoder failed, C.pcm.part; after it C.mp3 and
// C.mp3.peaks.
package recorder

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/outbox"
)

// Config is what a Recorder is made of.
type Config struct {
	Dir      string
	Options  string // file that keeps which calls are recorded
	Default  boxapi.SetRecording
	Floor    int64                             // bytes that stay free on the disk
	Encoder  string                            // program; "" is "lame"
	Free     func(dir string) (int64, error)   // bytes free; nil asks the file system
	Append   func(boxapi.Event) outbox.Ticket  // At is set
	Now      func() time.Time                  // nil is time.Now
	Finished func(call string, finished error) // for tests; may be nil
	Log      *slog.Logger
}

// Recorder is safe for concurrent use.
type Recorder struct {
	Config
	guard *guard

	mu      sync.Mutex
	options boxapi.SetRecording
	active  sync.WaitGroup
	noLame  bool            // the alert "encoder" is raised
	left    map[string]bool // calls whose files the disk did not let end; true: reported as started anew

	late sync.Mutex // one sound is encoded late at a time
}

// retryEvery is how often sound that waits for an encoder, or for space, is tried again.
const retryEvery = time.Minute

// New makes the folder if need be and reads the options.
func New(c Config) (*Recorder, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Free == nil {
		c.Free = freeBytes
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("recorder: %w", err)
	}
	r := &Recorder{Config: c, options: c.Default, left: map[string]bool{}}
	r.guard = &guard{recorder: r}
	if err := r.readOptions(); err != nil {
		return nil, fmt.Errorf("recorder: %w", err)
	}
	return r, nil
}

// Run watches the disk, and tries again what could not be encoded, until ctx ends.
func (r *Recorder) Run(ctx context.Context) {
	watch := time.NewTicker(guardEvery)
	defer watch.Stop()
	retry := time.NewTicker(retryEvery)
	defer retry.Stop()
	r.guard.check()
	for {
		select {
		case <-ctx.Done():
			return
		case <-watch.C:
			r.guard.check()
		case <-retry.C:
			r.encodePending()
			r.finishLeft()
		}
	}
}

// Wait returns when every recording that was told to finish has done so.
func (r *Recorder) Wait() { r.active.Wait() }

// FreeBytes is what the disk has left, 0 where it doesn't say.
func (r *Recorder) FreeBytes() int64 {
	free, err := r.Free(r.Dir)
	if err != nil {
		return 0
	}
	return free
}

// Start begins to record a call with the sound heard before it. It returns nil where
// the options or the disk say no, and never blocks.
func (r *Recorder) Start(call string, d boxapi.Direction, at int64, before []int16) *Recording {
	if o := r.CurrentOptions(); d == boxapi.Incoming && !o.Incoming || d == boxapi.Outgoing && !o.Outgoing {
		return nil
	}
	return r.Begin(call, at, before)
}

// Begin does so for a call somebody wants recorded, whatever the options say of its kind.
func (r *Recorder) Begin(call string, at int64, before []int16) *Recording {
	if r.CurrentOptions().Paused {
		r.report(at, boxapi.Event{RecordingFailed: &boxapi.RecordingFailed{Call: call, Why: "space-limit"}})
		return nil
	}
	if r.guard.isFull() {
		r.report(at, boxapi.Event{RecordingFailed: &boxapi.RecordingFailed{Call: call, Why: "disk-full"}})
		return nil
	}
	r.report(at, boxapi.Event{RecordingStarted: &boxapi.RecordingStarted{Call: call}})
	rec := newRecording(r, call)
	rec.Write(before)
	r.active.Go(rec.run)
	return rec
}

func (r *Recorder) report(at int64, e boxapi.Event) outbox.Ticket {
	e.At = at
	return r.Append(e)
}

func (r *Recorder) now() int64 { return r.Now().UnixMilli() }

// encoderWorks raises or clears the alert about the encoder.
func (r *Recorder) encoderWorks(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if (err != nil) == r.noLame {
		return
	}
	r.noLame = err != nil
	alert := &boxapi.AlertChanged{Kind: "encoder", Raised: r.noLame}
	if err != nil {
		alert.Detail = err.Error()
		r.Log.Error("recordings can't be encoded; their sound is kept until they can", "err", err)
	}
	r.report(r.now(), boxapi.Event{AlertChanged: alert})
}
