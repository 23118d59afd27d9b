package rpi

import (
	"fmt"
	"sort"
	"strings"

	"bellhop/board"

	"periph.io/x/conn/v3/gpio"
)

// What follows is made from Board and lies beside it as files, so that a card can be
// made without running anything; the test compares, and rewrites them with -update.

// Overlay is the device tree overlay of the line board: the chips that the kernel
// drives itself.
func Overlay() string {
	c := Board.Clock
	return fmt.Sprintf(`// Made from board/rpi/rpi.go; do not edit.
/dts-v1/;
/plugin/;

/ {
	compatible = "brcm,bcm2835";

	fragment@0 {
		target = <&i2c_arm>;
		__overlay__ {
			#address-cells = <1>;
			#size-cells = <0>;
			status = "okay";

			rtc@%x {
				compatible = "%s";
				reg = <0x%x>;
			};
		};
	};
};
`, c.Address, c.Compatible, c.Address)
}

// Config is what the firmware of the Pi sets the pins to at power-on, before any
// program runs: nothing floats, the hook relay is off, and READY and FAULT are lit until
// a program takes over.
func Config() string {
	var b strings.Builder
	b.WriteString("# Made from board/rpi/rpi.go; do not edit. Pins at power-on.\n")
	for _, p := range Pins() {
		what := "op,dl"
		switch {
		case p.Out && (p.Net == Board.LEDs.Ready.Net || p.Net == Board.LEDs.Fault.Net):
			what = "op,dh"
		case !p.Out && p.Pull == gpio.PullUp:
			what = "ip,pu"
		case !p.Out:
			what = "ip,pd"
		}
		fmt.Fprintf(&b, "gpio=%s=%s\n", strings.TrimPrefix(p.Name, "GPIO"), what)
	}
	return b.String()
}

// Used is a pin with what it is for.
type Used struct {
	board.Pin
	Out   bool
	About string
}

// Pins are those the board uses, by their number on the header.
func Pins() []Used {
	port := Board.Lines[0].Port
	pins := []Used{
		{port.Ring, false, "ringing voltage on the line, by optocoupler"},
		{port.InUse, false, "a set on the line is lifted, by optocoupler"},
		{port.Hook, true, "hook relay; off at power-on, pulled down on the board"},
		{port.HookBeat, true, "must change every 50 ms or the relay falls off"},
		{Board.Button, false, "button to ground: short press off, long press asks for a factory reset"},
		{Board.LEDs.Ready, true, "green lamp"},
		{Board.LEDs.Call, true, "yellow lamp"},
		{Board.LEDs.Fault, true, "red lamp"},
	}
	sort.Slice(pins, func(i, j int) bool { return pins[i].Header < pins[j].Header })
	return pins
}

// PinTable is the table of docs/hardware.md.
func PinTable() string {
	var b strings.Builder
	b.WriteString("| header | GPIO | net | direction | level | what |\n|---|---|---|---|---|---|\n")
	fmt.Fprintf(&b, "| 3, 5 | 2, 3 | SDA, SCL | both | 3.3 V | I2C: display %s at 0x%02X, clock %s at 0x%02X |\n",
		Board.Display.Name, Board.Display.Address, Board.Clock.Name, Board.Clock.Address)
	b.WriteString("| 8, 10 | 14, 15 | TXD, RXD | both | 3.3 V | serial console, 115200 baud |\n")
	for _, p := range Pins() {
		direction, level := "in", "high"
		if p.Out {
			direction = "out"
		}
		if p.ActiveLow {
			level = "low"
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | active %s%s | %s |\n", p.Header, strings.TrimPrefix(p.Name, "GPIO"), p.Net, direction, level, pull(p.Pull), p.About)
	}
	b.WriteString("| 12, 35, 38, 40 | 18 to 21 | I2S | – | – | kept free |\n| 27, 28 | 0, 1 | ID | – | – | EEPROM of the board only |\n")
	return b.String()
}

func pull(p gpio.Pull) string {
	switch p {
	case gpio.PullUp:
		return ", pulled up"
	case gpio.PullDown:
		return ", pulled down"
	}
	return ""
}
