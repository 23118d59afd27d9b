package dtmf

import (
	"math"

	"bellhop/drivers/dsp"
)

// Key is one key press that was heard to its end.
type Key struct {
	Key        byte  // 0-9 * # A-D
	Start, End int64 // samples
	LevelDBm0  float64
	TwistDB    float64 // high over low
}

// Detector hears keys. It correlates blocks of 5 ms with the eight tones; when both a
// row and a column tone stand out it follows them to their end and then judges the
// whole press at once: two steady tones, in frequency and level, and nothing else but
// the noise that was there before. Speech may imitate that for 20 ms, not for 30.
type Detector struct {
	filter [2]dsp.Biquad
	acc    [16]float32
	energy float32
	k      int
	blocks [history]block
	apart  [history][2][2]float64 // blocks of the press being judged, its tones apart
	n      int64                  // blocks complete
	press  press
	heard  func(Key)
}

const (
	blockLen = 40 // samples, 5 ms
	history  = 128
	// longest bounds what is judged of a press: its first 320 ms.
	longest = 64
)

// block is 5 ms: a complex sum for each tone, the energy of the band.
type block struct {
	tone   [8][2]float32
	energy float32
}

// press is a key being held.
type press struct {
	active    bool
	low, high int
	from      int64 // first block
	last      int64 // last block that held both tones
	ref       [2]float64
}

// phasors holds cos and sin of the eight tones for one block.
var phasors = func() (t [blockLen][16]float32) {
	for i := range t {
		for k := range 8 {
			s, c := math.Sincos(2 * math.Pi * toneHz(k) * float64(i) / dsp.Rate)
			t[i][2*k], t[i][2*k+1] = float32(c), float32(s)
		}
	}
	return t
}()

func toneHz(k int) float64 {
	if k < 4 {
		return Low[k]
	}
	return High[k-4]
}

// gain is what the high-pass leaves of each tone's power; a block's own energy is
// measured behind it.
var gain = func() (g [8]float64) {
	f := highpass()
	for k := range g {
		g[k] = sq(f[0].Gain(toneHz(k)) * f[1].Gain(toneHz(k)))
	}
	return g
}()

// Dial tone ends at 480 Hz; the lowest key tone, 1.8 % flat, is at 684 Hz.
func highpass() [2]dsp.Biquad { return dsp.Highpass(490, 30) }

func sq(x float64) float64 { return x * x }

// NewDetector returns a Detector that calls heard for each key when it is released.
func NewDetector(heard func(Key)) *Detector {
	return &Detector{filter: highpass(), heard: heard}
}

// Write takes samples.
func (d *Detector) Write(p []int16) {
	for _, s := range p {
		x := d.filter[1].Next(d.filter[0].Next(float32(s)))
		d.energy += x * x
		ph := &phasors[d.k]
		for i := range d.acc {
			d.acc[i] += x * ph[i]
		}
		if d.k++; d.k == blockLen {
			d.finish()
		}
	}
}

func (d *Detector) finish() {
	b := &d.blocks[d.n%history]
	for k := range b.tone {
		b.tone[k] = [2]float32{d.acc[2*k], d.acc[2*k+1]}
	}
	b.energy = d.energy
	d.acc = [16]float32{}
	d.energy = 0
	d.k = 0
	d.n++
	if d.n >= window {
		d.step()
	}
}

func (d *Detector) block(i int64) *block { return &d.blocks[i%history] }

const (
	window  = 4      // blocks over which a press is noticed
	present = 0.33   // share of the energy the two tones must have then
	floor   = 1000.0 // mean square, LSB²: -54 dBm0
	bridge  = 3      // blocks an interruption may last
	notches = 2      // trial offsets each side
	notch   = 0.008  // of the frequency
)

