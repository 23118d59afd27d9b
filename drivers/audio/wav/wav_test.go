package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"path/filepath"
	"testing"

	"bellhop/drivers/audio"
)

var (
	_ audio.Source = (*File)(nil)
	_ audio.Sink   = (*Writer)(nil)
)

func sine(hz float64, rate, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = 0.5 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))
	}
	return s
}

// file builds a WAV file of s in the given format.
func file(tag, bits, channels, rate int, s []float64) []byte {
	var data []byte
	for _, x := range s {
		for range channels {
			switch {
			case tag == tagFloat && bits == 32:
				data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(x)))
			case bits == 8:
				data = append(data, byte(math.Round(x*127)+128))
			case bits == 16:
				data = binary.LittleEndian.AppendUint16(data, uint16(int16(x*32767)))
			case bits == 24:
				v := int32(x * (1<<23 - 1))
				data = append(data, byte(v), byte(v>>8), byte(v>>16))
			case bits == 32:
				data = binary.LittleEndian.AppendUint32(data, uint32(int32(x*(1<<31-1))))
			}
		}
	}
	b := []byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(tag))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(bits))
	b = append(b, "LIST\x03\x00\x00\x00abc\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func all(t *testing.T, b []byte) []int16 {
	t.Helper()
	f, err := NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var out []int16
	buf := make([]int16, 333)
	for {
		n, err := f.Read(buf)
		out = append(out, buf[:n]...)
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryFormatComesOutAsTheSameSine(t *testing.T) {
	for name, f := range map[string]struct{ tag, bits, channels, rate int }{
		"8 kHz 16 bit":            {tagPCM, 16, 1, 8000},
		"8 kHz 8 bit":             {tagPCM, 8, 1, 8000},
		"44.1 kHz 16 bit stereo":  {tagPCM, 16, 2, 44100},
		"48 kHz 24 bit":           {tagPCM, 24, 1, 48000},
		"11.025 kHz 32 bit":       {tagPCM, 32, 1, 11025},
		"22.05 kHz float 3 ch":    {tagFloat, 32, 3, 22050},
		"6 kHz, below our own":    {tagPCM, 16, 1, 6000},
		"192 kHz 16 bit":          {tagPCM, 16, 1, 192000},
		"16 kHz 16 bit, sidetone": {tagPCM, 16, 2, 16000},
	} {
		t.Run(name, func(t *testing.T) {
			got := all(t, file(f.tag, f.bits, f.channels, f.rate, sine(1000, f.rate, f.rate/2)))
			if n := len(got); n < 3990 || n > 4010 {
				t.Fatalf("%d samples for half a second", n)
			}
			tolerance := 60.0
			if f.bits == 8 {
				tolerance = 400
			}
			for i := 200; i < len(got)-200; i++ {
				want := 0.5 * 32767 * math.Sin(2*math.Pi*float64(i)/8)
				if math.Abs(float64(got[i])-want) > tolerance {
					t.Fatalf("sample %d is %d, want %.0f", i, got[i], want)
				}
			}
		})
	}
}

func TestResamplingKeepsOutWhatWouldAlias(t *testing.T) {
	got := all(t, file(tagPCM, 16, 1, 48000, sine(6500, 48000, 24000)))
	for i := 200; i < len(got)-200; i++ {
		if got[i] > 20 || got[i] < -20 {
			t.Fatalf("6.5 kHz left %d at sample %d", got[i], i)
		}
	}
}

func TestG711(t *testing.T) {
	for _, tt := range []struct {
		got, want int16
	}{
		{ALaw(0xd5), 8}, {ALaw(0x55), -8}, {ALaw(0xaa), 32256}, {ALaw(0x2a), -32256},
		{MuLaw(0xff), 0}, {MuLaw(0x7f), 0}, {MuLaw(0x80), 32124}, {MuLaw(0x00), -32124},
	} {
		if tt.got != tt.want {
			t.Errorf("got %d, want %d", tt.got, tt.want)
		}
	}
}

func TestBrokenHeaders(t *testing.T) {
	good := file(tagPCM, 16, 1, 8000, sine(1000, 8000, 800))
	at := bytes.Index(good, []byte("data"))
	for name, size := range map[string]uint32{"zero": 0, "all ones": 0xffffffff, "too long": 1 << 20} {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint32(b[at+4:], size)
		if n := len(all(t, b)); n != 800 {
			t.Errorf("data length %s: %d samples", name, n)
		}
	}
	for name, b := range map[string][]byte{
		"empty": nil, "text": []byte("hello, this is no sound at all"), "cut": good[:20], "no data": good[:at],
	} {
		if _, err := NewReader(bytes.NewReader(b)); !errors.Is(err, ErrNotWAV) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := bytes.Clone(good)
	b[20] = 0x55 // MP3 in WAV
	if _, err := NewReader(bytes.NewReader(b)); !errors.Is(err, ErrFormat) {
		t.Errorf("unknown tag: %v", err)
	}
}

func TestWriteReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	want := []int16{0, 1, -1, 32767, -32768, 1234}
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadAll(path)
	if err != nil || len(got) != len(want) {
		t.Fatal(got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(file(tagPCM, 16, 1, 8000, sine(1000, 8000, 20)))
	f.Add(file(tagFloat, 32, 2, 44100, sine(1000, 44100, 20)))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVE"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		buf := make([]int16, 4096)
		for {
			if _, err := r.Read(buf); err != nil {
				return
			}
		}
	})
}
