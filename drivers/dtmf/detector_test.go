package dtmf

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"bellhop/drivers/dsp"
)

const ms = time.Millisecond

// hear returns the keys heard in p, with silence after it.
func hear(p []int16) string {
	var got []byte
	d := NewDetector(func(k Key) { got = append(got, k.Key) })
	d.Write(make([]int16, 1200))
	d.Write(p)
	d.Write(make([]int16, 1200))
	return string(got)
}

func send(t *testing.T, s Sender, keys string) []int16 {
	t.Helper()
	p, err := s.Append(nil, keys)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The acceptance limits of ITU-T Q.24, ETSI ES 201 235-3 and AT&T.
func TestAcceptance(t *testing.T) {
	base := Sender{On: 50 * ms, Off: 50 * ms, LevelDBm0: -15}
	with := func(change func(*Sender)) Sender {
		s := base
		change(&s)
		return s
	}
	for name, tt := range map[string]struct {
		sender Sender
		accept bool
	}{
		"plain":                    {base, true},
		"+1.5 %":                   {with(func(s *Sender) { s.Shift = 0.015 }), true},
		"-1.5 %":                   {with(func(s *Sender) { s.Shift = -0.015 }), true},
		"+3.5 %":                   {with(func(s *Sender) { s.Shift = 0.035 }), false},
		"-3.5 %":                   {with(func(s *Sender) { s.Shift = -0.035 }), false},
		"high 4 dB stronger":       {with(func(s *Sender) { s.TwistDB = 4 }), true},
		"high 8 dB weaker":         {with(func(s *Sender) { s.TwistDB = -8 }), true},
		"high 15 dB stronger":      {with(func(s *Sender) { s.TwistDB = 15 }), false},
		"0 dBm0":                   {with(func(s *Sender) { s.LevelDBm0 = -3 }), true},
		"-36 dBm0":                 {with(func(s *Sender) { s.LevelDBm0 = -36 }), true},
		"40 ms on, 30 ms off":      {with(func(s *Sender) { s.On, s.Off = 40*ms, 30*ms }), true},
		"half a second on":         {with(func(s *Sender) { s.On = 500 * ms }), true},
		"20 ms on is no key":       {with(func(s *Sender) { s.On = 20 * ms }), false},
		"24 ms on is no key":       {with(func(s *Sender) { s.On = 24 * ms }), false},
		"-60 dBm0 is out of reach": {with(func(s *Sender) { s.LevelDBm0 = -60 }), false},
	} {
		t.Run(name, func(t *testing.T) {
			want := Keys
			if !tt.accept {
				want = ""
			}
			if got := hear(send(t, tt.sender, Keys)); got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		})
	}
}

// Each tone alone may be off by 1.5 %.
func TestRecognitionBandwidth(t *testing.T) {
	for key := range len(Keys) {
		fl, fh, _ := Tones(Keys[key])
		for _, tt := range []struct {
			low, high float64
			accept    bool
		}{
			{0.015, 0, true}, {-0.015, 0, true}, {0, 0.015, true}, {0, -0.015, true},
			{0.015, -0.015, true}, {0.035, 0, false}, {0, -0.035, false},
		} {
			p := pair(fl*(1+tt.low), fh*(1+tt.high), 60*ms, -12)
			if got := hear(p) == Keys[key:key+1]; got != tt.accept {
				t.Errorf("key %c, tones off by %+.1f and %+.1f %%: accepted %v", Keys[key], 100*tt.low, 100*tt.high, got)
			}
		}
	}
}

func pair(low, high float64, d time.Duration, levelDBm0 float64) []int16 {
	p := make([]int16, d*dsp.Rate/time.Second)
	var a, b dsp.Osc
	peak := dsp.Peak(levelDBm0)
	for i := range p {
		p[i] = dsp.Clip(peak * (a.Next(low) + b.Next(high)))
	}
	return p
}

func TestInterruptionIsBridged(t *testing.T) {
	p := pair(770, 1336, 100*ms, -12)
	for i := 400; i < 400+8*8; i++ { // 8 ms
		p[i] = 0
	}
	if got := hear(p); got != "5" {
		t.Errorf("heard %q, want one 5", got)
	}
}

func TestKeysOverDialToneAndHum(t *testing.T) {
	for name, hz := range map[string][]float64{
		"dial tone of the United States": {350, 440}, "dial tone of China": {450}, "hum": {50, 150, 250},
	} {
		p := append(make([]int16, 800), send(t, Sender{On: 60 * ms, Off: 60 * ms, LevelDBm0: -18}, Keys)...)
		for _, f := range hz {
			var o dsp.Osc
			for i := range p {
				p[i] = dsp.Clip(float64(p[i]) + dsp.Peak(-18)*o.Next(f))
			}
		}
		if got := hear(p); got != Keys {
			t.Errorf("%s: heard %q", name, got)
		}
	}
}

func TestKeysInNoise(t *testing.T) {
	right := 0
	const n = 40
	for seed := range uint64(n) {
		p := append(make([]int16, 2000), send(t, Sender{On: 50 * ms, Off: 50 * ms, LevelDBm0: -23}, "0123456789")...)
		p = append(p, make([]int16, 2000)...)
		dsp.NewNoise(seed, -25).Add(p) // 5 dB under both tones together
		if hear(p) == "0123456789" {
			right++
		}
	}
	if right < n*9/10 {
		t.Errorf("%d of %d strings right at 5 dB", right, n)
	}
}

func TestSpeechIsNoKey(t *testing.T) {
	for seed := range uint64(5) {
		p := make([]int16, 30*dsp.Rate)
		dsp.NewSpeech(seed, -16).Read(p)
		if got := hear(p); got != "" {
			t.Errorf("seed %d: heard %q", seed, got)
		}
	}
}

// chords is a minute of struck notes of six harmonics each, one to four at a time, as an
// orchestra of decaying strings: seed 2, 6, 18, 41, 62, 81 and 82 have notes that meet on
// a row and a column.
func chords(seed uint64) []int16 {
	rng := rand.New(rand.NewPCG(seed, 3))
	x := make([]float64, 60*dsp.Rate)
	for at := 0; at < len(x); at += dsp.Rate/4 + rng.IntN(dsp.Rate/2) {
		for range 1 + rng.IntN(4) {
			strike(x, at, rng)
		}
	}
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	gain := dsp.Peak(-18) / math.Sqrt2 / math.Sqrt(sum/float64(len(x)))
	p := make([]int16, len(x))
	for i, v := range x {
		p[i] = dsp.Clip(gain * v)
	}
	return p
}

func strike(x []float64, at int, rng *rand.Rand) {
	hz := 110 * math.Pow(2, float64(rng.IntN(48))/12)
	n := dsp.Rate/8 + rng.IntN(2*dsp.Rate)
	decay, gain, depth := 1-1/float64(1000+rng.IntN(16000)), 1500.0, 0.006*rng.Float64()
	var oscs [6]dsp.Osc
	var vibrato dsp.Osc
	for i := at; i < min(len(x), at+n); i++ {
		bend := 1 + depth*vibrato.Next(5.5)
		for k := range oscs {
			x[i] += gain * oscs[k].Next(hz*bend*float64(k+1)) / float64(k+1)
		}
		gain *= decay
	}
}

func TestChordsAreNoKey(t *testing.T) {
	for _, seed := range []uint64{1, 2, 6, 18, 41, 62, 63, 81, 82, 96} {
		if got := hear(chords(seed)); got != "" {
			t.Errorf("seed %d: heard %q", seed, got)
		}
	}
}

// A set that keys into a room with echo: what is left of a key is as loud as the next.
func TestExactKeysAreHeardOverLoudNoise(t *testing.T) {
	p := append(make([]int16, 4000), send(t, Sender{On: 80 * ms, Off: 80 * ms, LevelDBm0: -15}, "0546427316")...)
	p = append(p, make([]int16, 2000)...)
	dsp.NewNoise(4, -15).Add(p)
	if got := hear(p); got != "0546427316" {
		t.Errorf("heard %q", got)
	}
}

func TestStartAndEndAreThoseOfThePress(t *testing.T) {
	var got Key
	d := NewDetector(func(k Key) { got = k })
	d.Write(make([]int16, 1000))
	d.Write(pair(697, 1209, 80*ms, -10))
	d.Write(make([]int16, 1000))
	if math.Abs(float64(got.Start-1000)) > 40 || math.Abs(float64(got.End-1640)) > 40 {
		t.Errorf("key from %d to %d, want 1000 to 1640", got.Start, got.End)
	}
}

func FuzzDetector(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := NewDetector(func(k Key) {
			if _, _, ok := Tones(k.Key); !ok {
				t.Fatalf("%q is no key", k.Key)
			}
		})
		p := make([]int16, len(b)/2)
		for i := range p {
			p[i] = int16(b[2*i]) | int16(b[2*i+1])<<8
		}
		d.Write(p)
	})
}

func BenchmarkDetector(b *testing.B) {
	p := make([]int16, 10*dsp.Rate)
	dsp.NewSpeech(1, -18).Read(p)
	d := NewDetector(func(Key) {})
	b.ReportAllocs()
	for b.Loop() {
		d.Write(p)
	}
	b.ReportMetric(10*float64(b.N)/b.Elapsed().Seconds(), "xreal")
}
