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
	n      int64 // samples
	k      int   // low-rate samples in the block
	phase  int   // low-rate sample modulo tablePeriod

	recent [windowBlocks]block
	blocks int64
	on     bool
	votes  uint8
	power  [bins]float64 // summed over the on-period
	level  float64
	runLen int // blocks of the present on or off

	segments []segment // complete, newest last
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
	energy float32
}

// segment is a complete on or off.
type segment struct {
	on     bool
	blocks int
	power  [bins]float64 // of an on: by frequency
	level  float64
}

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

const lowFactor = dsp.Rate / lowRate

// Write takes samples.
func (d *Detector) Write(p []int16) {
	for _, s := range p {
		x := d.dc.Next(float32(s))
		d.energy += x * x
		d.n++
		y, ok := d.low.Write(x)
		if !ok {
			continue
		}
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
	b.tone, b.energy = d.acc, d.energy/lowFactor
	d.acc, d.energy, d.k = [bins][2]float32{}, 0, 0
	d.blocks++
	d.follow(b)
}

// follow decides whether the block is on and keeps the lengths.
func (d *Detector) follow(b *block) {
	d.votes = d.votes<<1 | bit(d.pure(b))
	was := d.on
	switch d.votes & 7 { // two of three
	case 3, 5, 6, 7:
		d.on = true
	default:
		d.on = false
	}
	if d.on != was {
		d.turn(was)
	}
	d.runLen++
	if d.on {
		d.gather(b)
	}
	d.match()
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// quietest is the weakest tone that counts, -43 dBm0 as mean square.
var quietest = sq(dsp.Peak(-43)) / 2

func sq(x float64) float64 { return x * x }

// pure reports whether tones hold the energy of the block.
func (d *Detector) pure(b *block) bool {
	energy := float64(b.energy)
	if energy < quietest*blockLen {
		return false
	}
	best, at := 0.0, 0
	for k := range binHz {
		if p := power(b.tone[k]); p > best {
			best, at = p, k
		}
	}
	second := 0.0
	for k, hz := range binHz {
		if math.Abs(hz-binHz[at]) >= 60 {
			second = math.Max(second, power(b.tone[k]))
		}
	}
	return 2*(best+second)/blockLen > 0.72*energy
}

func power(v [2]float32) float64 {
	return float64(v[0])*float64(v[0]) + float64(v[1])*float64(v[1])
}

// gather adds the spectrum of the last 100 ms to that of the on-period.
func (d *Detector) gather(b *block) {
	d.level += float64(b.energy)
	if d.runLen < windowBlocks {
		for k := range d.power {
			d.power[k] += power(b.tone[k]) * 1e-3
		}
		return
	}
	for k := range d.power {
		var re, im float64
		for i := range d.recent {
			re += float64(d.recent[i].tone[k][0])
			im += float64(d.recent[i].tone[k][1])
		}
		d.power[k] += re*re + im*im
	}
}

// turn ends a run of on or off.
func (d *Detector) turn(was bool) {
	s := segment{on: was, blocks: d.runLen}
	if was {
		s.power = d.power
		s.level = d.level / float64(max(d.runLen, 1))
	}
	d.segments = append(d.segments, s)
	if len(d.segments) > maxSegments {
		d.segments = append(d.segments[:0], d.segments[1:]...)
	}
	d.power, d.level, d.runLen = [bins]float64{}, 0, 0
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

// hangUpPeriods of a steady busy or congestion end a call.
const hangUpPeriods = 4

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
// many periods were heard.
func (d *Detector) error(s *Signal) (float64, int) {
	if len(s.Cadence) == 0 {
		return d.steadyError(s)
	}
	return d.cadenceError(s)
}

// steadyError compares with a tone without cadence. One that shares its frequency
// with a ringing tone must outlast that.
func (d *Detector) steadyError(s *Signal) (float64, int) {
	least := 110 // blocks, 2.2 s
	if len(s.Hz) > 1 {
		least = 50
	}
	if !d.on || d.runLen < least {
		return math.Inf(1), 0
	}
	f := spectrumError(&d.power, s)
	return f, 0
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
			best, periods = e, matched/n
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
	for i := len(d.segments) - 1; i >= 0; i-- {
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
		}
		sum += e
		matched++
	}
	if matched < needed(s, at, running) {
		return math.Inf(1), 0
	}
	return sum / float64(matched), matched
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

// spectrumError is 0 when the strongest frequencies are those of s, grows with the
// distance, and is +Inf when they are others.
func spectrumError(p *[bins]float64, s *Signal) float64 {
	top := 0
	for k := range p {
		if p[k] > p[top] {
			top = k
		}
	}
	if p[top] == 0 {
		return math.Inf(1)
	}
	second := -1
	for k := range p {
		if math.Abs(binHz[k]-binHz[top]) >= 35 && p[k] > 0.3*p[top] && (second < 0 || p[k] > p[second]) {
			second = k
		}
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
