package wav

import (
	"bufio"
	"encoding/binary"
	"os"

	"bellhop/drivers/audio"
)

// Write writes samples (8 kHz mono) as a 16-bit PCM file at path.
func Write(path string, samples []int16) error {
	w, err := Create(path)
	if err != nil {
		return err
	}
	if _, err := w.Write(samples); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// Writer is a Sink into a 16-bit PCM file of 8 kHz mono. Until Close the header's
// lengths say "unknown", which Open and most players read to the end of the file.
type Writer struct {
	file *os.File
	buf  *bufio.Writer
	n    uint32 // bytes of sound
}

// Create makes or truncates the file at path.
func Create(path string) (*Writer, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: f, buf: bufio.NewWriterSize(f, 1<<15)}
	if _, err := w.buf.Write(Header(0xffffffff)); err != nil {
		f.Close()
		return nil, err
	}
	return w, nil
}

// Header returns the 44 octets before n bytes of 8 kHz mono 16-bit sound;
// 0xffffffff when n is not known.
func Header(n uint32) []byte {
	riff := n
	if n < 0xffffffff-36 {
		riff = n + 36
	}
	b := append(make([]byte, 0, 44), "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, riff)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, tagPCM)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, audio.Rate)
	b = binary.LittleEndian.AppendUint32(b, audio.Rate*2)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, n)
}

// Write appends samples.
func (w *Writer) Write(p []int16) (int, error) {
	for i, s := range p {
		if err := w.buf.WriteByte(byte(s)); err != nil {
			return i, err
		}
		if err := w.buf.WriteByte(byte(uint16(s) >> 8)); err != nil {
			return i, err
		}
		w.n += 2
	}
	return len(p), nil
}

// Close completes the header and closes the file.
func (w *Writer) Close() error {
	err := w.buf.Flush()
	if err == nil {
		_, err = w.file.WriteAt(Header(w.n), 0)
	}
	if cerr := w.file.Close(); err == nil {
		err = cerr
	}
	return err
}
