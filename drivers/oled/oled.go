// Package oled shows a box's address and state on a small display of 128 by 64 dots
// (SSD1306 on I2C): a QR code of the address on the left, seven short lines beside it.
package oled

import (
	"image"
	"strings"

	"bellhop/drivers/qr"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/devices/v3/ssd1306"
	"periph.io/x/devices/v3/ssd1306/image1bit"
)

const (
	width, height = 128, 64
	textAt        = 66 // column
	lineHeight    = 9
	letterWidth   = 6

	// Lines and Letters are what fits beside the code.
	Lines   = height / lineHeight
	Letters = (width - textAt) / letterWidth
)

// Page is what the display shows.
type Page struct {
	Address string   // as a QR code, "" for none
	Lines   []string // at most Lines of Letters; more is cut off
}

// Screen is a display at work.
type Screen struct {
	dev   *ssd1306.Dev
	shown string
}

// Open starts the display on the bus.
func Open(bus i2c.Bus) (*Screen, error) {
	dev, err := ssd1306.NewI2C(bus, &ssd1306.DefaultOpts)
	if err != nil {
		return nil, err
	}
	return &Screen{dev: dev}, nil
}

// Show draws p unless it is what stands there.
func (s *Screen) Show(p Page) error {
	key := p.Address + "\n" + strings.Join(p.Lines, "\n")
	if key == s.shown {
		return nil
	}
	img := Draw(p)
	if err := s.dev.Draw(img.Bounds(), img, image.Point{}); err != nil {
		s.shown = "" // it may have lost its power: draw all of it again
		return err
	}
	s.shown = key
	return nil
}

// Off darkens the display.
func (s *Screen) Off() error { return s.dev.Halt() }

// Draw is p as dots.
func Draw(p Page) *image1bit.VerticalLSB {
	img := image1bit.NewVerticalLSB(image.Rect(0, 0, width, height))
	if code, err := qr.Encode(p.Address); err == nil && p.Address != "" {
		drawCode(img, code)
	}
	for i, line := range p.Lines {
		if i == Lines {
			break
		}
		drawText(img, textAt, i*lineHeight, line)
	}
	return img
}

// drawCode draws it two dots to a module on a light square, which is its quiet zone.
func drawCode(img *image1bit.VerticalLSB, c *qr.Code) {
	const square = height
	edge := (square - 2*c.Size) / 2
	for y := range square {
		for x := range square {
			mx, my := (x-edge)/2, (y-edge)/2
			inside := x >= edge && y >= edge && mx < c.Size && my < c.Size
			img.SetBit(x, y, image1bit.Bit(!inside || !c.Dark(mx, my)))
		}
	}
}

func drawText(img *image1bit.VerticalLSB, x, y int, text string) {
	for i, r := range strings.ToUpper(text) {
		if i >= Letters {
			return
		}
		for column, bits := range letters[r] {
			for row := range 8 {
				if bits>>row&1 == 1 {
					img.SetBit(x+i*letterWidth+column, y+row, image1bit.On)
				}
			}
		}
	}
}
