package dtmf

import (
	"fmt"
	"time"

	"bellhop/drivers/dsp"
)

// Sender says how keys are sent. The zero value sends 70 ms on, 70 ms off, each tone
// at -10 dBm0 and the high group 2 dB stronger, as sets and exchanges do.
type Sender struct {
	On, Off   time.Duration // 0: 70 ms
	LevelDBm0 float64       // of the low tone; 0: -10
	TwistDB   float64       // high over low
	Shift     float64       // relative error of both frequencies, 0.015 = +1.5 %
}

// Default is what a set sends.
var Default = Sender{On: 70 * time.Millisecond, Off: 70 * time.Millisecond, LevelDBm0: -10, TwistDB: 2}

// Generate returns keys as sound; spaces are pauses of one key's length.
func Generate(keys string) ([]int16, error) { return Default.Append(nil, keys) }

// Append appends the sound of keys to dst.
func (s Sender) Append(dst []int16, keys string) ([]int16, error) {
	on, off := samples(s.On), samples(s.Off)
	if s.LevelDBm0 == 0 {
		s.LevelDBm0 = -10
	}
	low, high := dsp.Peak(s.LevelDBm0), dsp.Peak(s.LevelDBm0+s.TwistDB)
	for i := range len(keys) {
		if keys[i] == ' ' {
			dst = append(dst, make([]int16, on+off)...)
			continue
		}
		fl, fh, ok := Tones(keys[i])
		if !ok {
			return dst, fmt.Errorf("dtmf: %q is no key", keys[i])
		}
		var a, b dsp.Osc
		for range on {
			dst = append(dst, dsp.Clip(low*a.Next(fl*(1+s.Shift))+high*b.Next(fh*(1+s.Shift))))
		}
		dst = append(dst, make([]int16, off)...)
	}
	return dst, nil
}

func samples(d time.Duration) int {
	if d == 0 {
		d = 70 * time.Millisecond
	}
	return int(d * dsp.Rate / time.Second)
}
