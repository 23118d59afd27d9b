// Package calleridtest is the suite that every caller ID standard passes: what is sent
// is heard, with noise, twist and wrong clocks; what is no caller ID is not.
package calleridtest

import (
	"fmt"
	"testing"

	"bellhop/drivers/callerid"
	"bellhop/drivers/dsp"
	"bellhop/drivers/listen"
)

// Run sends messages by standard s through a whole Listener.
func Run(t *testing.T, s callerid.Standard) {
	t.Run("messages", func(t *testing.T) { messages(t, s) })
	t.Run("impairments", func(t *testing.T) { impairments(t, s) })
	if s.Modem != "dtmf" {
		t.Run("the end of the seizure is no mark", func(t *testing.T) { seizureEnd(t, s) })
	}
	t.Run("nothing is heard in noise and speech", func(t *testing.T) { silence(t, s) })
}

// Hear plays p to a Listener of a line on-hook and returns the callers and what was
// refused.
func Hear(p []int16) (callers []callerid.Message, refused []callerid.Rejected) {
	l := listen.New(listen.Config{HookSensor: true})
	l.Write(p, func(e listen.Event) {
		if e.Caller != nil {
			callers = append(callers, *e.Caller)
		}
		if e.Rejected != nil {
			refused = append(refused, *e.Rejected)
		}
	})
	return callers, refused
}

// Line puts a burst between half seconds of a quiet line whose noise is snr dB under
// the burst's level.
func Line(seed uint64, burst []int16, levelDBm0, snr float64) []int16 {
	p := append(make([]int16, dsp.Rate/2), burst...)
	p = append(p, make([]int16, dsp.Rate)...)
	dsp.NewNoise(seed, levelDBm0-snr).Add(p)
	return p
}

func messages(t *testing.T, s callerid.Standard) {
	for name, want := range map[string]callerid.Message{
		"mobile":      {Number: "13800138000"},
		"area code":   {Number: "075512345678"},
		"short":       {Number: "10086"},
		"withheld":    {NumberReason: callerid.Private},
		"unavailable": {NumberReason: callerid.Unavailable},
		"time":        {Number: "13800138000", Time: "12312359"},
		"name":        {Number: "2024561111", Time: "01010000", Name: "SMITH JOHN"},
		"Chinese":     {Number: "13912345678", Time: "06180930", Name: "北京供电局"},
		"umlaut":      {Number: "0301234567", Time: "06180930", Name: "Müller"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, s, callerid.Sending{LevelDBm0: -20}, want, 20)
		})
	}
}

func impairments(t *testing.T, s callerid.Standard) {
	want := callerid.Message{Number: "13800138000", Time: "06180930", Name: "ZHANG WEI"}
	fsk := s.Modem != "dtmf"
	for name, tt := range map[string]struct {
		send callerid.Sending
		snr  float64
		only bool // FSK
	}{
		"SNR 10 dB":        {send: callerid.Sending{LevelDBm0: -20}, snr: 10},
		"level -40 dBm0":   {send: callerid.Sending{LevelDBm0: -40}, snr: 18},
		"level -3 dBm0":    {send: callerid.Sending{LevelDBm0: -3}, snr: 30},
		"twist +6 dB":      {send: callerid.Sending{LevelDBm0: -20, TwistDB: 6}, snr: 16},
		"twist -6 dB":      {send: callerid.Sending{LevelDBm0: -20, TwistDB: -6}, snr: 16},
		"tones +1.2 %":     {send: callerid.Sending{LevelDBm0: -20, ToneShift: 0.012}, snr: 16},
		"tones -1.2 %":     {send: callerid.Sending{LevelDBm0: -20, ToneShift: -0.012}, snr: 16},
		"bit rate +1 %":    {send: callerid.Sending{LevelDBm0: -20, BaudShift: 0.01}, snr: 16, only: true},
		"bit rate -1 %":    {send: callerid.Sending{LevelDBm0: -20, BaudShift: -0.01}, snr: 16, only: true},
		"10 bits of pause": {send: callerid.Sending{LevelDBm0: -20, Gap: 10}, snr: 16, only: true},
		"no seizure":       {send: callerid.Sending{LevelDBm0: -20, Seizure: -1, Mark: 80}, snr: 16, only: true},
		"mark of 25 bits":  {send: callerid.Sending{LevelDBm0: -20, Seizure: 40, Mark: 25}, snr: 20, only: true},
		"8 kHz grid":       {send: callerid.Sending{LevelDBm0: -20, Grid: true}, snr: 10, only: true},
		"after an alert":   {send: callerid.Sending{LevelDBm0: -20, Alert: true}, snr: 20, only: true},
	} {
		if tt.only && !fsk {
			continue
		}
		t.Run(name, func(t *testing.T) { expect(t, s, tt.send, want, tt.snr) })
	}
}

