package fsk

import "math"

// search looks for a run of mark: blocks of 5 ms of the decimated analytic signal
// are correlated with mark and space, and the share of the energy that one steady
// tone holds decides. No level enters, so that a burst at -45 dBm0 is found like one
// at -5.
const (
	blockLen  = 20 // samples at 4 kHz
	blockSpan = 2 * blockLen
	tableLen  = 40 // all four tones are multiples of 100 Hz: one table serves
	runBlocks = 32
)

var phasor = func() (t [tableLen][2]float32) {
	for i := range t {
		s, c := math.Sincos(2 * math.Pi * float64(i) / tableLen)
		t[i] = [2]float32{float32(c), float32(s)}
	}
	return t
}()

// block is 5 ms of one tone: its complex sum and the energy of the whole band.
type block struct {
	re, im, energy float64
}

func (b block) power() float64 { return b.re*b.re + b.im*b.im }

// run is the recent history of one tone.
type run struct {
	blocks [runBlocks]block
	n      int64
}

func (r *run) add(b block) {
	r.blocks[r.n%runBlocks] = b
	r.n++
}

func (r *run) last(i int) block { return r.blocks[(r.n-1-int64(i))%runBlocks] }

// share is how much of the energy of the last k blocks one steady tone holds, 0..1.
func (r *run) share(k int) float64 {
	if r.n < int64(k) {
		return 0
	}
	var re, im, energy float64
	for i := range k {
		b := r.last(i)
		re, im, energy = re+b.re, im+b.im, energy+b.energy
	}
	if energy < 1e-3 {
		return 0
	}
	return (re*re + im*im) / (energy * blockLen * float64(k))
}

// steady reports whether each of the last k blocks holds the tone, and none is much
// weaker than the others: an alternating pattern and the edge of a burst fail here.
func (r *run) steady(k int) bool {
	least, most := math.Inf(1), 0.0
	for i := range k {
		b := r.last(i)
		power := b.power()
		if power < 0.3*b.energy*blockLen {
			return false
		}
		least, most = math.Min(least, power), math.Max(most, power)
	}
	return most < 6*least
}

// whole returns how many of the last k blocks are left when those at the old end that
// the tone did not fill are taken off: half of a seizure is mark too, and a run measured
// over its end looks weak, noisy and out of tune.
func (r *run) whole(k int) int {
	recent := 0.0
	newer := (k + 1) / 2
	for i := range newer {
		recent += r.last(i).power()
	}
	for k > newer && r.last(k-1).power()*float64(newer) < 0.5*recent {
		k--
	}
	return k
}

// tone is the estimate of a steady tone at the end of a run.
type tone struct {
	offset    float64 // from the nominal frequency, cycles per 8 kHz sample
	phase     float64 // at the end of the last block, radians against the nominal tone
	amplitude float64 // of the analytic signal
	noise     float64 // complex variance of what is not the tone
}

// measure fits a steady tone to k blocks by phase regression, leaving out the last
// skip blocks, and extends it to the end of the last.
func (r *run) measure(k, skip int) tone {
	r.n -= int64(skip)
	t := r.regress(k)
	r.n += int64(skip)
	t.phase += 2 * math.Pi * t.offset * float64(skip*blockSpan)
	return t
}

func (r *run) regress(k int) tone {
	// First the coarse slope from neighbours, then a line through the unwrapped phase.
	var cre, cim float64
	for i := range k - 1 {
		a, b := r.last(i), r.last(i+1)
		cre += a.re*b.re + a.im*b.im
		cim += a.im*b.re - a.re*b.im
	}
	slope := math.Atan2(cim, cre) // radians a block
	var sre, sim, energy float64
	var sw, sx, sy, sxx, sxy float64
	base := r.last(0)
	ref := math.Atan2(base.im, base.re)
	// The reference phase: the sum of all blocks turned to the last.
	for i := range k {
		b := r.last(i)
		s, c := math.Sincos(slope * float64(i))
		sre += b.re*c - b.im*s
		sim += b.im*c + b.re*s
		energy += b.energy
	}
	ref = math.Atan2(sim, sre)
	for i := range k {
		b := r.last(i)
		s, c := math.Sincos(-ref + slope*float64(i))
		w := math.Sqrt(b.power())
		d := math.Atan2(b.im*c+b.re*s, b.re*c-b.im*s)
		x := -float64(i)
		sw, sx, sy, sxx, sxy = sw+w, sx+w*x, sy+w*d, sxx+w*x*x, sxy+w*x*d
	}
	fit := 0.0
	if det := sw*sxx - sx*sx; det > 1e-9 && k > 2 {
		fit = (sw*sxy - sx*sy) / det
		ref += (sy - fit*sx) / sw
	}
	slope += fit
	// Loss of a correlation over one block by the remaining slope.
	loss := 1.0
	if h := slope / 2; math.Abs(h) > 1e-6 {
		loss = math.Sin(h) / h
	}
	amplitude := math.Hypot(sre, sim) / (float64(k) * blockLen * loss)
	return tone{
		offset:    slope / (2 * math.Pi * blockSpan),
		phase:     ref + slope/2,
		amplitude: amplitude,
		noise:     math.Max(0, energy/(float64(k)*blockLen)-amplitude*amplitude),
	}
}
