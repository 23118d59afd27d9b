// Package rpi is a Raspberry Pi (3, 4, 5, Zero 2 W, CM) with the line board on its
// 40-pin header. I2C on 3 and 5, the serial console on 8 and 10, the board's EEPROM on
// 27 and 28 and I2S on 12, 35, 38 and 40 are kept free.
package rpi

import (
	"bellhop/board"

	"periph.io/x/conn/v3/gpio"
)

var Board = board.Board{
	Name:  "rpi",
	About: "a Raspberry Pi with the line board",
	Lines: []board.Line{{
		ID:    1,
		Sound: board.Sound{ALSA: "plughw:line"}, // the codec on the line board
		Port: board.Port{
			Ring:     board.Pin{Net: "RING#", Name: "GPIO17", Header: 11, Pull: gpio.PullUp, ActiveLow: true},
			InUse:    board.Pin{Net: "LINE_IN_USE#", Name: "GPIO27", Header: 13, Pull: gpio.PullUp, ActiveLow: true},
			Hook:     board.Pin{Net: "HOOK", Name: "GPIO22", Header: 15, Pull: gpio.PullDown},
			HookBeat: board.Pin{Net: "HOOK_BEAT", Name: "GPIO6", Header: 31},
		},
	}},
	LEDs: board.LEDs{
		Ready: board.Pin{Net: "LED_READY", Name: "GPIO24", Header: 18},
		Call:  board.Pin{Net: "LED_CALL", Name: "GPIO25", Header: 22},
		Fault: board.Pin{Net: "LED_FAULT", Name: "GPIO5", Header: 29},
	},
	Button: board.Pin{Net: "BUTTON#", Name: "GPIO23", Header: 16, Pull: gpio.PullUp, ActiveLow: true},

	Display: board.Chip{Name: "SSD1306", Address: 0x3c},
	Clock:   board.Chip{Name: "DS3231", Address: 0x68, Compatible: "maxim,ds3231"},
}
