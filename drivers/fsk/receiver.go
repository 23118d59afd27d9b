package fsk

import (
	"bytes"
	"math"
	"slices"
)

// Receiver hears bursts of one modem. It keeps a cheap watch for mark; when mark
// stands, it follows the 32 likeliest readings of what comes after, bit by bit, each
// with its own estimate of phase, tones and clock, until one of them is a complete
// frame. Memory over many bits is what lets it read where the single bit is no longer
// to be told from noise: the phase is continuous, and so each bit says something of
// its neighbours.
type Receiver struct {
	modem   Modem
	grammar Grammar
	check   func(octets []byte) bool

	run     [2]run // space and mark
	acc     [2]block
	energy  float64
	step    [2]int // of the phasor table
	k       int    // samples in the block
	active  bool
	origin  int64 // absolute index of prefix[0]
	prefix  [2][]complex128
	nco     [2]complex128
	turn    [2]complex128
	carrier carrier

	y        []complex64 // samples since the origin
	horizon  float64
	markLost int // blocks without mark while nothing but mark is believed in
	paths    []path
	next     []path
	octets   [][maxOctets]byte
	starts   [][maxOctets]float64
	free     []int16
	frame    Frame
	refused  bool    // a complete reading failed the check
	ceiling  float64 // its likelihood
	kept     []byte  // octets of frame
	before   []byte  // octets of the refused frame
	Stats    Stats
}

// Stats counts what a Receiver did, for the technician.
type Stats struct {
	Bursts, Rounds int64
}

const (
	maxPaths  = 48
	maxSlots  = 3*maxPaths + 16
	maxOctets = 270
	// prefixLen bounds how long one burst may last: 4 s.
	prefixLen = 4 * 8000
	quarters  = 4
)

// Frame is one burst that was read to an end.
type Frame struct {
	Octets     []byte  // valid until the next Write
	Start, End int64   // samples, of the octets
	Done       bool    // complete by the grammar; false: the carrier was lost
	Good       bool    // passed the check, and beyond doubt
	Margin     float64 // how much less likely this reading is than one that failed the check, nats
	Fit        float64 // how well start and stop bits fitted, 1 is perfect
	Scatter    float64 // mean square by which the bits differ from perfect ones
	Repaired   int     // bits in which it differs from that
	Doubt      float64 // probability that it passed the check and is not what was sent
	EsN0       float64 // energy of a bit over noise density
}

// NewReceiver returns a Receiver of m's bursts whose octets follow g and whose
// complete frames pass check, which sees sums and contents.
func NewReceiver(m Modem, g Grammar, check func(octets []byte) bool) *Receiver {
	r := &Receiver{modem: m, grammar: g, check: check}
	for i, hz := range []float64{m.SpaceHz, m.MarkHz} {
		r.step[i] = ((int(hz)-centreHz)/100*(tableLen*200/8000) + 100*tableLen) % tableLen
		r.prefix[i] = make([]complex128, prefixLen+1)
	}
	r.y = make([]complex64, 0, prefixLen)
	r.kept = make([]byte, 0, maxOctets)
	r.before = make([]byte, 0, maxOctets)
	r.octets = make([][maxOctets]byte, maxSlots)
	r.starts = make([][maxOctets]float64, maxSlots)
	r.paths = make([]path, 0, maxSlots)
	r.next = make([]path, 0, 8*maxPaths)
	r.free = make([]int16, 0, maxSlots)
	return r
}

// Decimated takes one sample of the Front at 4 kHz; n4 is its index. It reports
// whether a block was completed.
func (r *Receiver) decimated(re, im float32, n4 int64) bool {
	i := int(n4 % tableLen)
	for k := range r.acc {
		ph := phasor[(i*r.step[k])%tableLen]
		r.acc[k].re += float64(re*ph[0] + im*ph[1])
		r.acc[k].im += float64(im*ph[0] - re*ph[1])
	}
	r.energy += float64(re*re + im*im)
	if r.k++; r.k < blockLen {
		return false
	}
	for k := range r.acc {
		r.acc[k].energy = r.energy
		r.run[k].add(r.acc[k])
		r.acc[k] = block{}
	}
	r.k, r.energy = 0, 0
	return true
}

// marked reports for how many blocks mark has stood, 0 if it does not.
func (r *Receiver) marked() int {
	m := &r.run[1]
	if m.share(4) > 0.42 && m.steady(4) {
		k := 4
		for k < runBlocks && m.share(k+1) > 0.42 && m.last(k).power() > 0.25*m.last(k).energy*blockLen {
			k++
		}
		return m.whole(k)
	}
	if m.share(2) > 0.65 && m.steady(2) {
		return 2
	}
	return 0
}

