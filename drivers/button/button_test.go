package button

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/board"
	"bellhop/board/rpi"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

// press is for how long the button is down after being up.
type press struct{ up, down time.Duration }

func TestPresses(t *testing.T) {
	const ms = time.Millisecond
	for name, tt := range map[string]struct {
		presses []press
		held    bool // since before the program
		want    []Press
	}{
		"short":                    {presses: []press{{500 * ms, 300 * ms}}, want: []Press{Short}},
		"two short":                {presses: []press{{500 * ms, 300 * ms}, {500 * ms, 200 * ms}}, want: []Press{Short, Short}},
		"bounces":                  {presses: []press{{500 * ms, 21 * ms}, {21 * ms, 21 * ms}, {21 * ms, 300 * ms}}, want: []Press{Short}},
		"a spark":                  {presses: []press{{500 * ms, 21 * ms}}},
		"long":                     {presses: []press{{500 * ms, 6 * time.Second}}, want: []Press{Long}},
		"neither short nor long":   {presses: []press{{500 * ms, 3 * time.Second}}},
		"held at the start":        {presses: []press{{0, 9 * time.Second}}, held: true},
		"held at the start, again": {presses: []press{{0, 9 * time.Second}, {500 * ms, 300 * ms}}, held: true, want: []Press{Short}},
	} {
		t.Run("BOX-06 "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pin := &gpiotest.Pin{N: "GPIO23"}
				b, err := Open(rpi.Board.Button, func(string) gpio.PinIO { return pin })
				if err != nil {
					t.Fatal(err)
				}
				set := func(l gpio.Level) { pin.Lock(); pin.L = l; pin.Unlock() }
				set(gpio.Level(!tt.held)) // active low
				ctx, stop := context.WithCancel(t.Context())
				var got []Press
				go b.Run(ctx, func(p Press) { got = append(got, p) })
				for _, p := range tt.presses {
					time.Sleep(p.up)
					set(gpio.Low)
					time.Sleep(p.down)
					set(gpio.High)
				}
				time.Sleep(time.Second)
				stop()
				synctest.Wait()
				if len(got) != len(tt.want) {
					t.Fatalf("%v, want %v", got, tt.want)
				}
				for i := range got {
					if got[i] != tt.want[i] {
						t.Fatalf("%v, want %v", got, tt.want)
					}
				}
			})
		})
	}
}

func TestNoPin(t *testing.T) {
	if _, err := Open(board.Pin{Name: "GPIO99"}, func(string) gpio.PinIO { return nil }); !errors.Is(err, ErrNoPin) {
		t.Error(err)
	}
}