// step looks at the newest block.
func (d *Detector) step() {
	p := &d.press
	if !p.active && !d.promising() {
		return
	}
	low, high, share := d.strongest()
	if !p.active {
		if share > present {
			d.begin(low, high)
		}
		return
	}
	b := d.block(d.n - 1)
	a, c := magnitude(b, p.low), magnitude(b, 4+p.high)
	held := a > 0.45*p.ref[0] && c > 0.45*p.ref[1] && a*a/gain[p.low]+c*c/gain[4+p.high] > 0
	if held {
		p.last = d.n - 1
		if d.n-p.from <= longest {
			p.ref[0] += (a - p.ref[0]) * 0.15
			p.ref[1] += (c - p.ref[1]) * 0.15
		}
	}
	other := share > 0.5 && (low != p.low || high != p.high)
	switch {
	case other && d.n-1-p.last <= 1 && d.n-p.from <= relabel && a > 0.2*p.ref[0]:
		// The first blocks were taken for another key: edges splatter.
		p.low, p.high, p.last = low, high, d.n-1
		p.ref = [2]float64{magnitude(b, low), magnitude(b, 4+high)}
	case d.n-1-p.last > bridge, other && d.n-1-p.last >= 1:
		d.release()
		if other {
			d.begin(low, high)
		}
	}
}

// relabel is for how many blocks a press may turn out to be another key.
const relabel = 5

// promising reports whether the newest block alone lets a row and a column expect a
// press: a cheap look that spares the thorough one most of the time.
func (d *Detector) promising() bool {
	t := &d.block(d.n - 1).tone
	var low, high float32
	for k := range 4 {
		low = max(low, t[k][0]*t[k][0]+t[k][1]*t[k][1])
		high = max(high, t[4+k][0]*t[4+k][0]+t[4+k][1]*t[4+k][1])
	}
	return 2*(low+high)/blockLen > 0.25*d.block(d.n-1).energy
}

func magnitude(b *block, tone int) float64 {
	t := b.tone[tone]
	return math.Sqrt(float64(t[0]*t[0] + t[1]*t[1]))
}

// strongest returns the row and column that stand out over the window, and their
// share of its energy.
func (d *Detector) strongest() (low, high int, share float64) {
	var energy float64
	for i := range int64(window) {
		energy += float64(d.block(d.n - 1 - i).energy)
	}
	if energy < floor*window*blockLen {
		return 0, 0, 0
	}
	var power [8]float64
	for k := range power {
		power[k] = d.coherent(k)
	}
	low, high = argmax(power[:4]), argmax(power[4:])
	return low, high, (power[low] + power[4+high]) / energy
}

func argmax(p []float64) int {
	best := 0
	for i, v := range p {
		if v > p[best] {
			best = i
		}
	}
	return best
}

// coherent is the energy of tone k in the window, at the best of some offsets from
// its nominal frequency.
func (d *Detector) coherent(k int) float64 {
	best := 0.0
	for o := -notches; o <= notches; o++ {
		var re, im float64
		for i := range window {
			t := d.block(d.n - window + int64(i)).tone[k]
			c, s := turns[k][o+notches][i][0], turns[k][o+notches][i][1]
			re += float64(t[0])*c - float64(t[1])*s
			im += float64(t[1])*c + float64(t[0])*s
		}
		best = max(best, re*re+im*im)
	}
	return 2 * best / (window * blockLen)
}

// turns brings the phases of a window's blocks together, for each tone and offset.
// A block's sum has the conjugate of the phase at its beginning: it was taken with
// cos and sin, not with cos and -sin.
var turns = func() (t [8][2*notches + 1][window][2]float64) {
	for k := range t {
		for o := range t[k] {
			for i := range t[k][o] {
				angle := 2 * math.Pi * toneHz(k) * (1 + float64(o-notches)*notch) * blockLen / dsp.Rate
				s, c := math.Sincos(angle * float64(i))
				t[k][o][i] = [2]float64{c, s}
			}
		}
	}
	return t
}()

// begin takes note of a press; it began with the first block of the window that
// holds both tones.
func (d *Detector) begin(low, high int) {
	p := &d.press
	*p = press{active: true, low: low, high: high, from: d.n, last: d.n - 1}
	for i := range int64(window) {
		b := d.block(d.n - 1 - i)
		p.ref[0] = max(p.ref[0], magnitude(b, low))
		p.ref[1] = max(p.ref[1], magnitude(b, 4+high))
	}
	for i := range int64(window) {
		b := d.block(d.n - 1 - i)
		if magnitude(b, low) < 0.45*p.ref[0] || magnitude(b, 4+high) < 0.45*p.ref[1] {
			break
		}
		p.from = d.n - 1 - i
	}
}

// release judges the press that has ended.
func (d *Detector) release() {
	p := &d.press
	p.active = false
	if k, ok := d.judge(); ok {
		d.heard(k)
	}
}
