package fsk

// Bank is the Front and the Receivers of one line.
type Bank struct {
	front     Front
	receivers []*Receiver
	n         int64

	// Heard is called with each burst that was read to its end, or as far as it went;
	// receiver is its index. The frame is valid until Heard returns.
	Heard func(receiver int, f *Frame)
}

// NewBank returns a Bank of receivers that share the line's samples.
func NewBank(r ...*Receiver) *Bank { return &Bank{receivers: r} }

// Busy reports whether a burst is being followed beyond its mark.
func (b *Bank) Busy() bool {
	for _, r := range b.receivers {
		if r.active && len(r.paths) > 0 && !r.paths[0].idle {
			return true
		}
	}
	return false
}

// Write takes samples.
func (b *Bank) Write(p []int16) {
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
		for i, r := range b.receivers {
			if r.write(re, im, m, even) && b.Heard != nil {
				b.Heard(i, &r.frame)
			}
		}
	}
}

// write takes the analytic sample m and reports whether a burst has ended; frame
// then says what it was.
func (r *Receiver) write(re, im float32, m int64, even bool) bool {
	if m < 0 {
		return false
	}
	if r.active {
		r.sample(re, im)
	}
	blockDone := even && r.decimated(re, im, m/2)
	if !blockDone {
		return false
	}
	now := m + 2 // the next even sample: the block ends just before it
	k := r.marked()
	if !r.active {
		if k > 0 {
			r.begin(now-1, k)
		}
		return false
	}
	finished := r.advance()
	r.supervise(now-1, k)
	if finished || !r.active {
		return r.end()
	}
	return false
}
