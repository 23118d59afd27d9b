package led

import (
	"errors"
	"testing"

	"bellhop/board"
	"bellhop/board/rpi"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

func TestLED(t *testing.T) {
	low := rpi.Board.LEDs.Fault
	low.ActiveLow = true
	for name, tt := range map[string]struct {
		pin board.Pin
		lit gpio.Level
	}{"as wired": {rpi.Board.LEDs.Fault, gpio.High}, "to the supply": {low, gpio.Low}} {
		t.Run(name, func(t *testing.T) {
			p := &gpiotest.Pin{N: "GPIO5", L: tt.lit}
			l, err := Open(tt.pin, func(string) gpio.PinIO { return p })
			if err != nil || p.L == tt.lit {
				t.Fatalf("lit at the start: %v", err)
			}
			if l.Set(true); p.L != tt.lit {
				t.Error("dark")
			}
			if l.Set(false); p.L == tt.lit {
				t.Error("lit")
			}
		})
	}
}

func TestNoLED(t *testing.T) {
	l, err := Open(board.Pin{}, nil)
	if err != nil || l.Set(true) != nil {
		t.Error(err)
	}
	if _, err := Open(rpi.Board.LEDs.Call, func(string) gpio.PinIO { return nil }); !errors.Is(err, ErrNoPin) {
		t.Error(err)
	}
}
