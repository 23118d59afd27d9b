package main

import (
	"testing"

	"bellhop/board/rpi"
	"bellhop/drivers/led"
	"bellhop/firmware/boxapi"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

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
	line := func(s boxapi.LineState) boxapi.LineStatus {
		return boxapi.LineStatus{Line: boxapi.Line{State: s}}
	}
	for name, tt := range map[string]struct {
		ready bool
		lines []boxapi.LineStatus
		want  string
	}{
		"idle":           {true, []boxapi.LineStatus{line(boxapi.LineIdle), line(boxapi.LineIdle)}, "ready"},
		"one rings":      {true, []boxapi.LineStatus{line(boxapi.LineIdle), line(boxapi.LineRinging)}, "ready call"},
		"talk and fault": {true, []boxapi.LineStatus{line(boxapi.LineTalking), line(boxapi.LineFault)}, "ready call fault"},
		"stopped":        {false, nil, ""},
	} {
		l.show(tt.ready, tt.lines)
		got := ""
		for _, p := range []struct{ name, lamp string }{{wired.Ready.Name, "ready"}, {wired.Call.Name, "call"}, {wired.Fault.Name, "fault"}} {
			if pins[p.name].L == gpio.High {
				got += " " + p.lamp
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != tt.want {
			t.Errorf("%s: lit are %q, want %q", name, got, tt.want)
		}
	}
}