// seizureEnd lets a short mark begin anywhere in the receiver's blocks: what is
// measured there must not hold the end of the seizure, which is half mark.
func seizureEnd(t *testing.T, s callerid.Standard) {
	want := callerid.Message{Number: "2024561111", Time: "01010000", Name: "SMITH JOHN"}
	for _, mark := range []int{25, 80, 100} {
		burst, err := s.Encode(want, callerid.Sending{LevelDBm0: -20, Mark: mark, Grid: true})
		if err != nil {
			t.Fatal(err)
		}
		for offset := range 40 { // samples a block
			for _, seed := range []uint64{5, 14} {
				p := append(make([]int16, 2000+offset), burst...)
				p = append(p, make([]int16, 2000)...)
				dsp.NewNoise(seed, -30).Add(p)
				if got, refused := Hear(p); len(got) != 1 || got[0].Number != want.Number {
					t.Errorf("mark of %d bits, %d samples later, noise %d: heard %+v, refused %+v", mark, offset, seed, got, refused)
				}
			}
		}
	}
}

// expect sends want and wants it back, as far as the standard carries it.
func expect(t *testing.T, s callerid.Standard, send callerid.Sending, want callerid.Message, snr float64) {
	t.Helper()
	burst, err := s.Encode(want, send)
	if err != nil {
		t.Fatal(err)
	}
	got, refused := Hear(Line(1, burst, send.Level(), snr))
	if len(got) != 1 {
		t.Fatalf("heard %d messages, refused %+v", len(got), refused)
	}
	m := got[0]
	if m.Modem != s.Modem {
		t.Errorf("modem %q, want %q", m.Modem, s.Modem)
	}
	if m.Number != want.Number || want.Number == "" && m.NumberReason != want.NumberReason {
		t.Errorf("number %q (%q), want %q (%q)", m.Number, m.NumberReason, want.Number, want.NumberReason)
	}
	carriesName := s.Name != "dtmfclip" && s.Name != "jclip"
	if carriesName && (m.Name != want.Name || m.Time != want.Time) {
		t.Errorf("name %q at %q, want %q at %q", m.Name, m.Time, want.Name, want.Time)
	}
}

func silence(t *testing.T, s callerid.Standard) {
	for seed := range uint64(3) {
		for name, p := range map[string][]int16{
			"noise":  noise(seed, -20),
			"speech": speech(seed),
		} {
			if got, _ := Hear(p); len(got) != 0 {
				t.Errorf("heard %+v in %s %d", got[0], name, seed)
			}
		}
	}
}

func noise(seed uint64, levelDBm0 float64) []int16 {
	p := make([]int16, 10*dsp.Rate)
	dsp.NewNoise(seed, levelDBm0).Add(p)
	return p
}

func speech(seed uint64) []int16 {
	p := make([]int16, 10*dsp.Rate)
	dsp.NewSpeech(seed, -15).Read(p)
	return p
}

// Describe prints m shortly, for failing tests.
func Describe(m callerid.Message) string {
	return fmt.Sprintf("%s %s %q %q %q", m.Standard, m.Modem, m.Number, m.Name, m.Time)
}
