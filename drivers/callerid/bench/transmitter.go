package main

import (
	"errors"
	"fmt"
	"os"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/callerid/peer"
)

// foreign is the third transmitter of the curves, libspandsp's adsi_tx; nil where it
// is not installed.
var foreign *peer.Spandsp

// buildForeign builds it and returns what clears it away.
func buildForeign() (remove func(), err error) {
	folder, err := os.MkdirTemp("", "spandsp")
	if err != nil {
		return nil, err
	}
	remove = func() { os.RemoveAll(folder) }
	s, err := peer.Build(folder)
	switch {
	case errors.Is(err, peer.ErrMissing):
		fmt.Println("Transmitters: our exact clock, our whole-sample clock; spandsp's is skipped,", err)
	case err != nil:
		remove()
		return nil, err
	default:
		fmt.Println("Transmitters, a third each: our exact clock, our whole-sample clock, spandsp's adsi_tx")
		foreign = &s
	}
	return remove, nil
}

// send returns m as one of the transmitters sends it, at level.
func send(s callerid.Standard, m callerid.Message, seed uint64) ([]int16, error) {
	if foreign == nil {
		return s.Encode(m, callerid.Sending{LevelDBm0: level, Grid: seed&1 == 1})
	}
	if seed%3 < 2 {
		return s.Encode(m, callerid.Sending{LevelDBm0: level, Grid: seed%3 == 1})
	}
	frame, err := mdmf.Write(m, false)
	if err != nil {
		return nil, err
	}
	sounds, err := foreign.Say(s.Modem, frame[:len(frame)-1])
	if err != nil {
		return nil, err
	}
	p := trim(sounds[0])
	setLevel(p, level)
	return p, nil
}

// trim cuts silence off both ends.
func trim(p []int16) []int16 {
	for len(p) > 0 && p[0] == 0 {
		p = p[1:]
	}
	for len(p) > 0 && p[len(p)-1] == 0 {
		p = p[:len(p)-1]
	}
	return p
}
