package alsa

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"
)

var _ audio.Source = (*Source)(nil)

// fileDevice is an ALSA capture device that plays raw sound from a file, as fast as it
// is read; behind its end it repeats its last buffer.
const fileDevice = `
pcm.%s {
	type file
	slave.pcm { type null }
	file "/dev/null"
	infile "%s"
	format "raw"
}
`

// deviceRate is what miniaudio asks of a device that takes any rate.
const deviceRate = 48000

// libasound reads its configuration once: all devices of the tests stand in it.
var devices = map[string][]byte{
	"tone": raw(tone(deviceRate, 20)),
}

const toneHz = 1004

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "alsa")
	if err != nil {
		panic(err)
	}
	config := ""
	for name, sound := range devices {
		path := filepath.Join(dir, name+".raw")
		if err := os.WriteFile(path, sound, 0o600); err != nil {
			panic(err)
		}
		config += fmt.Sprintf(fileDevice, name, path)
	}
	path := filepath.Join(dir, "asound.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		panic(err)
	}
	os.Setenv("ALSA_CONFIG_PATH", path)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func tone(rate, seconds int) []int16 {
	p := make([]int16, rate*seconds)
	var o dsp.Osc
	for i := range p {
		p[i] = dsp.Clip(dsp.Peak(-10) * o.Next(toneHz*audio.Rate/float64(rate)))
	}
	return p
}

// raw is p as the file plugin wants it.
func raw(p []int16) []byte {
	var b []byte
	for _, s := range p {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

func TestCapture(t *testing.T) {
	s, err := Open("tone")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Rate() != deviceRate {
		t.Fatalf("the device runs at %.0f Hz, the test's file at %d", s.Rate(), deviceRate)
	}
	var sound []int16
	p := make([]int16, 160)
	for len(sound) < 3*audio.Rate {
		n, err := s.Read(p)
		if err != nil {
			t.Fatal(err)
		}
		sound = append(sound, p[:n]...)
	}
	if got := level(sound[audio.Rate:], toneHz); math.Abs(got+10) > 0.7 {
		t.Errorf("a tone of -10 dBm0 at %d Hz comes out at %.1f dBm0", toneHz, got)
	}
}

// level of hz in p, dBm0, by correlation.
func level(p []int16, hz float64) float64 {
	var re, im float64
	for i, s := range p {
		sin, cos := math.Sincos(2 * math.Pi * hz * float64(i) / audio.Rate)
		re += float64(s) * cos
		im += float64(s) * sin
	}
	n := float64(len(p))
	return dsp.DBm0(2 * (re*re + im*im) / (n * n))
}

func TestNoSuchDevice(t *testing.T) {
	if s, err := Open("nonexistent"); err == nil {
		s.Close()
		t.Fatal("opened")
	}
}

func TestCloseLetsReadGo(t *testing.T) {
	s, err := Open("tone")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		p := make([]int16, 160)
		for {
			if _, err := s.Read(p); err != nil {
				ended <- err
				return
			}
		}
	}()
	s.Close()
	if err := <-ended; !errors.Is(err, audio.ErrClosed) {
		t.Fatal(err)
	}
	s.Close()
}
