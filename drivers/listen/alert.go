package listen

import (
	"math"

	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/dsp"
	"bellhop/drivers/dtmf"
)

// past is the last half second of the line.
type past struct {
	ring [4096]int16
	n    int64
}

func (h *past) write(p []int16) {
	for _, s := range p {
		h.ring[int(h.n)&(len(h.ring)-1)] = s
		h.n++
	}
}

func (h *past) at(i int64) float64 { return float64(h.ring[int(i)&(len(h.ring)-1)]) }

// acknowledges reports whether k is a set's answer to the alert of call waiting: D, in
// some networks A, within 200 ms of the dual tone. Nobody dialled it.
func (l *Listener) acknowledges(k dtmf.Key) bool {
	if k.Key != 'D' && k.Key != 'A' {
		return false
	}
	first := max(k.Start-250*dsp.Rate/1000, l.past.n-int64(len(l.past.ring)), 0)
	for i := first; i+alertWindow < k.Start; i += alertWindow / 4 {
		if l.past.alert(i) {
			return true
		}
	}
	return false
}

const alertWindow = 40 * dsp.Rate / 1000

// alert reports whether the dual tone fills the window from sample i.
func (h *past) alert(i int64) bool {
	var energy, sum float64
	for j := range int64(alertWindow) {
		sum += h.at(i + j)
		energy += h.at(i+j) * h.at(i+j)
	}
	energy -= sum * sum / alertWindow
	low, high := h.tone(i, mdmf.AlertLowHz), h.tone(i, mdmf.AlertHighHz)
	return energy > 1e4 && low > 0.15*energy && high > 0.15*energy && low+high > 0.6*energy
}

// tone is the energy of hz in the window from sample i.
func (h *past) tone(i int64, hz float64) float64 {
	var re, im float64
	for j := range int64(alertWindow) {
		s, c := math.Sincos(2 * math.Pi * hz * float64(j) / dsp.Rate)
		re += h.at(i+j) * c
		im += h.at(i+j) * s
	}
	return 2 * (re*re + im*im) / alertWindow
}
