// Package alsa takes a line's sound from an ALSA capture device, by name: a sound card
// ("plughw:line"), or any PCM of the ALSA configuration. The device runs at its own
// rate; the sound is resampled to 8 kHz here.
package alsa

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"

	"github.com/gen2brain/malgo"
)

var (
	// ErrGone is returned by Read when the device has stopped: unplugged, most likely.
	ErrGone = errors.New("alsa: the sound device is gone")

	// ErrSilent is returned by Read when an open device delivers nothing at all.
	ErrSilent = errors.New("alsa: the sound device delivers nothing")
)

const (
	period  = 20 * time.Millisecond
	backlog = 4 * audio.Rate  // samples that wait for Read before the device has to
	stalled = 3 * time.Second // without a sample: something is wrong
)

// Source is an open capture device.
type Source struct {
	context *malgo.AllocatedContext
	device  *malgo.Device
	rate    float64

	mu      sync.Mutex
	change  *sync.Cond
	pending []int16 // 8 kHz
	gone    bool
	closed  bool
	heardAt time.Time

	// Owned by the device's thread.
	down  *dsp.Resampler // nil at 8 kHz
	block []float32
	out   []float32
}

// Open opens the capture device called name.
func Open(name string) (*Source, error) {
	context, err := malgo.InitContext([]malgo.Backend{malgo.BackendAlsa}, malgo.ContextConfig{}, nil)
	if err != nil {
		return nil, fmt.Errorf("alsa: %w (is libasound2 installed?)", err)
	}
	s := &Source{context: context, heardAt: time.Now()}
	s.change = sync.NewCond(&s.mu)
	if err := s.start(name); err != nil {
		s.free()
		return nil, fmt.Errorf("alsa: open %s: %w", name, err)
	}
	return s, nil
}

func (s *Source) start(name string) error {
	var id malgo.DeviceID
	if copy(id[:len(id)-1], name) < len(name) {
		return errors.New("the name is too long")
	}
	c := malgo.DefaultDeviceConfig(malgo.Capture)
	c.Capture.DeviceID = id.Pointer()
	c.Capture.Format = malgo.FormatS16
	c.Capture.Channels = 1
	c.SampleRate = 0 // its own
	c.PeriodSizeInMilliseconds = uint32(period / time.Millisecond)
	c.Alsa.NoMMap = 1 // file plugins and some USB cards can't
	var err error
	s.device, err = malgo.InitDevice(s.context.Context, c, malgo.DeviceCallbacks{Data: s.take, Stop: s.stopped})
	if err != nil {
		return err
	}
	s.rate = float64(s.device.SampleRate())
	if s.rate != audio.Rate {
		s.down = dsp.NewResampler(s.rate, audio.Rate)
	}
	return s.device.Start()
}

// Rate is the device's own sample rate in Hz.
func (s *Source) Rate() float64 { return s.rate }

// take runs on the device's thread. When nobody reads it makes the device wait: then
// the card, and not we, decides what is lost.
func (s *Source) take(_, in []byte, _ uint32) {
	s.block = s.block[:0]
	for i := 0; i+1 < len(in); i += 2 {
		s.block = append(s.block, float32(int16(binary.LittleEndian.Uint16(in[i:]))))
	}
	s.out = s.block
	if s.down != nil {
		s.out = s.down.Write(s.out[:0:0], s.block)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.pending) > backlog && !s.closed {
		s.change.Wait()
	}
	for _, x := range s.out {
		s.pending = append(s.pending, dsp.Clip(float64(x)))
	}
	s.heardAt = time.Now()
	s.change.Broadcast()
}

func (s *Source) stopped() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
	s.change.Broadcast()
}

// Read fills the front of p with what was heard.
func (s *Source) Read(p []int16) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	watch := time.AfterFunc(stalled, s.change.Broadcast)
	defer watch.Stop()
	since := time.Now()
	for len(s.pending) == 0 {
		switch {
		case s.closed:
			return 0, audio.ErrClosed
		case s.gone:
			return 0, ErrGone
		case time.Since(since) >= stalled:
			return 0, ErrSilent
		}
		s.change.Wait()
	}
	n := copy(p, s.pending)
	s.pending = append(s.pending[:0], s.pending[n:]...)
	s.change.Broadcast()
	return n, nil
}

// Close stops the device and lets a waiting Read go.
func (s *Source) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed, s.pending = true, nil
	s.change.Broadcast()
	s.mu.Unlock()
	s.free()
	return nil
}

func (s *Source) free() {
	if s.device != nil {
		s.device.Uninit()
	}
	s.context.Uninit()
	s.context.Free()
}
