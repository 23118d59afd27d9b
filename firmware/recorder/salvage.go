package recorder

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"bellhop/drivers/audio/mp3"
	"bellhop/firmware/boxapi"
)

// Salvage brings to an end what an earlier run left behind. open holds the calls whose
// RecordingStarted has no end among the events; each gets one, once. It is called
// before the first Start.
func (r *Recorder) Salvage(open map[string]int64) error {
	notes, err := r.notes()
	if err != nil {
		return err
	}
	for _, n := range notes {
		_, isOpen := open[n.Call]
		delete(open, n.Call)
		if err := r.salvage(n, isOpen); err != nil {
			r.Log.Error("recording not salvaged, trying at the next start", "call", n.Call, "err", err)
		}
	}
	for call := range open {
		r.report(r.now(), boxapi.Event{RecordingFailed: &boxapi.RecordingFailed{Call: call, Why: "lost"}})
	}
	return nil
}

// notes reads every C.rec. One that a power cut left unreadable still names its call.
func (r *Recorder) notes() ([]note, error) {
	paths, err := filepath.Glob(filepath.Join(r.Dir, "*.rec"))
	if err != nil {
		return nil, err
	}
	var notes []note
	for _, path := range paths {
		n := note{}
		if readJSON(path, &n) != nil || n.Call == "" {
			n = note{Call: strings.TrimSuffix(filepath.Base(path), ".rec")}
		}
		notes = append(notes, n)
	}
	return notes, nil
}

func (r *Recorder) salvage(n note, isOpen bool) error {
	f := r.files(n.Call)
	published := exists(f.mp3)
	if published && !isOpen {
		return r.forget(n.Call) // reported already
	}
	if !published && !exists(f.part) {
		if isOpen {
			return r.nothing(n.Call)
		}
		return r.forget(n.Call)
	}
	if !isOpen { // the event was lost, or RecordingFailed closed it: what there is is named all the same
		r.report(r.now(), boxapi.Event{RecordingStarted: &boxapi.RecordingStarted{Call: n.Call}})
	}
	if !published && exists(f.pcm) {
		n.Done = true // as done as it will be
		if err := writeJSON(f.note, n); err != nil {
			return err
		}
		return r.encodeLate(n.Call)
	}
	return r.publish(n.Call, n.Done && n.Complete)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// encodePending tries again every recording that waits for an encoder.
func (r *Recorder) encodePending() {
	notes, err := r.notes()
	if err != nil {
		r.Log.Warn("look for sound to encode", "err", err)
		return
	}
	for _, n := range notes {
		if n.Done && exists(r.files(n.Call).pcm) {
			if err := r.encodeLate(n.Call); err != nil {
				r.Log.Warn("encode late", "call", n.Call, "err", err)
			}
		}
	}
}

// leave notes a recording that a full or failing disk did not let come to its end.
func (r *Recorder) leave(call string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left[call] = false
}

// finishLeft brings those recordings to their end once the disk has space again: a box
// runs for months, so they can't wait for the next start.
func (r *Recorder) finishLeft() {
	if r.guard.isFull() {
		return
	}
	r.mu.Lock()
	left := maps.Clone(r.left)
	r.mu.Unlock()
	for call, reopened := range left {
		n := note{}
		if readJSON(r.files(call).note, &n) != nil {
			n = note{}
		}
		n.Call, n.Complete = call, false
		err := r.salvage(n, reopened)
		r.mu.Lock()
		if r.left[call] = true; err == nil {
			delete(r.left, call)
		}
		r.mu.Unlock()
		if err != nil {
			r.Log.Warn("recording not ended yet", "call", call, "err", err)
		}
	}
}

// encodeLate appends the unencoded sound of a recording to its MP3 and publishes it.
// Without an encoder everything stays as it is, which is no error: it is tried again.
func (r *Recorder) encodeLate(call string) error {
	r.late.Lock()
	defer r.late.Unlock()
	f := r.files(call)
	var n note
	err := readJSON(f.note, &n)
	if errors.Is(err, os.ErrNotExist) {
		return nil // another goroutine was quicker
	}
	if err != nil {
		return err
	}
	part, err := openSink(f.part)
	if err != nil {
		return err
	}
	defer part.file.Close()
	if n.Base == nil {
		extent, err := part.trim()
		if err != nil {
			return err
		}
		n.Base = &extent.Bytes
		if err := writeJSON(f.note, n); err != nil {
			return err
		}
	}
	// An earlier try may have been cut off: it starts from the same point again.
	if err := part.file.Truncate(*n.Base); err != nil {
		return err
	}
	if err := r.encodePCM(part, f.pcm); err != nil {
		r.encoderWorks(err)
		return nil
	}
	r.encoderWorks(nil)
	if err := part.file.Sync(); err != nil {
		return err
	}
	return r.publish(call, n.Complete)
}

// encodePCM appends the samples in the file at path to w as MP3.
func (r *Recorder) encodePCM(w io.Writer, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	e, err := mp3.NewEncoder(r.Encoder, w)
	if err != nil {
		return err
	}
	buffered := bufio.NewReader(in)
	b := make([]byte, 16000)
	p := make([]int16, len(b)/2)
	for {
		n, err := io.ReadFull(buffered, b)
		for i := range n / 2 {
			p[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
		if _, werr := e.Write(p[:n/2]); werr != nil {
			e.Kill()
			e.Close()
			return werr
		}
		if err != nil {
			return e.Close()
		}
	}
}

// LastSound is when the sound of an unfinished recording was last written, Unix ms.
func (r *Recorder) LastSound(call string) (at int64, ok bool) {
	info, err := os.Stat(r.files(call).part)
	if err != nil || info.Size() == 0 {
		return 0, false
	}
	return info.ModTime().UnixMilli(), true
}
