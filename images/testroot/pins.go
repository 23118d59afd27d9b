package main

import (
	"fmt"
	"log"
	"os"
	"strings"

	"bellhop/board"
	"bellhop/drivers/led"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3"
	"periph.io/x/host/v3/gpioioctl"
)

// tryPins lights a lamp on the machine's own GPIO chip by way of the drivers the box
// uses, and asks the kernel, by another way, whether it is lit.
func tryPins() error {
	if _, err := host.Init(); err != nil {
		return err
	}
	if len(gpioioctl.Chips) == 0 {
		return fmt.Errorf("no chip")
	}
	chip := gpioioctl.Chips[0]
	lamp, err := led.Open(board.Pin{Net: "LED", Name: "0"}, func(string) gpio.PinIO { return chip.ByNumber(0) })
	if err != nil {
		return err
	}
	for _, want := range []struct {
		on   bool
		text string
	}{{true, "out hi"}, {false, "out lo"}} {
		if err := lamp.Set(want.on); err != nil {
			return err
		}
		b, err := os.ReadFile("/sys/kernel/debug/gpio")
		if err != nil {
			return err
		}
		if !strings.Contains(string(b), want.text) {
			return fmt.Errorf("%s: the kernel says %s", want.text, b)
		}
	}
	log.Printf("PINS %s", chip.Label())
	return nil
}
