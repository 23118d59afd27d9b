// Package qr draws the small QR codes that a box's display has room for: ISO/IEC 18004,
// versions 1 to 3, bytes, error correction L.
package qr

import (
	"errors"
	"fmt"
)

// ErrTooLong is a text that version 3 can't hold.
var ErrTooLong = errors.New("qr: text longer than 53 octets")

// versions says for each version how many codewords are data and how many correct them
// (all in one block), and where the centre of the alignment pattern is.
var versions = []struct{ data, check, align int }{{19, 7, 0}, {34, 10, 18}, {55, 15, 22}}

// Code is a QR code without its quiet zone: four light modules belong around it.
type Code struct {
	Size  int
	dark  []bool
	fixed []bool // not for data
}

// Dark reports whether the module at column x, row y is dark.
func (c *Code) Dark(x, y int) bool { return c.dark[y*c.Size+x] }

// Encode makes the smallest code that holds text.
func Encode(text string) (*Code, error) {
	for i, v := range versions {
		const overhead = 2 // mode and length, and the end
		if len(text) > v.data-overhead {
			continue
		}
		c := &Code{Size: 21 + 4*i}
		c.dark, c.fixed = make([]bool, c.Size*c.Size), make([]bool, c.Size*c.Size)
		c.patterns(v.align)
		data := codewords(text, v.data)
		c.place(append(data, correction(data, v.check)...))
		return c, nil
	}
	return nil, fmt.Errorf("%w: %d", ErrTooLong, len(text))
}

// codewords are mode 4 (bytes), the length in eight bits, the text, the end and filling.
func codewords(text string, n int) []byte {
	out := make([]byte, 0, n)
	rest := byte(4 << 4)
	for _, b := range append([]byte{byte(len(text))}, text...) {
		out = append(out, rest|b>>4)
		rest = b << 4
	}
	out = append(out, rest)
	for fill := byte(0xec); len(out) < n; fill ^= 0xec ^ 0x11 {
		out = append(out, fill)
	}
	return out
}

// correction is the Reed-Solomon remainder over GF(256) with x⁸+x⁴+x³+x²+1.
func correction(data []byte, n int) []byte {
	generator := make([]byte, n)
	generator[n-1] = 1
	root := byte(1)
	for range n {
		for j := range generator {
			generator[j] = times(generator[j], root)
			if j+1 < n {
				generator[j] ^= generator[j+1]
			}
		}
		root = times(root, 2)
	}
	rest := make([]byte, n)
	for _, b := range data {
		factor := b ^ rest[0]
		copy(rest, rest[1:])
		rest[n-1] = 0
		for j := range rest {
			rest[j] ^= times(generator[j], factor)
		}
	}
	return rest
}

func times(a, b byte) byte {
	var product byte
	for i := 7; i >= 0; i-- {
		carry := product >> 7
		product = product<<1 ^ carry*0x1d
		if b>>i&1 == 1 {
			product ^= a
		}
	}
	return product
}

func (c *Code) set(x, y int, dark bool) {
	c.dark[y*c.Size+x], c.fixed[y*c.Size+x] = dark, true
}

// patterns draws all that is the same for every text.
func (c *Code) patterns(align int) {
	last := c.Size - 1
	for i := range c.Size {
		c.set(6, i, i%2 == 0)
		c.set(i, 6, i%2 == 0)
	}
	for _, corner := range [][2]int{{3, 3}, {last - 3, 3}, {3, last - 3}} {
		c.rings(corner[0], corner[1], 4, func(d int) bool { return d != 2 && d != 4 })
	}
	if align > 0 {
		c.rings(align, align, 2, func(d int) bool { return d != 1 })
	}
	// Level L, mask 0, with their own error correction, twice.
	const format = 0b111011111000100
	for i := range 15 {
		bit := format>>i&1 == 1
		switch {
		case i < 6:
			c.set(8, i, bit)
		case i < 8:
			c.set(8, i+1, bit)
		case i == 8:
			c.set(7, 8, bit)
		default:
			c.set(14-i, 8, bit)
		}
		if i < 8 {
			c.set(last-i, 8, bit)
		} else {
			c.set(8, last-14+i, bit)
		}
	}
	c.set(8, last-7, true)
}

// rings draws squares around a centre: dark says which distances are.
func (c *Code) rings(x, y, radius int, dark func(distance int) bool) {
	for dy := -radius; dy <= radius; dy++ {
		for dx := -radius; dx <= radius; dx++ {
			if px, py := x+dx, y+dy; px >= 0 && py >= 0 && px < c.Size && py < c.Size {
				c.set(px, py, dark(max(dx, -dx, dy, -dy)))
			}
		}
	}
}

// place writes the bits in columns of two, from the right, up and down by turns, under
// mask 0.
func (c *Code) place(words []byte) {
	n, up := 0, true
	for right := c.Size - 1; right > 0; right -= 2 {
		if right == 6 {
			right-- // the timing pattern's column
		}
		for i := range c.Size {
			y := i
			if up {
				y = c.Size - 1 - i
			}
			for _, x := range [2]int{right, right - 1} {
				if c.fixed[y*c.Size+x] {
					continue
				}
				bit := n < 8*len(words) && words[n/8]>>(7-n%8)&1 == 1
				c.dark[y*c.Size+x] = bit != ((x+y)%2 == 0)
				n++
			}
		}
		up = !up
	}
}
