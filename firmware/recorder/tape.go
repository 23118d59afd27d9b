package recorder

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/audio/mp3"
	"bellhop/firmware/boxapi"
)

// note is what C.rec says of call C.
type note struct {
	Call     string `json:"call"`
	Done     bool   `json:"done"`     // the recording ended in good order
	Complete bool   `json:"complete"` // with the call, not before it

	// Base is how much of the MP3 came from the encoder of that time, where the rest
	// waits in C.pcm.part; nil until it is tried again.
	Base *int64 `json:"base,omitempty"`
}

// files of one call.
type files struct{ note, part, pcm, peaksPart, mp3, peaks string }

func (r *Recorder) files(call string) files {
	base := filepath.Join(r.Dir, call)
	return files{base + ".rec", base + ".mp3.part", base + ".pcm.part", base + ".peaks.part", base + ".mp3", base + ".mp3.peaks"}
}

const (
	// encoderTries in one recording before its sound is kept as it is.
	encoderTries = 3
	// encoderStuck is how long lame may take for what it is given.
	encoderStuck = 10 * time.Second
	// heldSamples is what is kept until it has certainly left the encoder.
	heldSamples = 10 * audio.Rate
	// encoderDelay is what Layer III puts before the first sample: 576 samples of the
	// encoder and 529 of the decoder at 16 kHz.
	encoderDelay = (576 + 529) / 2
)

// tape is the sound of one call on its way to the disk. One goroutine uses it.
type tape struct {
	recorder *Recorder
	call     string
	files    files
	part     *sink
	peaks    *peaks

	encoder *mp3.Encoder // nil: pcm is written instead
	starts  int          // of the encoder
	base    int          // whole frames in the file when the encoder was started
	fed     int          // samples given to this encoder
	held    []int16      // the last of them

	pcm *os.File
}

func (r *Recorder) openTape(call string) (*tape, error) {
	t := &tape{recorder: r, call: call, files: r.files(call)}
	if err := writeJSON(t.files.note, note{Call: call}); err != nil {
		return nil, err
	}
	var err error
	if t.part, err = openSink(t.files.part); err != nil {
		return nil, err
	}
	if t.peaks, err = openPeaks(t.files.peaksPart); err != nil {
		t.part.file.Close()
		return nil, err
	}
	return t, t.startEncoder()
}

// write takes samples. An encoder that dies is started again with what it had not
// delivered; after some deaths the sound is kept unencoded.
func (t *tape) write(p []int16) error {
	t.peaks.add(p)
	if t.encoder == nil {
		return t.writePCM(p)
	}
	t.hold(p)
	return t.feed(p)
}

func (t *tape) hold(p []int16) {
	t.fed += len(p)
	t.held = append(t.held, p...)
	if len(t.held) > 2*heldSamples {
		t.held = append(t.held[:0], t.held[len(t.held)-heldSamples:]...)
	}
}

// feed gives the encoder samples that are held already.
func (t *tape) feed(p []int16) error {
	for len(p) > 0 {
		n := min(len(p), audio.Rate/4)
		if err := t.feedOnce(p[:n]); err != nil {
			return t.encoderDied(err)
		}
		p = p[n:]
	}
	return nil
}

func (t *tape) feedOnce(p []int16) error {
	stuck := time.AfterFunc(encoderStuck, t.encoder.Kill)
	defer stuck.Stop()
	_, err := t.encoder.Write(p)
	return err
}

// encoderDied saves what the encoder had not delivered.
func (t *tape) encoderDied(err error) error {
	t.encoder.Kill()
	t.encoder.Close()
	t.encoder = nil
	if t.part.err() != nil {
		return t.part.err()
	}
	t.recorder.Log.Warn("the encoder died in mid-call", "call", t.call, "err", err)
	extent, err := t.part.trim()
	if err != nil {
		return err
	}
	delivered := (extent.Frames-t.base)*mp3.FrameSamples - encoderDelay
	missing := min(max(t.fed-max(delivered, 0), 0), len(t.held))
	rest := append([]int16(nil), t.held[len(t.held)-missing:]...)
	if err := t.startEncoder(); err != nil {
		return err
	}
	if t.encoder == nil {
		return t.writePCM(rest)
	}
	t.hold(rest)
	return t.feed(rest)
}

