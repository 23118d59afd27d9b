package dtmf

import (
	"math"

	"bellhop/drivers/dsp"
)

// The limits of a press. Q.24 wants ±1.5 % accepted and ±3.5 % refused, 40 ms
// accepted and 20 ms refused, and leaves what is between to the receiver.
const (
	minDuration  = 0.0325 // s
	maxOffset    = 0.0245 // of the frequency
	maxTwistDB   = 10.0   // high over low
	minTwistDB   = -12.0
	minCoherence = 0.80
)

// judge decides whether what was pressed was a key.
func (d *Detector) judge() (Key, bool) {
	p := &d.press
	to := min(p.last+1, p.from+longest)
	p.low, p.high = d.loudest(p.from, to)
	d.separate(p.low*4+p.high, p.from, to)
	low := d.fit(p.low, p.from, to)
	high := d.fit(4+p.high, p.from, to)
	key := Key{Key: Keys[p.low*4+p.high]}
	before, after := d.edges(p.from, p.last)
	key.Start = (p.from)*blockLen + int64((1-before)*blockLen)
	key.End = p.last*blockLen + int64(after*blockLen)
	duration := float64(key.End-key.Start) / dsp.Rate
	lowPower, highPower := low.power/gain[p.low], high.power/gain[4+p.high]
	key.TwistDB = 10 * math.Log10((highPower+1e-9)/(lowPower+1e-9))
	key.LevelDBm0 = dsp.DBm0(lowPower + highPower)
	switch {
	case duration < minDuration,
		math.Abs(low.offset) > maxOffset, math.Abs(high.offset) > maxOffset,
		key.TwistDB > maxTwistDB, key.TwistDB < minTwistDB,
		low.coherence < minCoherence, high.coherence < minCoherence,
		d.purity(low, high, p.from, to) < need(duration, low, high, key.TwistDB),
		d.quiet(p.from) > bearable(duration, low, high)*(low.power+high.power),
		!d.sudden(low, high, p.from, p.last):
		return key, false
	}
	return key, true
}

// need is the purity asked of a press: the further its tones are off, the cleaner it
// must be. Real keys are within 0.3 %, all but clean lines add noise to them; in
// speech the offsets are anything.
func need(duration float64, low, high steady, twistDB float64) float64 {
	const never = 2
	off := math.Max(math.Abs(low.offset), math.Abs(high.offset))
	coherence := math.Min(low.coherence, high.coherence)
	purity := 0.0
	switch {
	case off <= 0.006 && duration > 0.045:
		purity = 0.45
	case off <= 0.006:
		purity = 0.62
	case off <= 0.010:
		purity = 0.75
	case math.Abs(low.offset-high.offset) <= 0.005: // a clock that is off
		purity = pick(coherence > 0.94, 0.76, never)
	default:
		purity = pick(coherence > 0.97 && duration > 0.038, 0.88, never)
	}
	if twistDB > 6 || twistDB < -9 {
		purity = math.Max(purity, 0.85)
	}
	return purity
}

// bearable is how much of the power of a press, as a share of its tones, may have been
// on the line before and after it. White noise is as strong as the tones where keys are
// lost in any case; a chord that goes on behind two of its notes often is stronger, and
// then the notes are seldom those of a key.
func bearable(duration float64, low, high steady) float64 {
	switch off := math.Max(math.Abs(low.offset), math.Abs(high.offset)); {
	case off <= 0.002 && duration > 0.06:
		return 1.6
	case off <= 0.006:
		return 1.05
	}
	return 0.7
}

func pick(is bool, yes, no float64) float64 {
	if is {
		return yes
	}
	return no
}

// sudden reports whether the press stands out of what was just before and after it:
// a key rises out of the line's noise and falls back to it, a vowel that holds two
// tones for a moment was there before and goes on.
func (d *Detector) sudden(low, high steady, from, last int64) bool {
	limit := 2.2*d.quiet(from) + 0.12*(low.power+high.power)
	if math.Max(math.Abs(low.offset), math.Abs(high.offset)) < 0.003 && last-from > 12 {
		limit *= 1.4 // exact and long: a line that is noisy in bursts
	}
	if from-3 >= max(0, d.n-history) && d.mean(from-3, from-1) > limit {
		return false
	}
	return d.n < last+3 || d.mean(last+2, min(d.n, last+4)) <= limit
}

