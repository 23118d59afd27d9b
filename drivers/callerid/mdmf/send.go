package mdmf

import (
	"bellhop/drivers/callerid"
	"bellhop/drivers/dsp"
	"bellhop/drivers/fsk"
)

// Tones of the dual-tone alerting signal (GR-30 CAS, EN 300 659-1 DT-AS), in Hz.
const (
	AlertLowHz  = 2130
	AlertHighHz = 2750
)

// Send keys frame as on the line: alert if asked for, seizure, mark, octets, and a
// few bits of mark to end on. seizure and mark are the standard's bit counts.
func Send(modem fsk.Modem, frame []byte, s callerid.Sending, seizure, mark int) []int16 {
	if s.Seizure != 0 {
		seizure = max(s.Seizure, 0)
	}
	if s.Mark != 0 {
		mark = s.Mark
	}
	modem.MarkHz *= 1 + s.ToneShift
	modem.SpaceHz *= 1 + s.ToneShift
	modem.Baud *= 1 + s.BaudShift
	var dst []int16
	if s.Alert {
		dst = Alert(dst, s.Level(), 100)
		dst = append(dst, make([]int16, dsp.Rate*60/1000)...)
	}
	m := fsk.Modulator{Modem: modem, LevelDBm0: s.Level() - s.TwistDB/2, TwistDB: s.TwistDB, Grid: s.Grid}
	dst = m.Alternate(dst, seizure)
	dst = m.Run(dst, 1, mark)
	for _, octet := range frame {
		dst = m.Octets(dst, octet)
		dst = m.Run(dst, 1, s.Gap)
	}
	return m.Run(dst, 1, 4)
}

// Alert appends ms milliseconds of the dual-tone alert, each tone 3 dB under
// levelDBm0.
func Alert(dst []int16, levelDBm0 float64, ms int) []int16 {
	peak := dsp.Peak(levelDBm0 - 3)
	var low, high dsp.Osc
	for range dsp.Rate * ms / 1000 {
		dst = append(dst, dsp.Clip(peak*(low.Next(AlertLowHz)+high.Next(AlertHighHz))))
	}
	return dst
}
