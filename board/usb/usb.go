// Package usb is any Linux computer with a USB sound card and a telephone recording
// adapter: no GPIO, so ringing and the hook are judged by sound.
package usb

import "bellhop/board"

var Board = board.Board{
	Name:  "usb",
	About: "a Linux computer with a USB sound card for each line",
	Lines: []board.Line{
		// A udev rule that names the card "line" (ATTR{id}="line") keeps this stable.
		{ID: 1, Sound: board.Sound{ALSA: "plughw:line"}},
	},
	LinesMax: 8,
}
