package fsk

// Bank is the Front and the Receivers of one line.
type Bank struct {
	front     Front
	receivers []*Receiver
	n         int64
}

// NewBank returns a Bank of receivers that share the line's samples.
func NewBank(r ...*Receiver) *Bank { return &Bank{receivers: r} }

// Write takes samples and calls heard with each burst that was read to its end, or
// as far as it went.
func (b *Bank) Write(p []int16, heard func(*Receiver, *Frame)) {
	for _, s := range p {
		b.front.Write(s)
		b.n++
		m := b.n - frontTaps/2 // index of the sample that the filter's middle stands on
		even := m&1 == 0
		active := false
		for _, r := range b.receivers {
			active = active || r.active
		}
		if !even && !active {
			continue
		}
		re, im := b.front.At()
		for _, r := range b.receivers {
			r.write(re, im, m, even, heard)
		}
	}
}

// write takes the analytic sample m.
func (r *Receiver) write(re, im float32, m int64, even bool, heard func(*Receiver, *Frame)) {
	if m < 0 {
		return
	}
	if r.active {
		r.sample(re, im)
	}
	blockDone := even && r.decimated(re, im, m/2)
	if !blockDone {
		return
	}
	now := m + 2 // the next even sample: the block ends just before it
	k := r.marked()
	if !r.active {
		if k > 0 {
			r.begin(now-1, k)
		}
		return
	}
	finished := r.advance()
	r.supervise(now-1, k)
	if finished || !r.active {
		r.end(heard)
	}
}
