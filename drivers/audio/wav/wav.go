// Package wav reads and writes RIFF WAVE files. Open takes what sound cards,
// recorders and telephone systems write (PCM of 8 to 32 bits, float, A-law, µ-law,
// any rate, any number of channels) and delivers 8 kHz mono; headers that lie about
// lengths are believed as little as possible.
package wav

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"
)

var (
	ErrNotWAV = errors.New("wav: not a RIFF WAVE file")
	ErrFormat = errors.New("wav: sample format not known")
)

// Format tags of the fmt chunk.
const (
	tagPCM        = 1
	tagFloat      = 3
	tagALaw       = 6
	tagMuLaw      = 7
	tagExtensible = 0xfffe
)

// Format is what the file holds, before conversion.
type Format struct {
	Tag      uint16
	Channels int
	Rate     int // Hz
	Bits     int // of one sample of one channel
}

// File is an open WAV file, a Source of 8 kHz mono samples.
type File struct {
	Format Format

	file    io.Closer
	in      *bufio.Reader
	left    int64 // bytes left of the data chunk; negative: until the file ends
	decode  func([]byte) float32
	frame   []byte
	block   []float32
	up      *dsp.Resampler
	out     []float32
	pending []float32
	ended   bool
}

// Open opens the WAV file at path.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	w, err := NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	w.file = f
	return w, nil
}

// NewReader reads a WAV file from r; Close closes nothing.
func NewReader(r io.Reader) (*File, error) {
	f := &File{in: bufio.NewReaderSize(r, 1<<16)}
	if err := f.header(); err != nil {
		return nil, err
	}
	if f.decode = decoder(f.Format); f.decode == nil {
		return nil, fmt.Errorf("%w: tag %d, %d bits", ErrFormat, f.Format.Tag, f.Format.Bits)
	}
	f.frame = make([]byte, f.Format.Channels*(f.Format.Bits/8))
	if f.Format.Rate != audio.Rate {
		f.up = dsp.NewResampler(float64(f.Format.Rate), audio.Rate)
	}
	return f, nil
}

// header reads chunks up to the first byte of sound.
func (f *File) header() error {
	var riff [12]byte
	if _, err := io.ReadFull(f.in, riff[:]); err != nil {
		return ErrNotWAV
	}
	if id := string(riff[:4]); (id != "RIFF" && id != "RF64") || string(riff[8:]) != "WAVE" {
		return ErrNotWAV
	}
	for known := false; ; {
		var head [8]byte
		if _, err := io.ReadFull(f.in, head[:]); err != nil {
			return fmt.Errorf("%w: no data chunk", ErrNotWAV)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "fmt ":
			if err := f.format(size); err != nil {
				return err
			}
			known = true
		case "data":
			if !known {
				return fmt.Errorf("%w: data before fmt", ErrNotWAV)
			}
			// Recorders that were cut off leave 0 or all ones here.
			if size == 0 || size >= 0xffffff00 {
				size = -1
			}
			f.left = size
			return nil
		default:
			if _, err := f.in.Discard(int(size + size&1)); err != nil {
				return fmt.Errorf("%w: no data chunk", ErrNotWAV)
			}
		}
	}
}

func (f *File) format(size int64) error {
	if size < 16 || size > 4096 {
		return fmt.Errorf("%w: fmt chunk of %d bytes", ErrNotWAV, size)
	}
	b := make([]byte, size+size&1)
	if _, err := io.ReadFull(f.in, b); err != nil {
		return ErrNotWAV
	}
	f.Format = Format{
		Tag:      binary.LittleEndian.Uint16(b),
		Channels: int(binary.LittleEndian.Uint16(b[2:])),
		Rate:     int(binary.LittleEndian.Uint32(b[4:])),
		Bits:     int(binary.LittleEndian.Uint16(b[14:])),
	}
	if f.Format.Tag == tagExtensible && size >= 26 {
		f.Format.Tag = binary.LittleEndian.Uint16(b[24:])
	}
	if f.Format.Channels < 1 || f.Format.Channels > 64 || f.Format.Rate < 1000 || f.Format.Rate > 768000 {
		return fmt.Errorf("%w: %d channels at %d Hz", ErrFormat, f.Format.Channels, f.Format.Rate)
	}
	return nil
}

// decoder turns one sample's bytes into LSB of 16 bits.
func decoder(f Format) func([]byte) float32 {
	switch f.Tag<<8 | uint16(f.Bits) {
	case tagPCM<<8 | 8:
		return func(b []byte) float32 { return (float32(b[0]) - 128) * 256 }
	case tagPCM<<8 | 16:
		return func(b []byte) float32 { return float32(int16(binary.LittleEndian.Uint16(b))) }
	case tagPCM<<8 | 24:
		return func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / 65536
		}
	case tagPCM<<8 | 32:
		return func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) / 65536 }
	case tagFloat<<8 | 32:
		return func(b []byte) float32 { return finite(float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))) }
	case tagFloat<<8 | 64:
		return func(b []byte) float32 { return finite(math.Float64frombits(binary.LittleEndian.Uint64(b))) }
	case tagALaw<<8 | 8:
		return func(b []byte) float32 { return float32(ALaw(b[0])) }
	case tagMuLaw<<8 | 8:
		return func(b []byte) float32 { return float32(MuLaw(b[0])) }
	}
	return nil
}

func finite(x float64) float32 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return float32(math.Max(-4, math.Min(4, x)) * 32767)
}

// Read fills the front of p with 8 kHz samples, channels averaged.
func (f *File) Read(p []int16) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(f.pending) == 0 {
		if f.ended {
			return 0, io.EOF
		}
		f.refill()
	}
	n := min(len(p), len(f.pending))
	for i := range n {
		p[i] = dsp.Clip(float64(f.pending[i]))
	}
	f.pending = f.pending[n:]
	return n, nil
}

// refill converts the next block of the file into pending.
func (f *File) refill() {
	f.block = f.block[:0]
	width := f.Format.Bits / 8
	for len(f.block) < 4096 {
		if f.left >= 0 && f.left < int64(len(f.frame)) {
			f.ended = true
			break
		}
		if _, err := io.ReadFull(f.in, f.frame); err != nil {
			f.ended = true
			break
		}
		if f.left >= 0 {
			f.left -= int64(len(f.frame))
		}
		var sum float32
		for c := 0; c < len(f.frame); c += width {
			sum += f.decode(f.frame[c : c+width])
		}
		f.block = append(f.block, sum/float32(f.Format.Channels))
	}
	if f.up == nil {
		f.pending = f.block
		return
	}
	f.out = f.up.Write(f.out[:0], f.block)
	if f.ended {
		f.out = f.up.Flush(f.out)
	}
	f.pending = f.out
}

// Close closes the file.
func (f *File) Close() error {
	f.pending, f.ended = nil, true
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

// ReadAll returns all of the file at path as 8 kHz mono.
func ReadAll(path string) ([]int16, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []int16
	buf := make([]int16, 8192)
	for {
		n, err := f.Read(buf)
		all = append(all, buf[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}
