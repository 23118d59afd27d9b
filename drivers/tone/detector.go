package tone

import (
	"math"
	"time"

	"bellhop/drivers/dsp"
)

// Detector recognises call-progress tones. Blocks of 20 ms are correlated with the
// frequencies that networks use; a block is "on" when one or two of them hold nearly
// all the energy of the whole band. The lengths of on and off are then compared with
// the cadences of the country, or of all countries.
type Detector struct {
	signals []candidate
	heard   func(Heard)

	low    *dsp.Decimator
	dc     dsp.DCBlock
	acc    [bins][2]float32
	energy float32
	lowSum float32
	howl   [2]float32
	n      int64 // samples
	k      int   // low-rate samples in the block
	phase  int   // low-rate sample modulo tablePeriod

	recent [windowBlocks]block
	blocks int64
	on     bool
	votes  uint8
	tonal  bool
	power  [bins]float64 // summed over the on-period
	total  float64       // energy over the same windows
	runLen int           // blocks of the present on or off

	segments []segment // complete, newest last
	partial  int       // of them, that began before the Detector did
	current  string
	hungUp   bool
	periods  int
}

// Heard is a tone that began (On) or ended.
type Heard struct {
	Name    string
	Country string
	On      bool
	HangUp  bool // the cadence has been steady for long enough to end a call on it
	At      int64
}

type candidate struct {
	country string
	signal  Signal
}

type block struct {
	tone   [bins][2]float32
	energy float32 // of the whole band
	low    float32 // of what is below 800 Hz
}

// segment is a complete on or off.
type segment struct {
	on     bool
	blocks int
	power  spectrum // of an on
	level  float64  // of an on, mean square
}

// spectrum is the share of each frequency in the energy, 1 for a lone steady tone.
type spectrum [bins]float64

const (
	lowRate      = 2000
	blockLen     = lowRate / 50
	windowBlocks = 5 // 100 ms
	bins         = 8
	tablePeriod  = 400 // all frequencies are multiples of 5 Hz
	blockTime    = 20 * time.Millisecond
	maxSegments  = 24
)

var binHz = [bins]float64{350, 400, 425, 440, 450, 480, 620, 950}

var table = func() (t [tablePeriod][bins][2]float32) {
	for i := range t {
		for k, hz := range binHz {
			s, c := math.Sincos(2 * math.Pi * hz * float64(i) / lowRate)
			t[i][k] = [2]float32{float32(c), float32(s)}
		}
	}
	return t
}()

// NewDetector recognises the tones of the country of that code, of all if it is
// "auto".
func NewDetector(country string, heard func(Heard)) *Detector {
	d := &Detector{heard: heard, low: dsp.NewDecimator(lowFactor, 8), segments: make([]segment, 0, maxSegments+1)}
	for _, c := range Countries {
		if known, _ := Lookup(country); country != "auto" && c.Code != known.Code {
			continue
		}
		for _, s := range c.Signals {
			if s.Name != Waiting {
				d.signals = append(d.signals, candidate{c.Code, s})
			}
		}
	}
	return d
}

// The howler lies where the low rate ends, so it is correlated at the full rate.
const (
	howler     = bins - 1
	howlPeriod = 160 // samples: 19 cycles of 950 Hz
)

var howl = func() (t [howlPeriod][2]float32) {
	for i := range t {
		s, c := math.Sincos(2 * math.Pi * binHz[howler] * float64(i) / dsp.Rate)
		t[i] = [2]float32{float32(c), float32(s)}
	}
	return t
}()

const lowFactor = dsp.Rate / lowRate

// Tonal reports whether one or two steady tones hold most of the last 100 ms.
func (d *Detector) Tonal() bool { return d.tonal }

// Write takes samples.
func (d *Detector) Write(p []int16) {
	for _, s := range p {
		x := d.dc.Next(float32(s))
		d.energy += x * x
		turn := &howl[d.n%howlPeriod]
		d.howl[0] += x * turn[0]
		d.howl[1] -= x * turn[1]
		d.n++
		y, ok := d.low.Write(x)
		if !ok {
			continue
		}
		d.lowSum += y * y
		ph := &table[d.phase]
		for k := range d.acc {
			d.acc[k][0] += y * ph[k][0]
			d.acc[k][1] -= y * ph[k][1]
		}
		if d.phase++; d.phase == tablePeriod {
			d.phase = 0
		}
		if d.k++; d.k == blockLen {
			d.finish()
		}
	}
}

func (d *Detector) finish() {
	b := &d.recent[d.blocks%windowBlocks]
	b.tone, b.energy, b.low = d.acc, d.energy/lowFactor, d.lowSum
	b.tone[howler] = [2]float32{d.howl[0] / lowFactor, d.howl[1] / lowFactor}
	d.howl = [2]float32{}
	d.acc, d.energy, d.lowSum, d.k = [bins][2]float32{}, 0, 0, 0
	d.blocks++
	d.follow(b)
}

