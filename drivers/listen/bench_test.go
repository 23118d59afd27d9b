package listen

import (
	"testing"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/dsp"
)

// a minute of a line: noise, a burst, speech.
func minute() []int16 {
	p := make([]int16, 60*8000)
	burst, _ := all.Encode("bell202", callerid.Message{Number: "13800138000", Name: "ZHANG WEI", Time: "11221330"})
	dsp.Mix(p, 8000, burst)
	speech := make([]int16, 40*8000)
	dsp.NewSpeech(1, -18).Read(speech)
	dsp.Mix(p, 5*8000, speech)
	dsp.NewNoise(1, -55).Add(p)
	return p
}

// BenchmarkListener prints how many times faster than real time the whole listener
// is, as xreal.
func BenchmarkListener(b *testing.B) {
	p := minute()
	l := New(Config{})
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		l.Write(p, func(Event) {})
	}
	b.ReportMetric(60*float64(b.N)/b.Elapsed().Seconds(), "xreal")
}
