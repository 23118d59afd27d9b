package mp3

import (
	"errors"
	"fmt"
	"io"
	"os"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"

	"github.com/hajimehoshi/go-mp3"
)

// Reader is a Source that plays an MP3 as 8 kHz mono, channels averaged.
type Reader struct {
	decoder *mp3.Decoder
	close   func() error
	down    *dsp.Resampler // nil at 8 kHz
	raw     []byte
	block   []float32
	pending []float32
	ended   bool
}

// go-mp3 always gives two channels of 16 bits.
const decodedFrame = 4

// NewReader reads the stream r.
func NewReader(r io.Reader) (*Reader, error) {
	d, err := mp3.NewDecoder(r)
	if err != nil {
		return nil, fmt.Errorf("mp3: %w", err)
	}
	m := &Reader{decoder: d, raw: make([]byte, 4096*decodedFrame), close: func() error { return nil }}
	if d.SampleRate() != audio.Rate {
		m.down = dsp.NewResampler(float64(d.SampleRate()), audio.Rate)
	}
	return m, nil
}

// Open reads the file at path.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	m, err := NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.close = f.Close
	return m, nil
}

// Read fills the front of p; io.EOF at the end.
func (m *Reader) Read(p []int16) (int, error) {
	for len(m.pending) == 0 {
		if m.ended {
			return 0, io.EOF
		}
		if err := m.refill(); err != nil {
			return 0, err
		}
	}
	n := min(len(p), len(m.pending))
	for i := range n {
		p[i] = dsp.Clip(float64(m.pending[i]))
	}
	m.pending = m.pending[n:]
	return n, nil
}

func (m *Reader) refill() error {
	n, err := io.ReadFull(m.decoder, m.raw)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("mp3: %w", err)
	}
	m.ended = err != nil
	m.block = m.block[:0]
	for i := 0; i+decodedFrame <= n; i += decodedFrame {
		left := int16(uint16(m.raw[i]) | uint16(m.raw[i+1])<<8)
		right := int16(uint16(m.raw[i+2]) | uint16(m.raw[i+3])<<8)
		m.block = append(m.block, (float32(left)+float32(right))/2)
	}
	if m.down == nil {
		m.pending = m.block
		return nil
	}
	m.pending = m.down.Write(m.pending[:0], m.block)
	if m.ended {
		m.pending = m.down.Flush(m.pending)
	}
	return nil
}

// Close closes the file, if Open opened one.
func (m *Reader) Close() error {
	m.ended, m.pending = true, nil
	return m.close()
}

// ReadAll returns all of r as 8 kHz mono.
func ReadAll(r io.Reader) ([]int16, error) {
	m, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	var all []int16
	buf := make([]int16, 8192)
	for {
		n, err := m.Read(buf)
		all = append(all, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}