// mean is the power of blocks from..to.
func (d *Detector) mean(from, to int64) float64 {
	var energy float64
	for i := from; i < to; i++ {
		energy += float64(d.block(i).energy)
	}
	return energy / (float64(to-from) * blockLen)
}

// loudest returns the row and column with the most energy over the press, by windows
// of 20 ms: shorter ones would let a strong column leak into the rows.
func (d *Detector) loudest(from, to int64) (low, high int) {
	var power [8]float64
	for i := from; i == from || i+window <= to; i += 2 {
		for k := range power {
			power[k] += d.inPhase(k, i, int(min(window, to-i)))
		}
	}
	return argmax(power[:4]), argmax(power[4:])
}

// inPhase is the energy of tone k in n blocks from i, taken at its nominal frequency.
func (d *Detector) inPhase(k int, i int64, n int) float64 {
	var re, im float64
	for j := range n {
		t, w := d.block(i + int64(j)).tone[k], &turns[k][notches][j]
		re += float64(t[0])*w[0] - float64(t[1])*w[1]
		im += float64(t[1])*w[0] + float64(t[0])*w[1]
	}
	return re*re + im*im
}

// steady is the fit of one steady tone to a press.
type steady struct {
	power     float64 // mean square, LSB², behind the high-pass
	offset    float64 // relative error of its frequency
	coherence float64 // 1 is a tone without any change, 0 is noise
}

// fit looks at blocks from..to of tone k, without the first and the last, which may
// be cut by the edges of the press.
func (d *Detector) fit(k int, from, to int64) steady {
	if to-from > 4 {
		from, to = from+1, to-1
	}
	nominal := 2 * math.Pi * toneHz(k) * blockLen / dsp.Rate
	var cre, cim float64
	for i := from; i+1 < to; i++ {
		a, b := d.turned(k, i, nominal*float64(i-from)), d.turned(k, i+1, nominal*float64(i+1-from))
		cre += b[0]*a[0] + b[1]*a[1]
		cim += b[1]*a[0] - b[0]*a[1]
	}
	slope := math.Atan2(cim, cre)
	slope += d.slope(k, from, to, nominal-slope)
	var re, im, sum float64
	for i := from; i < to; i++ {
		v := d.turned(k, i, (nominal-slope)*float64(i-from))
		re, im = re+v[0], im+v[1]
		sum += v[0]*v[0] + v[1]*v[1]
	}
	n := float64(to - from)
	if sum == 0 || n == 0 {
		return steady{}
	}
	return steady{
		power:     2 * (re*re + im*im) / sq(n*blockLen),
		offset:    -slope / nominal,
		coherence: (re*re + im*im) / (n * sum),
	}
}

// slope is what is left of the slope of phase after turning by step a block.
func (d *Detector) slope(k int, from, to int64, step float64) float64 {
	var re, im float64
	for i := from; i < to; i++ {
		v := d.turned(k, i, step*float64(i-from))
		re, im = re+v[0], im+v[1]
	}
	s, c := math.Sincos(-math.Atan2(im, re))
	var sw, sx, sy, sxx, sxy float64
	for i := from; i < to; i++ {
		v := d.turned(k, i, step*float64(i-from))
		x := float64(i - from)
		w := math.Hypot(v[0], v[1])
		y := math.Atan2(v[1]*c+v[0]*s, v[0]*c-v[1]*s)
		sw, sx, sy, sxx, sxy = sw+w, sx+w*x, sy+w*y, sxx+w*x*x, sxy+w*x*y
	}
	if det := sw*sxx - sx*sx; det > 1e-9 {
		return (sw*sxy - sx*sy) / det
	}
	return 0
}

