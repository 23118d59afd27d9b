package main

import (
	"fmt"
	"runtime"
	"syscall"
	"time"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/dsp"
	"bellhop/drivers/listen"
)

// printSpeed times the whole Listener on one processor over ten minutes of a line
// with speech, a burst a minute and noise.
func printSpeed() {
	minute := make([]int16, 60*dsp.Rate)
	burst, _ := all.Encode("bell202", callerid.Message{Number: "13800138000", Name: "ZHANG WEI", Time: "11221330"})
	dsp.Mix(minute, dsp.Rate, burst)
	speech := make([]int16, 40*dsp.Rate)
	dsp.NewSpeech(1, -18).Read(speech)
	dsp.Mix(minute, 5*dsp.Rate, speech)
	dsp.NewNoise(1, -55).Add(minute)

	l := listen.New(listen.Config{})
	l.Write(minute, func(listen.Event) {})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	best := time.Duration(1 << 62)
	busy := best // processor time, which other programs on the machine do not lengthen
	const rounds = 10
	for range rounds {
		from, cpu := time.Now(), processorTime()
		l.Write(minute, func(listen.Event) {})
		best = min(best, time.Since(from))
		busy = min(busy, processorTime()-cpu)
	}
	runtime.ReadMemStats(&after)
	fmt.Printf("\nSpeed of the whole listener (both FSK modems, CLIP-DTMF, DTMF, tones, ringing, hook), one core, best of %d: %.0f x real time by processor time, %.0f x by the clock; %d allocations a minute of sound, none a sample\n",
		rounds, float64(time.Minute)/float64(busy), float64(time.Minute)/float64(best), (after.Mallocs-before.Mallocs)/rounds)
}

// processorTime is what this process has used of processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
