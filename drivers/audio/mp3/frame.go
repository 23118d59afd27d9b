// Package mp3 writes and reads MPEG-2 Layer III, the format of recordings: 16 kHz
// mono at 24 kbit/s, about 11 MB an hour. Encoding is done by the program lame, fed
// through a pipe, so that its death can't take a line down; decoding by go-mp3. Every
// frame stands alone (no bit reservoir): a file cut anywhere plays to the cut.
package mp3

import (
	"bufio"
	"errors"
	"io"
	"time"
)

// Frame is what the four octets of a Layer III frame header say (ISO/IEC 11172-3
// clause 2.4.2.3, 13818-3 clause 2.4.2).
type Frame struct {
	Size     int // octets, header included
	Rate     int // Hz
	Samples  int // a channel
	Channels int
}

const headerSize = 4

var (
	bitrates1 = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0} // kbit/s, MPEG-1
	bitrates2 = [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}     // MPEG-2
	rates     = [4]int{44100, 48000, 32000, 0}                                               // Hz, MPEG-1; half of it in MPEG-2
)

// ParseHeader reads a frame header, ok false where none stands. MPEG-2.5 is none: it
// is not read back by go-mp3 and never written here.
func ParseHeader(h [headerSize]byte) (f Frame, ok bool) {
	if h[0] != 0xff || h[1]&0xe6 != 0xe2 { // eleven bits of sync, Layer III
		return f, false
	}
	bitrate, rate, padding := h[2]>>4, rates[h[2]>>2&3], int(h[2]>>1&1)
	f.Channels = 2
	if h[3]>>6 == 3 {
		f.Channels = 1
	}
	switch h[1] >> 3 & 3 {
	case 3:
		f.Rate, f.Samples = rate, 1152
		if rate > 0 {
			f.Size = 144000*bitrates1[bitrate]/rate + padding
		}
	case 2:
		f.Rate, f.Samples = rate/2, 576
		if rate > 0 {
			f.Size = 72000*bitrates2[bitrate]/f.Rate + padding
		}
	}
	return f, f.Size > headerSize
}

// Extent is how much of a stream is whole.
type Extent struct {
	Bytes    int64 // up to the end of the last whole frame
	Frames   int
	Duration time.Duration
}

// Measure walks through r from frame to frame and returns where the last whole one
// ends; what follows is a frame cut off, or damage.
func Measure(r io.Reader) (Extent, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	var e Extent
	for {
		head, err := in.Peek(headerSize)
		if err != nil {
			return e, notEOF(err)
		}
		f, ok := ParseHeader([headerSize]byte(head))
		if !ok {
			return e, nil
		}
		n, err := in.Discard(f.Size)
		if n < f.Size {
			return e, notEOF(err)
		}
		e.Bytes += int64(f.Size)
		e.Frames++
		e.Duration += time.Duration(f.Samples) * time.Second / time.Duration(f.Rate)
	}
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
