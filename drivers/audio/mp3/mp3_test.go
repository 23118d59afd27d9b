package mp3

import (
	"bytes"
	"errors"
	"math"
	"os"
	"testing"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"
)

var (
	_ audio.Source = (*Reader)(nil)
	_ audio.Sink   = (*Encoder)(nil)
)

// sine is d of a sine.
func sine(hz float64, d time.Duration, levelDBm0 float64) []int16 {
	var o dsp.Osc
	p := make([]int16, d*audio.Rate/time.Second)
	for i := range p {
		p[i] = dsp.Clip(dsp.Peak(levelDBm0) * o.Next(hz))
	}
	return p
}

func encode(t *testing.T, p []int16) []byte {
	t.Helper()
	var out bytes.Buffer
	e, err := NewEncoder("", &out)
	if err != nil {
		t.Fatal(err)
	}
	for len(p) > 0 {
		n := min(160, len(p))
		if _, err := e.Write(p[:n]); err != nil {
			t.Fatal(err)
		}
		p = p[n:]
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
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

func TestRoundTrip(t *testing.T) {
	const hz, dBm0 = 1000, -12
	coded := encode(t, sine(hz, 3*time.Second, dBm0))
	extent, err := Measure(bytes.NewReader(coded))
	if err != nil || extent.Bytes != int64(len(coded)) {
		t.Fatalf("%+v of %d bytes, %v", extent, len(coded), err)
	}
	if d := extent.Duration - 3*time.Second; d < 0 || d > 200*time.Millisecond {
		t.Errorf("lasts %v", extent.Duration)
	}
	if perHour := extent.Bytes * int64(time.Hour/extent.Duration); perHour > 12e6 {
		t.Errorf("%d bytes an hour", perHour)
	}
	p, err := ReadAll(bytes.NewReader(coded))
	if err != nil {
		t.Fatal(err)
	}
	if got := level(p[8000:16000], hz); math.Abs(got-dBm0) > 1 {
		t.Errorf("tone of %d dBm0 comes back at %.1f", dBm0, got)
	}
}

// Cut at any byte, what Measure keeps plays to its end.
func TestCutAnywherePlays(t *testing.T) {
	coded := encode(t, sine(700, 2*time.Second, -15))
	for cut := 200; cut < len(coded); cut += 131 {
		extent, err := Measure(bytes.NewReader(coded[:cut]))
		if err != nil || extent.Bytes > int64(cut) || int64(cut)-extent.Bytes > 108 {
			t.Fatalf("cut at %d: %+v %v", cut, extent, err)
		}
		p, err := ReadAll(bytes.NewReader(coded[:extent.Bytes]))
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if got := time.Duration(len(p)) * time.Second / audio.Rate; (extent.Duration - got).Abs() > 40*time.Millisecond {
			t.Fatalf("cut at %d: plays %v, measured %v", cut, got, extent.Duration)
		}
	}
}

func TestEncoderMissing(t *testing.T) {
	if _, err := NewEncoder("/nonexistent/lame", new(bytes.Buffer)); !errors.Is(err, ErrNoEncoder) {
		t.Fatal(err)
	}
}

func TestEncoderDies(t *testing.T) {
	e, err := NewEncoder("", new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	e.lame.Process.Kill()
	<-e.Ended()
	failed := false
	for range 1000 {
		if _, err := e.Write(make([]int16, 8000)); err != nil {
			failed = true
			break
		}
	}
	if !failed || e.Close() == nil {
		t.Fatal("a dead encoder takes samples")
	}
}

// A disk that refuses must not leave the writer waiting for lame for ever.
func TestWriterRefuses(t *testing.T) {
	e, err := NewEncoder("", refusing{})
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := e.Write(make([]int16, 8000)); err != nil {
			break
		}
	}
	if err := e.Close(); !errors.Is(err, os.ErrPermission) {
		t.Fatal(err)
	}
}

type refusing struct{}

func (refusing) Write([]byte) (int, error) { return 0, os.ErrPermission }

func FuzzMeasure(f *testing.F) {
	f.Add([]byte{0xff, 0xf3, 0x38, 0xc4, 0, 0, 0, 0})
	f.Add([]byte{0xff, 0xfb, 0x90, 0x64})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Measure(bytes.NewReader(b))
		if err != nil || e.Bytes > int64(len(b)) || e.Duration < 0 {
			t.Fatalf("%+v %v", e, err)
		}
	})
}
