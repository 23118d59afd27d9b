// Package board says what is wired where on each kind of box, as plain data: its
// telephone lines, where their sound comes from, and which pins of the header carry
// which net of the schematic. It drives nothing; drivers/fxo and drivers/audio do.
package board

import (
	"fmt"

	"periph.io/x/conn/v3/gpio"
)

// Board is one kind of box.
type Board struct {
	Name  string
	About string // a line for the list of boards
	Lines []Line

	// LinesMax is how many lines the box can be told to have; Lines holds one then,
	// as the pattern of all.
	LinesMax int

	LEDs   LEDs
	Button Pin

	Display Chip // SSD1306, 128 by 64
	Clock   Chip // keeps the time without power; the kernel's business
}

// Chip is one on the header's I2C bus, pins 3 and 5. One without Name is not there.
type Chip struct {
	Name       string // such as "SSD1306"
	Address    uint16
	Compatible string // the kernel's driver in a device tree; "" where we drive it
}

// Line is one telephone line of a board.
type Line struct {
	ID    int // 1, 2, …
	Label string
	Sound Sound
	Port  Port
}

// Sound is where a line's sound comes from.
type Sound struct {
	Simulated bool   // drivers/simline
	ALSA      string // PCM device, such as "plughw:line"
}

// Port is the electricity of a line beside its sound. A Pin without Name is not
// there.
type Port struct {
	Ring     Pin // in: pulses while ringing voltage is on the line
	InUse    Pin // in: a set on the line is lifted
	Hook     Pin // out: seizes the line
	HookBeat Pin // out: has to change all the time, or the hook relay falls off
}

// Sensed reports whether any of the port's inputs is wired.
func (p Port) Sensed() bool { return p.Ring.Name != "" || p.InUse.Name != "" }

// LEDs of the box.
type LEDs struct{ Ready, Call, Fault Pin }

// Pin is one pin of the header.
type Pin struct {
	Net       string // in the schematic
	Name      string // as periph's gpioreg knows it, such as "GPIO17"
	Header    int    // its number on the 40-pin header
	Pull      gpio.Pull
	ActiveLow bool
}

// Active is the level at which p says yes.
func (p Pin) Active() gpio.Level { return gpio.Level(!p.ActiveLow) }

// WithLines returns b with n lines after its pattern, whose sound comes from the ALSA
// devices named (fewer names than lines leave the pattern's).
func (b Board) WithLines(n int, devices []string) (Board, error) {
	if n == 0 {
		n = max(len(b.Lines), len(devices))
	}
	most := max(b.LinesMax, len(b.Lines))
	if n < 1 || n > most {
		return b, fmt.Errorf("board %s: %d lines asked for, it can have 1 to %d", b.Name, n, most)
	}
	if len(devices) > n {
		return b, fmt.Errorf("board %s: %d sound devices for %d lines", b.Name, len(devices), n)
	}
	lines := make([]Line, n)
	for i := range lines {
		lines[i] = b.Lines[min(i, len(b.Lines)-1)]
		if i >= len(b.Lines) {
			lines[i].ID = i + 1
			lines[i].Label = ""
			lines[i].Sound.ALSA = ""
			lines[i].Port = Port{}
		}
		if i < len(devices) {
			lines[i].Sound.ALSA = devices[i]
		}
		if lines[i].Sound == (Sound{}) {
			return b, fmt.Errorf("board %s: line %d has no sound device; name one for each line", b.Name, i+1)
		}
	}
	b.Lines = lines
	return b, nil
}
