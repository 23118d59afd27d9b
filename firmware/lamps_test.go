package main

import (
	"strings"
	"testing"

	"bellhop/board/rpi"
	"bellhop/drivers/led"
	"bellhop/firmware/boxapi"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

// Two seconds of each lamp, a sign for each tenth of one.
func TestLamps(t *testing.T) {
	pins := map[string]*gpiotest.Pin{}
	find := func(name string) gpio.PinIO {
		pins[name] = &gpiotest.Pin{N: name}
		return pins[name]
	}
	wired := rpi.Board.LEDs
	var l lamps
	var err [3]error
	l.ready, err[0] = led.Open(wired.Ready, find)
	l.call, err[1] = led.Open(wired.Call, find)
	l.fault, err[2] = led.Open(wired.Fault, find)
	if err != [3]error{} {
		t.Fatal(err)
	}
	const (
		off   = "...................."
		on    = "####################"
		slow  = "#####.....#####....."
		fast  = "#.#.#.#.#.#.#.#.#.#."
		twice = "#..#................"
	)
	seen := map[string]string{}
	for name, tt := range map[string]struct {
		mood               mood
		ready, call, fault string
	}{
		"starting":                 {mood{starting: true}, slow, off, off},
		"ready":                    {mood{}, on, off, off},
		"ringing":                  {mood{ringing: true}, on, fast, off},
		"talking, recorded":        {mood{talking: true}, on, on, off},
		"one talks, another rings": {mood{talking: true, ringing: true}, on, fast, off},
		"no network":               {mood{noNetwork: true}, on, off, slow},
		"backup failed":            {mood{backupFailed: true}, on, off, twice},
		"fault":                    {mood{fault: true}, on, off, on},
		"fault before all else":    {mood{fault: true, noNetwork: true, backupFailed: true, talking: true}, on, on, on},
		"network before backup":    {mood{noNetwork: true, backupFailed: true, starting: true}, slow, off, slow},
		"ended":                    {mood{off: true, fault: true}, off, off, off},
	} {
		var ready, call, fault strings.Builder
		for n := range len(on) {
			l.show(tt.mood, n)
			for _, p := range []struct {
				to  *strings.Builder
				pin string
			}{{&ready, wired.Ready.Name}, {&call, wired.Call.Name}, {&fault, wired.Fault.Name}} {
				if pins[p.pin].L == gpio.High {
					p.to.WriteByte('#')
				} else {
					p.to.WriteByte('.')
				}
			}
		}
		got := ready.String() + call.String() + fault.String()
		if got != tt.ready+tt.call+tt.fault {
			t.Errorf("BOX-05 %s: ready %s call %s fault %s", name, &ready, &call, &fault)
		}
		if other, taken := seen[got]; taken && !strings.Contains(name, "before") && !strings.Contains(other, "before") && !strings.Contains(name+other, "another") {
			t.Errorf("BOX-05 %s looks like %s", name, other)
		}
		seen[got] = name
	}
}

func TestMoodOfLines(t *testing.T) {
	line := func(s boxapi.LineState) boxapi.LineStatus {
		return boxapi.LineStatus{Line: boxapi.Line{State: s}}
	}
	for name, tt := range map[string]struct {
		lines []boxapi.LineStatus
		want  mood
	}{
		"idle":           {[]boxapi.LineStatus{line(boxapi.LineIdle), line(boxapi.LineIdle)}, mood{}},
		"one rings":      {[]boxapi.LineStatus{line(boxapi.LineIdle), line(boxapi.LineRinging)}, mood{ringing: true}},
		"talk and fault": {[]boxapi.LineStatus{line(boxapi.LineTalking), line(boxapi.LineFault)}, mood{talking: true, fault: true}},
	} {
		if got := moodOf(boxapi.Status{Lines: tt.lines}); got != tt.want {
			t.Errorf("BOX-05 %s: %+v", name, got)
		}
	}
}