// begin starts to follow a burst whose mark has stood for k blocks up to now, the
// absolute index just after the last block.
func (r *Receiver) begin(now int64, k int) {
	r.active = true
	r.Stats.Bursts++
	r.refused = false
	r.frame = Frame{}
	r.origin = now
	r.y = r.y[:0]
	r.markLost = 0
	r.free = r.free[:0]
	for i := range maxSlots {
		r.free = append(r.free, int16(i))
	}
	r.paths = r.paths[:0]
	r.tune(k)
	r.paths = append(r.paths, r.idlePath(0, k))
	r.horizon = r.carrier.n
	for i := range r.prefix {
		r.prefix[i][0] = 0
	}
}

// tune sets the carrier from the last k blocks of mark.
func (r *Receiver) tune(k int) {
	m := r.measure(k)
	c := &r.carrier
	limit := 0.02 * r.modem.MarkHz / 8000
	offset := math.Max(-limit, math.Min(limit, m.offset))
	ratio := 1 + offset*8000/r.modem.MarkHz
	c.hz[1] = (r.modem.MarkHz-centreHz)/8000 + offset
	c.hz[0] = (r.modem.SpaceHz*ratio - centreHz) / 8000
	c.n = 8000 / r.modem.Baud
	c.rad = 2 * math.Pi * (c.hz[0] - c.hz[1])
	// Only a third of the noise at 8 kHz passes the Front.
	a2 := m.amplitude * m.amplitude
	c.amp = m.amplitude
	c.noise = m.noise * 8000 / 2760
	c.es = a2 * c.n / math.Max(c.noise, 1e-9)
	c.es = math.Max(1.5, math.Min(c.es, 10))
	c.noise = a2 * c.n / c.es
	c.r = [2]float64{1 / (2 * c.es), 1 / (2 * c.es)}
	c.q = 4e-4
	c.qt = 0.05 * sq(c.es/25)
	for i := range r.nco {
		s, co := math.Sincos(-2 * math.Pi * c.hz[i])
		r.turn[i] = complex(co, s)
		r.nco[i] = 1
	}
}

// measure estimates mark, which has stood for k blocks. The last block may already
// hold the beginning of the first octet and is left out when there are others.
func (r *Receiver) measure(k int) tone {
	if k >= 3 {
		return r.run[1].measure(k-1, 1)
	}
	return r.run[1].measure(max(k, 2), 0)
}

// idlePath is the belief that mark, which stood for the last k blocks, goes on at t.
func (r *Receiver) idlePath(t float64, k int) path {
	c := &r.carrier
	m := r.measure(k)
	p := path{t: t, idle: true, pos: -1, fit: 1, bits: 1, grid: -1, data: r.take()}
	// The nominal mark tone's phase at the origin, by the phasor table, then ours.
	nominal := 2 * math.Pi * (r.modem.MarkHz - centreHz) / 8000 * float64(r.origin%8000)
	p.phase = math.Mod(nominal+m.phase, 2*math.Pi)
	p.amp = [2]float64{m.amplitude, m.amplitude}
	p.p[ff] = 1 / (2 * c.es)
	p.p[dd] = 0.12
	p.p[oo] = sq(2 * math.Pi * 8 / 1200)
	p.p[bb] = sq(0.004 * c.rad * c.n)
	next := r.grammar(nil)
	p.prior, p.state = next.Prior, next.State
	return p
}

func sq(x float64) float64 { return x * x }

func (r *Receiver) take() int16 {
	n := len(r.free) - 1
	s := r.free[n]
	r.free = r.free[:n]
	return s
}

// sample takes one sample of the Front at 8 kHz while a burst is followed.
func (r *Receiver) sample(re, im float32) {
	if len(r.y) == prefixLen {
		return
	}
	r.y = append(r.y, complex(re, im))
	r.integrate(len(r.y) - 1)
}

// integrate adds sample n to the prefix sums.
func (r *Receiver) integrate(n int) {
	z := complex128(r.y[n])
	for i := range r.prefix {
		r.prefix[i][n+1] = r.prefix[i][n] + z*r.nco[i]
		r.nco[i] *= r.turn[i]
	}
}

// correlate returns ∫ y·exp(-j2πft) over n samples from t.
func (r *Receiver) correlate(tone int, t, n float64) (re, im float64) {
	a, b := r.integral(tone, t), r.integral(tone, t+n)
	return real(b) - real(a), imag(b) - imag(a)
}

// integral interpolates the prefix sums. Sample i stands for the time from i-1/2 to
// i+1/2.
func (r *Receiver) integral(tone int, t float64) complex128 {
	t += 0.5
	if t < 0 {
		t = 0
	}
	i := int(t)
	if i >= len(r.y) {
		return r.prefix[tone][len(r.y)]
	}
	f := complex(t-float64(i), 0)
	p := r.prefix[tone]
	return p[i] + (p[i+1]-p[i])*f
}

