// Package all lists the boards the firmware runs on.
package all

import (
	"fmt"
	"strings"

	"bellhop/board"
	"bellhop/board/rpi"
	"bellhop/board/sim"
	"bellhop/board/usb"
)

var Boards = []board.Board{
	sim.Board,
	usb.Board,
	rpi.Board,
}

// Lookup returns the board of that name; the error lists the names there are.
func Lookup(name string) (board.Board, error) {
	var names []string
	for _, b := range Boards {
		if b.Name == name {
			return b, nil
		}
		names = append(names, b.Name)
	}
	return board.Board{}, fmt.Errorf("board %q not known; there are: %s", name, strings.Join(names, ", "))
}
