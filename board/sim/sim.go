// Package sim is the board without hardware: its lines play made-up calls in real
// time, its modem answers on a pseudo-terminal.
package sim

import "bellhop/board"

var Board = board.Board{
	Name:  "sim",
	About: "no hardware: simulated lines and modem on any computer",
	Lines: []board.Line{
		{ID: 1, Sound: board.Sound{Simulated: true}},
		{ID: 2, Sound: board.Sound{Simulated: true}},
	},
	LinesMax: 16,
}