// advance follows all paths as far as the samples reach and reports whether the best
// reading is complete or the burst is lost.
func (r *Receiver) advance() (finished bool) {
	c := &r.carrier
	for float64(len(r.y)) > r.horizon+c.n+2 {
		r.round()
		r.horizon += c.n
		if r.settle() {
			return true
		}
	}
	return len(r.y) == prefixLen
}

// settle looks at complete frames that lead the field: a good one ends the burst, a
// bad one makes way for the next best reading, as long as that is not much less
// likely. It reports whether the burst is over.
func (r *Receiver) settle() bool {
	for len(r.paths) > 0 && r.paths[0].done {
		p := r.paths[0]
		if r.check(r.octets[p.data][:p.n]) {
			r.accept(&p)
			return true
		}
		r.refuse(&p)
		r.free = append(r.free, p.data)
		r.paths = append(r.paths[:0], r.paths[1:]...)
	}
	return len(r.paths) == 0
}

// round brings every path up to the horizon and keeps the best.
func (r *Receiver) round() {
	r.next = r.next[:0]
	half := r.carrier.n / 2
	r.next = append(r.next, r.paths...)
	// next doubles as the queue of what is behind the horizon.
	for i := 0; i < len(r.next); i++ {
		for r.next[i].t < r.horizon-half && !r.next[i].done {
			if !r.expand(i) {
				break
			}
		}
	}
	r.prune()
}

// dead marks a path that prune shall drop.
const dead = -1e18

// expand moves path i of next on by one bit, or a quarter of mark between octets,
// and appends the alternatives. It reports whether the path lives on.
func (r *Receiver) expand(i int) bool {
	switch pos := r.next[i].pos; {
	case pos < 0:
		r.wait(i)
	case pos == 0:
		r.take1(i, 0, 0)
	case pos == 9:
		r.take1(i, 1, 0)
	default:
		p := &r.next[i]
		node := 1<<(pos-1) | int(p.octet)
		lp := p.prior[node]
		if len(r.next) < cap(r.next) {
			r.next = append(r.next, *p)
			j := len(r.next) - 1
			r.fork(j)
			r.take1(j, 1, float64(lp[1]))
			if r.next[j].metric <= dead {
				r.drop(j)
			}
		}
		r.take1(i, 0, float64(lp[0]))
	}
	return r.next[i].metric > dead
}

// fork gives path j octets of its own.
func (r *Receiver) fork(j int) {
	p := &r.next[j]
	if len(r.free) == 0 {
		p.metric = dead
		p.data = -1
		return
	}
	old := p.data
	p.data = r.take()
	copy(r.octets[p.data][:p.n], r.octets[old][:p.n])
	copy(r.starts[p.data][:p.n+1], r.starts[old][:p.n+1])
}

// drop frees the slot of a path that is last in next.
func (r *Receiver) drop(j int) {
	if d := r.next[j].data; d >= 0 {
		r.free = append(r.free, d)
	}
	r.next = r.next[:j]
}

// take1 takes one bit on path i.
func (r *Receiver) take1(i int, bit int, prior float64) {
	p := &r.next[i]
	if p.metric <= dead {
		return
	}
	c := &r.carrier
	if p.pos == 0 {
		r.starts[p.data][p.n] = p.t
	}
	corr := r.hear(p, bit, c.n, prior)
	p.bits = p.bits<<1 | uint32(bit)
	switch {
	case p.pos == 0:
		p.octet = 0
		p.frame += corr
		p.pos = 1
	case p.pos <= 8:
		p.octet |= byte(bit) << (p.pos - 1)
		p.pos++
	default:
		p.frame += corr
		r.complete(p)
	}
}

// hear adds the likelihood that the carrier was tone for n samples from p.t on, and
// moves p there.
func (r *Receiver) hear(p *path, tone int, n, prior float64) float64 {
	c := &r.carrier
	from := p.t + p.offset()
	p.t += n
	if n == c.n && p.grid >= 0 {
		p.grid = (p.grid + 1) % 3
	}
	n = p.t + p.offset() - from
	x, y := r.correlate(tone, from, n)
	angle := p.phase - 2*math.Pi*c.hz[tone]*from
	if tone == 0 {
		angle += p.delta + p.omega/2
	}
	sin, cos := math.Sincos(angle)
	re, im := x*cos+y*sin, y*cos-x*sin
	a := p.amp[tone]
	// Log likelihood, less the mean gain of a right path so that paths of unlike
	// length compare.
	p.metric += (2*a*re-a*a*n)/c.noise - c.es*n/c.n + prior
	corr := re / (a * n)
	if !p.idle && p.pos >= 0 {
		p.scatter += sq(corr - 1)
	}
	p.fit += (corr - p.fit) * 0.04 * n / c.n
	p.phase += 2 * math.Pi * c.hz[tone] * n
	if n > c.n/2 {
		if p.bits&1 != uint32(tone) {
			p.p[ff] += c.qt
		}
		p.observe(c, tone, re, im)
	} else {
		p.quarter(c, re*quarters, im*quarters)
	}
	if p.phase > 64 || p.phase < -64 {
		p.phase = math.Mod(p.phase, 2*math.Pi)
	}
	return corr
}

