package line

import (
	"math"

	"bellhop/drivers/dsp"
)

// past remembers the newest samples of a line.
type past struct {
	ring []int16
	n    int64 // samples written
}

func newPast(size int) *past { return &past{ring: make([]int16, size)} }

func (h *past) clear() { h.n = 0 }

func (h *past) write(p []int16) {
	for len(p) > 0 {
		n := copy(h.ring[h.n%int64(len(h.ring)):], p)
		h.n += int64(n)
		p = p[n:]
	}
}

// between copies samples from up to (not including) to, as far as they are kept.
func (h *past) between(from, to int64) []int16 {
	from = max(from, h.n-int64(len(h.ring)), 0)
	to = min(to, h.n)
	if from >= to {
		return nil
	}
	p := make([]int16, 0, to-from)
	for from < to {
		at := from % int64(len(h.ring))
		end := min(int64(len(h.ring)), at+to-from)
		p = append(p, h.ring[at:end]...)
		from += end - at
	}
	return p
}

func (h *past) last(n int64) []int16 { return h.between(h.n-n, h.n) }

// meter shows the level of the last 100 ms, from measurements of 20 ms.
type meter struct {
	power   [5]float64
	clipped [5]bool
	at      int
}

func (m *meter) add(l dsp.Level) (dBm0 float64, clipping bool) {
	m.power[m.at], m.clipped[m.at] = math.Pow(10, l.DBm0/10), l.Clipped > 0
	m.at = (m.at + 1) % len(m.power)
	sum := 0.0
	for i, p := range m.power {
		sum += p
		clipping = clipping || m.clipped[i]
	}
	return max(10*math.Log10(sum/float64(len(m.power))), silent), clipping
}
