package recorder

import (
	"os"
	"time"

	"bellhop/drivers/audio"
)

// Peaks is how many a finished recording has, whatever its length; each is the
// loudest sample of its stretch, 0..255 of full scale.
const Peaks = 800

const peakEvery = audio.Rate / 50 // samples for one running peak: 20 ms

// peaks are the running peaks of a recording, an octet each, kept beside the sound so
// that a recording cut off by a power failure still has its waveform.
type peaks struct {
	file    *os.File
	pending []byte // not yet in the file
	peak    int
	n       int // samples since the last peak
}

func openPeaks(path string) (*peaks, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &peaks{file: f}, nil
}

func (k *peaks) add(p []int16) {
	for _, s := range p {
		v := int(s)
		if v < 0 {
			v = -v
		}
		k.peak = max(k.peak, v)
		if k.n++; k.n == peakEvery {
			k.pending = append(k.pending, byte(min(k.peak>>7, 255)))
			k.peak, k.n = 0, 0
		}
	}
}

func (k *peaks) flush() error {
	_, err := k.file.Write(k.pending)
	k.pending = k.pending[:0]
	return err
}

// writePeaks makes the finished peaks of a recording that lasts d. What the running
// peaks lack, a second at most, is flat.
func writePeaks(f files, d time.Duration) error {
	running, err := os.ReadFile(f.peaksPart)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	n := int(d * audio.Rate / time.Second / peakEvery)
	for len(running) < n {
		running = append(running, 0)
	}
	return writeFile(f.peaks, reduce(running[:n]))
}

// reduce makes Peaks out of any number of running peaks.
func reduce(running []byte) []byte {
	out := make([]byte, Peaks)
	for i := range out {
		from := i * len(running) / Peaks
		to := max((i+1)*len(running)/Peaks, from+1)
		for _, v := range running[min(from, len(running)):min(to, len(running))] {
			out[i] = max(out[i], v)
		}
	}
	return out
}