// quarter corrects the phase by a quarter bit of mark.
func (s *path) quarter(c *carrier, re, im float64) {
	e := im / (s.amp[1] * c.n)
	e = math.Max(-1, math.Min(1, e))
	g := s.p[ff] / (s.p[ff] + quarters*c.r[1])
	s.phase += g * e
	s.p[ff] = s.p[ff]*(1-g) + c.q/quarters
	s.p[fd] *= 1 - g
	s.p[fo] *= 1 - g
	s.p[fb] *= 1 - g
}

// wait stays in mark for a quarter bit, or begins an octet.
func (r *Receiver) wait(i int) {
	p := &r.next[i]
	first := p.gap == 0 && !p.idle
	begin, stay := -3.0, -0.05
	if first {
		begin, stay = -0.02, -5
		if p.gaps > 0 {
			begin, stay = -0.3, -1.3
		}
	}
	if p.idle {
		for grid := int8(-1); grid < 3; grid++ {
			r.start(i, grid, begin)
		}
	} else {
		r.start(i, p.grid, begin)
	}
	p = &r.next[i]
	p.gap++
	if !p.idle && p.gap > 30*quarters {
		p.metric = dead
		return
	}
	r.hear(p, 1, r.carrier.n/quarters, stay)
	if p.idle {
		p.gap = 1
	}
}

// start appends to next the belief that path i's next octet begins now.
func (r *Receiver) start(i int, grid int8, prior float64) {
	if len(r.next) == cap(r.next) || len(r.free) == 0 {
		return
	}
	r.next = append(r.next, r.next[i])
	j := len(r.next) - 1
	r.fork(j)
	q := &r.next[j]
	q.grid = grid
	if q.idle {
		q.idle, q.n = false, 0
		if grid >= 0 {
			q.phase += 2 * math.Pi * r.carrier.hz[1] * q.offset()
		}
	}
	if q.gap > 0 {
		q.gaps++
		if q.gap%quarters != 0 {
			q.p[dd] += 0.1
		} else if grid >= 0 {
			q.grid = int8((int(grid) + int(q.gap)/quarters) % 3)
		}
	}
	q.gap = 0
	q.pos = 0
	r.take1(j, 0, prior)
	if r.next[j].metric <= dead {
		r.drop(j)
	}
}

// complete ends an octet with its stop bit.
func (r *Receiver) complete(p *path) {
	if int(p.n) >= maxOctets-1 {
		p.metric = dead
		return
	}
	r.octets[p.data][p.n] = p.octet
	p.n++
	r.starts[p.data][p.n] = p.t
	next := r.grammar(r.octets[p.data][:p.n])
	if next.Dead {
		p.metric = dead
		return
	}
	p.prior, p.state, p.done = next.Prior, next.State, next.Done
	p.pos = -1
	p.gap = 0
	if p.done {
		p.pos = 10
	}
}

// prune keeps the maxPaths best of next, one of each future.
func (r *Receiver) prune() {
	c := &r.carrier
	slices.SortFunc(r.next, func(a, b path) int {
		switch {
		case a.metric > b.metric:
			return -1
		case a.metric < b.metric:
			return 1
		}
		return 0
	})
	r.paths = r.paths[:0]
	for i := range r.next {
		p := &r.next[i]
		if p.metric <= dead || len(r.paths) >= maxPaths || p.metric < r.next[0].metric-40 ||
			p.fit < 0.25 || r.twin(p, c) {
			if p.data >= 0 {
				r.free = append(r.free, p.data)
			}
			continue
		}
		r.paths = append(r.paths, *p)
	}
}

// prefer remembers in o how near the reading p came to it, if it says something else.
func (r *Receiver) prefer(o, p *path) {
	lead := o.metric - p.metric
	if o.data < 0 || p.data < 0 || lead > 12 {
		return
	}
	if !bytes.Equal(r.octets[o.data][:o.n], r.octets[p.data][:p.n]) {
		o.doubt += math.Exp(-lead)
	}
}

// twin reports whether a better path than p has the same future.
func (r *Receiver) twin(p *path, c *carrier) bool {
	for i := range r.paths {
		o := &r.paths[i]
		if o.state == p.state && o.pos == p.pos && o.n == p.n && o.octet == p.octet &&
			o.idle == p.idle && o.grid == p.grid && o.bits&0x3ff == p.bits&0x3ff && math.Abs(o.t-p.t) < 0.12*c.n &&
			o.done == p.done {
			r.prefer(o, p)
			return true
		}
	}
	return false
}