// follow decides whether the block is on and keeps the lengths.
func (d *Detector) follow(b *block) {
	d.votes = d.votes<<1 | bit(d.pure(b))
	was := d.on
	// Two of three begin a tone, two missing in a row end it: a modulated tone may
	// fade for a block.
	switch d.votes & 7 {
	case 3, 5, 6, 7:
		d.on = true
	case 0, 4:
		d.on = false
	}
	if d.on != was {
		d.turn(was)
	}
	d.runLen++
	d.tonal = d.tonal && d.on
	if d.on {
		d.gather()
	}
	d.match()
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// quietest is the weakest tone that begins, -43 dBm0 as mean square, and fading what
// one that is modulated in full (Japan's ringback) may fall to.
var (
	quietest = sq(dsp.Peak(-43)) / 2
	fading   = sq(dsp.Peak(-53)) / 2
)

func sq(x float64) float64 { return x * x }

// pure reports whether a block may be part of a tone: all of its energy is low, or the
// howler's. Two tones that beat do not show more than that in 20 ms.
func (d *Detector) pure(b *block) bool {
	least := quietest
	if d.on {
		least = fading
	}
	return float64(b.energy) > least*blockLen && max(b.low, b.howl()) > 0.8*b.energy
}

// howl is the energy of the howler, whose frequency differs by some hertz between
// exchanges.
func (b *block) howl() float32 {
	t := b.tone[howler]
	return 2 * (t[0]*t[0] + t[1]*t[1]) / blockLen
}

// gather adds the spectrum of the last 100 ms to that of the on-period.
func (d *Detector) gather() {
	w := min(d.runLen, windowBlocks)
	if w < 3 && d.total > 0 {
		return
	}
	var energy float64
	for i := range int64(w) {
		energy += float64(d.recent[(d.blocks-1-i)%windowBlocks].energy)
	}
	d.total += energy
	now := d.coherent(w)
	first, second := 0.0, 0.0
	for k, p := range now {
		d.power[k] += p
		if p > first {
			first, second = p, first
		} else if p > second {
			second = p
		}
	}
	d.tonal = first+second > 0.6*energy
}

// coherent is the energy of each frequency in the last w blocks.
func (d *Detector) coherent(w int) (p [bins]float64) {
	for k := range p {
		var re, im float64
		for i := range int64(w) {
			t := d.recent[(d.blocks-1-i)%windowBlocks].tone[k]
			re, im = re+float64(t[0]), im+float64(t[1])
		}
		p[k] = 2 * (re*re + im*im) / float64(w*blockLen)
	}
	p[howler] = 0
	for i := range int64(w) {
		p[howler] += float64(d.recent[(d.blocks-1-i)%windowBlocks].howl())
	}
	return p
}

// spectrum is that of the on-period so far.
func (d *Detector) spectrum() spectrum {
	var s spectrum
	for k, p := range d.power {
		s[k] = p / math.Max(d.total, 1e-9)
	}
	return s
}

// turn ends a run of on or off.
func (d *Detector) turn(was bool) {
	s := segment{on: was, blocks: d.runLen}
	if was {
		s.power = d.spectrum()
		s.level = d.total / float64(max(d.runLen, 1))
	}
	if d.segments = append(d.segments, s); len(d.segments) == 1 {
		d.partial = 1
	}
	if len(d.segments) > maxSegments {
		d.partial = 0
		d.segments = append(d.segments[:0], d.segments[1:]...)
	}
	d.power, d.total, d.runLen = [bins]float64{}, 0, 0
}

// match looks for a signal that explains what was heard last.
func (d *Detector) match() {
	name, country, score, periods := "", "", math.Inf(1), 0
	for i := range d.signals {
		c := &d.signals[i]
		if e, p := d.error(&c.signal); e < score {
			name, country, score, periods = c.signal.Name, c.country, e, p
		}
	}
	switch {
	case name != "" && name != d.current:
		d.stop()
		d.current, d.hungUp = name, false
		d.say(Heard{Name: name, Country: country, On: true, HangUp: false})
	case name == "" && d.current != "" && d.over():
		d.stop()
	}
	if name != "" && name == d.current && !d.hungUp && periods >= hangUpPeriods && ends(name) {
		d.hungUp = true
		d.say(Heard{Name: name, Country: country, On: true, HangUp: true})
	}
}

// hangUpPeriods of a steady busy or congestion end a call, and howlEnough of the howler.
const (
	hangUpPeriods = 4
	howlEnough    = 3 * time.Second / blockTime
)

func ends(name string) bool { return name == Busy || name == Congestion || name == Howler }

func (d *Detector) say(h Heard) {
	h.At = d.n
	d.heard(h)
}

func (d *Detector) stop() {
	if d.current != "" {
		d.say(Heard{Name: d.current})
	}
	d.current = ""
}

// over reports whether the current tone has been away for longer than any pause of
// its own.
func (d *Detector) over() bool {
	for i := range d.signals {
		c := &d.signals[i]
		if c.signal.Name != d.current {
			continue
		}
		for _, step := range c.signal.Cadence {
			if time.Duration(d.runLen)*blockTime < step*5/4+100*time.Millisecond {
				return false
			}
		}
	}
	return true
}

// error is how far what was heard is from s, +Inf if it is something else, and how
// many periods of on and off were heard.
func (d *Detector) error(s *Signal) (float64, int) {
	if len(s.Cadence) == 0 {
		return d.steadyError(s)
	}
	return d.cadenceError(s)
}

// steadyError compares with a tone without cadence. One that shares its frequency
// with a ringing tone must outlast that.
func (d *Detector) steadyError(s *Signal) (float64, int) {
	if !d.on || d.runLen < d.outlast(s) {
		return math.Inf(1), 0
	}
	p, periods := d.spectrum(), 0
	if d.runLen >= int(howlEnough) && ends(s.Name) {
		periods = hangUpPeriods
	}
	return spectrumError(&p, s), periods
}

// outlast is for how many blocks a steady tone must sound to be no part of a cadence
// of the same number of frequencies.
func (d *Detector) outlast(s *Signal) int {
	least := time.Second
	for i := range d.signals {
		o := &d.signals[i].signal
		if len(o.Cadence) == 0 || len(o.Hz) != len(s.Hz) || math.Abs(o.Hz[0]-s.Hz[0]) > 0.03*s.Hz[0] {
			continue
		}
		for at := 0; at < len(o.Cadence); at += 2 {
			least = max(least, o.Cadence[at]*6/5)
		}
	}
	return int(least / blockTime)
}

// cadenceError compares the newest complete segments with the cadence, which may be
// anywhere in its cycle.
func (d *Detector) cadenceError(s *Signal) (float64, int) {
	best, periods := math.Inf(1), 0
	n := len(s.Cadence)
	for at := range n {
		// at: the step that is running now; the newest complete is the one before.
		if (at%2 == 0) != d.on {
			continue
		}
		e, matched := d.alignError(s, at)
		if e < best {
			best, periods = e, matched/2
		}
	}
	return best, periods
}

func (d *Detector) alignError(s *Signal, at int) (float64, int) {
	n := len(s.Cadence)
	running := float64(d.runLen) * blockTime.Seconds()
	if running > s.Cadence[at].Seconds()*1.15+0.06 {
		return math.Inf(1), 0
	}
	sum, matched := 0.0, 0
	for i := len(d.segments) - 1; i >= d.partial; i-- {
		seg := &d.segments[i]
		step := s.Cadence[((at-1-matched)%n+n)%n].Seconds()
		e := math.Abs(float64(seg.blocks)*blockTime.Seconds()-step) / (0.12*step + 0.035)
		if e > 1 {
			break
		}
		if seg.on {
			f := spectrumError(&seg.power, s)
			if math.IsInf(f, 1) {
				break
			}
			e += f
			if i >= 2 && d.drops(i) != (s.DropDB > 0) && matched+2 < maxSegments {
				break
			}
		}
		sum += e
		matched++
	}
	if matched < needed(s, at, running) {
		return math.Inf(1), 0
	}
	return sum / float64(matched), matched
}

// drops reports whether on-segment i differs in level from the one before it by more
// than 5 dB.
func (d *Detector) drops(i int) bool {
	if !d.segments[i-2].on {
		return false
	}
	ratio := d.segments[i].level / math.Max(d.segments[i-2].level, 1e-9)
	return ratio > 3.2 || ratio < 1/3.2
}

// needed is how many complete segments tell s from others. Quick cadences must be
// heard for more than a period; a ringing tone may be told by its first pause.
func needed(s *Signal, at int, running float64) int {
	n := len(s.Cadence)
	longest := 0.0
	for _, c := range s.Cadence {
		longest = math.Max(longest, c.Seconds())
	}
	if at == n-1 && longest >= 1.9 && running > 1.25 {
		return n - 1
	}
	if longest >= 1.9 {
		return n
	}
	return max(n, 3)
}

// minPurity is the share the tones must have. The carrier of a fully modulated tone
// has 0.67.
const minPurity = 0.55

// spectrumError is 0 when the strongest frequencies are those of s, grows with the
// distance, and is +Inf when they are others.
func spectrumError(p *spectrum, s *Signal) float64 {
	top := 0
	for k := range p {
		if p[k] > p[top] {
			top = k
		}
	}
	second := -1
	for k := range p {
		if math.Abs(binHz[k]-binHz[top]) >= 35 && p[k] > 0.3*p[top] && (second < 0 || p[k] > p[second]) {
			second = k
		}
	}
	sum := p[top]
	if second >= 0 {
		sum += p[second]
	}
	if sum < minPurity {
		return math.Inf(1)
	}
	switch {
	case len(s.Hz) == 1 && second < 0:
		return near(binHz[top], s.Hz[0])
	case len(s.Hz) == 2 && second >= 0:
		a, b := math.Min(binHz[top], binHz[second]), math.Max(binHz[top], binHz[second])
		return near(a, s.Hz[0]) + near(b, s.Hz[1])
	}
	return math.Inf(1)
}

// near compares two frequencies; more than 6.5 % is another tone (GB 3380 allows its
// 450 Hz ±25 Hz).
func near(got, want float64) float64 {
	e := math.Abs(got-want) / want
	if e > 0.065 {
		return math.Inf(1)
	}
	return e * 10
}
