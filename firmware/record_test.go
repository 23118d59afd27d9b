package main

import (
	"testing"
	"time"

	"bellhop/firmware/boxapi"
)

// TestREC03StartAndStopByHand: what is said while the recording is stopped is not in it, and
// a call nobody meant to record is recorded from when somebody wants it.
func TestREC03StartAndStopByHand(t *testing.T) {
	for name, options := range map[string]boxapi.SetRecording{"stopped for a while": {Incoming: true}, "started in mid-call": {}} {
		t.Run("REC-03 "+name, func(t *testing.T) {
			b := startBox(t, testConfig(t, t.TempDir()))
			if r := b.do(boxapi.Command{SetRecording: &options}); r.Error != "" {
				t.Fatal(r)
			}
			b.ring(boxapi.SimulateRing{From: "13800138000", TalkMS: 60_000})
			events := b.until("the call to be answered", func(e boxapi.Event) bool { return e.CallAnswered != nil })
			call := events[len(events)-1].CallAnswered.Call
			record := func(on bool) {
				t.Helper()
				// The set is lifted a moment before the line is sure of it.
				for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
					r := b.do(boxapi.Command{Record: &boxapi.Record{Call: call, On: on}})
					if r.Error == "" {
						return
					}
					if time.Now().After(end) {
						t.Fatal(r)
					}
				}
			}
			record(false)
			time.Sleep(500 * time.Millisecond) // twelve seconds of the line's own time
			record(true)
			var ended *boxapi.CallEnded
			var recorded *boxapi.RecordingFinished
			for ended == nil || recorded == nil {
				e := b.until("the end", func(e boxapi.Event) bool { return e.CallEnded != nil || e.RecordingFinished != nil })
				last := e[len(e)-1]
				if last.CallEnded != nil {
					ended = last.CallEnded
				} else {
					recorded = last.RecordingFinished
				}
			}
			if left := ended.TalkMS - recorded.DurationMS; left < 2000 || recorded.DurationMS < 5000 {
				t.Errorf("%d ms of talk, %d ms are recorded", ended.TalkMS, recorded.DurationMS)
			}
			if r := b.do(boxapi.Command{Record: &boxapi.Record{Call: call, On: true}}); r.Error != "no-call" {
				t.Errorf("a call that is over: %+v", r)
			}
		})
	}
}