// startEncoder starts lame behind what the file holds. Where that can't be done it
// leaves encoder nil, which is no error.
func (t *tape) startEncoder() error {
	t.fed, t.held = 0, t.held[:0]
	err := errors.New("the encoder died too often")
	if t.starts++; t.starts <= encoderTries {
		t.base = t.part.frames()
		if t.encoder, err = mp3.NewEncoder(t.recorder.Encoder, t.part); err == nil {
			return nil
		}
	}
	t.encoder = nil
	t.recorder.encoderWorks(err)
	t.pcm, err = os.OpenFile(t.files.pcm, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	return err
}

func (t *tape) writePCM(p []int16) error {
	b := make([]byte, 0, 2*len(p))
	for _, s := range p {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	_, err := t.pcm.Write(b)
	return err
}

// sync puts on the disk what has come so far.
func (t *tape) sync() error {
	if err := t.part.file.Sync(); err != nil {
		return err
	}
	if t.pcm != nil {
		if err := t.pcm.Sync(); err != nil {
			return err
		}
	}
	return t.peaks.flush()
}

// finish closes the files and, unless sound waits for an encoder, reports the
// recording.
func (t *tape) finish(complete bool) error {
	if t.encoder != nil {
		stuck := time.AfterFunc(encoderStuck, t.encoder.Kill)
		err := t.encoder.Close()
		stuck.Stop()
		if err != nil && t.part.err() == nil {
			err = t.encoderDied(err)
			if err == nil && t.encoder != nil {
				err = t.encoder.Close()
			}
			if err != nil {
				t.recorder.Log.Warn("the encoder's last words are lost", "call", t.call, "err", err)
			}
		}
		if err == nil {
			t.recorder.encoderWorks(nil)
		}
	}
	waiting := t.pcm != nil
	err := errors.Join(t.sync(), t.part.file.Close(), t.peaks.file.Close())
	if waiting {
		err = errors.Join(err, t.pcm.Close())
	}
	if err := errors.Join(err, writeJSON(t.files.note, note{Call: t.call, Done: true, Complete: complete})); err != nil {
		return err
	}
	if waiting {
		return t.recorder.encodeLate(t.call)
	}
	return t.recorder.publish(t.call, complete)
}

// publish gives the finished file its name and reports it. It may be repeated after a
// crash at any point.
func (r *Recorder) publish(call string, complete bool) error {
	f := r.files(call)
	if _, err := os.Stat(f.mp3); errors.Is(err, os.ErrNotExist) {
		extent, err := trimFile(f.part)
		if err != nil {
			return err
		}
		if extent.Frames == 0 {
			return r.nothing(call)
		}
		if err := writePeaks(f, extent.Duration); err != nil {
			return err
		}
		if err := os.Rename(f.part, f.mp3); err != nil {
			return err
		}
		if err := syncDir(r.Dir); err != nil {
			return err
		}
	}
	extent, err := measureFile(f.mp3)
	if err != nil {
		return err
	}
	ticket := r.report(r.now(), boxapi.Event{RecordingFinished: &boxapi.RecordingFinished{
		Call: call, File: filepath.Base(f.mp3), DurationMS: extent.Duration.Milliseconds(), Bytes: extent.Bytes, Complete: complete,
	}})
	if err := ticket.Wait(); err != nil {
		return err
	}
	return r.forget(call)
}

// nothing reports a recording that holds no sound at all.
func (r *Recorder) nothing(call string) error {
	ticket := r.report(r.now(), boxapi.Event{RecordingFailed: &boxapi.RecordingFailed{Call: call, Why: "empty"}})
	if err := ticket.Wait(); err != nil {
		return err
	}
	return r.forget(call)
}

// forget removes what was only needed until the recording was reported.
func (r *Recorder) forget(call string) error {
	f := r.files(call)
	for _, path := range []string{f.part, f.pcm, f.peaksPart, f.note + ".new", f.note} { // the note last
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// sink is the MP3 file as the encoder's goroutine writes it.
type sink struct {
	file *os.File
	mu   sync.Mutex
	fail error
}

func openSink(path string) (*sink, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &sink{file: f}, nil
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	if err != nil {
		s.mu.Lock()
		s.fail = err
		s.mu.Unlock()
	}
	return n, err
}

// err is what the disk said when it refused, nil so far.
func (s *sink) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fail
}

// trim cuts off a frame that is not whole; nobody is writing.
func (s *sink) trim() (mp3.Extent, error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return mp3.Extent{}, err
	}
	extent, err := mp3.Measure(s.file)
	if err != nil {
		return extent, err
	}
	return extent, s.file.Truncate(extent.Bytes)
}

func (s *sink) frames() int {
	extent, err := s.trim()
	if err != nil {
		return 0
	}
	return extent.Frames
}

func measureFile(path string) (mp3.Extent, error) {
	f, err := os.Open(path)
	if err != nil {
		return mp3.Extent{}, err
	}
	defer f.Close()
	return mp3.Measure(f)
}

// trimFile cuts the file at path behind its last whole frame, for good.
func trimFile(path string) (mp3.Extent, error) {
	s, err := openSink(path)
	if err != nil {
		return mp3.Extent{}, err
	}
	defer s.file.Close()
	extent, err := s.trim()
	if err != nil {
		return extent, err
	}
	return extent, s.file.Sync()
}