// separate solves each block of a press for its two tones together: in 5 ms a strong
// tone leaks into the correlation with the other, and then the weak one looks unsteady.
func (d *Detector) separate(pair int, from, to int64) {
	low, high := pair/4, 4+pair%4
	for i := from; i < to; i++ {
		t := &d.block(i).tone
		in := [4]float64{float64(t[low][0]), float64(t[low][1]), float64(t[high][0]), float64(t[high][1])}
		var out [4]float64
		for r := range out {
			for c, v := range in {
				out[r] += unmix[pair][r][c] * v
			}
		}
		s := &d.apart[i%history]
		s[0] = [2]float64{out[0], out[1]}
		s[1] = [2]float64{out[2], out[3]}
	}
}

// unmix is, for each key, the inverse of the correlations of its two tones' cosines
// and sines over a block, scaled so that separate tones stay as they are.
var unmix = func() (u [16][4][4]float64) {
	for pair := range u {
		cols := [4]int{2 * (pair / 4), 2*(pair/4) + 1, 2 * (4 + pair%4), 2*(4+pair%4) + 1}
		var g [4][4]float64
		for i := range phasors {
			for r := range g {
				for c := range g {
					g[r][c] += float64(phasors[i][cols[r]]) * float64(phasors[i][cols[c]]) / (blockLen / 2)
				}
			}
		}
		u[pair] = inverse(g)
	}
	return u
}()

// inverse is Gauss-Jordan without pivoting: Gram matrices need none.
func inverse(g [4][4]float64) [4][4]float64 {
	var inv [4][4]float64
	for i := range inv {
		inv[i][i] = 1
	}
	for i := range g {
		p := g[i][i]
		for c := range g {
			g[i][c] /= p
			inv[i][c] /= p
		}
		for r := range g {
			if f := g[r][i]; r != i {
				for c := range g {
					g[r][c] -= f * g[i][c]
					inv[r][c] -= f * inv[i][c]
				}
			}
		}
	}
	return inv
}

// turned is block i's sum for tone k with its phase turned by angle.
func (d *Detector) turned(k int, i int64, angle float64) [2]float64 {
	t := d.apart[i%history][k/4]
	s, c := math.Sincos(angle)
	return [2]float64{
		t[0]*c - t[1]*s,
		t[1]*c + t[0]*s,
	}
}

// edges returns how much of the first and the last block of a press the tones fill.
func (d *Detector) edges(from, last int64) (before, after float64) {
	p := &d.press
	part := func(i int64) float64 {
		b := d.block(i)
		v := (magnitude(b, p.low)/p.ref[0] + magnitude(b, 4+p.high)/p.ref[1]) / 2
		return math.Min(1, v)
	}
	before = part(from)
	if from > 0 {
		if v := part(from - 1); v > 0.15 && before > 0.85 {
			before += v
		}
	}
	after = part(last)
	if last+1 < d.n {
		if v := part(last + 1); v > 0.15 && after > 0.85 {
			after += v
		}
	}
	return before, after
}

// purity is the share of the two tones in the energy of the press, once the noise
// that the line had around it is taken off: noise that was there before and after is
// no sign of speech, harmonics that come and go with the tones are.
func (d *Detector) purity(low, high steady, from, to int64) float64 {
	if to-from > 4 {
		from, to = from+1, to-1
	}
	energy := d.mean(from, to)
	tones := low.power + high.power
	noise := math.Min(d.quiet(from), 0.6*tones)
	return tones / math.Max(energy-noise, tones*0.5)
}

// quiet is the power of the quietest 15 ms around a press, which began at from.
func (d *Detector) quiet(from int64) float64 {
	least := math.Inf(1)
	first := max(from-40, d.n-history+4, 0)
	for i := first; i+3 <= d.n; i++ {
		if i+3 > from && i < d.press.last+2 {
			continue
		}
		var e float64
		for j := range int64(3) {
			e += float64(d.block(i + j).energy)
		}
		least = math.Min(least, e/(3*blockLen))
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}
