package listen

import (
	"math/rand/v2"
	"testing"
	"time"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/callerid/bellcore"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/dsp"
	"bellhop/drivers/dtmf"
	"bellhop/drivers/fsk"
	"bellhop/drivers/tone"
)

// call is a line that rings, sends caller between the rings and rings again.
func call(t *testing.T, country, standard string, m callerid.Message) []int16 {
	t.Helper()
	c, _ := tone.Lookup(country)
	p := c.Ring.Generate(10*time.Second, tone.CapacitorTap, -12)
	burst, err := all.Encode(standard, m)
	if err != nil {
		t.Fatal(err)
	}
	dsp.Mix(p, int((c.Ring.Cadence[0]+600*time.Millisecond)*dsp.Rate/time.Second), burst)
	dsp.NewNoise(1, -58).Add(p)
	return p
}

func TestCallerBetweenRings(t *testing.T) {
	for name, tt := range map[string]struct {
		country, standard string
		want              callerid.Message
	}{
		"TEL-01 China, FSK with name":   {"CN", "bell202", callerid.Message{Number: "13800138000", Name: "张伟", Time: "11221330"}},
		"TEL-01 Germany, V.23":          {"DE", "v23", callerid.Message{Number: "0301234567", Name: "MUELLER", Time: "11221330"}},
		"TEL-02 China, DTMF":            {"CN", "dtmf", callerid.Message{Number: "075583912345"}},
		"TEL-03 withheld, FSK":          {"CN", "bell202", callerid.Message{NumberReason: callerid.Private, Time: "11221330"}},
		"TEL-03 out of area, DTMF":      {"CN", "dtmf", callerid.Message{NumberReason: callerid.Unavailable}},
		"TEL-01 the United States, FSK": {"US", "bell202", callerid.Message{Number: "2125551234", Name: "SMITH JOHN", Time: "11221330"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := listenTo(call(t, tt.country, tt.standard, tt.want), Config{Country: tt.country})
			if len(h.callers) != 1 {
				t.Fatalf("heard %+v, %d refused", h.callers, h.rejected)
			}
			m := h.callers[0]
			if m.Number != tt.want.Number || m.Name != tt.want.Name || m.NumberReason != tt.want.NumberReason {
				t.Errorf("heard %+v", m)
			}
			if h.rings != 2 {
				t.Errorf("%d rings, want 2", h.rings)
			}
		})
	}
}

// What a line hears of the same sound depends on its country.
func TestTheCountryOfTheLine(t *testing.T) {
	taiwanese := callerid.Message{Number: "0223456789", Time: "11221330",
		Params: []callerid.Param{{Type: mdmf.Name, Data: []byte("\xb3\x5c\xab\xd8")}}}
	for _, country := range []string{"TW", "HK"} {
		t.Run("TEL-01 Big5 in "+country, func(t *testing.T) {
			h := listenTo(call(t, country, "bell202", taiwanese), Config{Country: country})
			if len(h.callers) != 1 || h.callers[0].Name != "許建" {
				t.Errorf("heard %+v", h.callers)
			}
		})
	}
	keyed, err := dtmf.Generate("13800138000#")
	if err != nil {
		t.Fatal(err)
	}
	for country, want := range map[string]int{"CN": 1, "auto": 1, "US": 0, "TW": 0} {
		t.Run("TEL-02 a number without a start key in "+country, func(t *testing.T) {
			p := append(append(make([]int16, 4000), keyed...), make([]int16, 8000)...)
			if h := listenTo(p, Config{Country: country, HookSensor: true}); len(h.callers) != want || h.keys != "13800138000#" {
				t.Errorf("heard %+v, keys %q", h.callers, h.keys)
			}
		})
	}
}

func TestKeysPressedInTalkAreNoCaller(t *testing.T) {
	keys, err := dtmf.Generate("D13800138000C")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]Config{"sensor": {HookSensor: true}, "by sound": {}} {
		t.Run("TEL-02 "+name, func(t *testing.T) {
			l := New(c)
			var callers, digits int
			count := func(e Event) {
				if e.Caller != nil {
					callers++
				}
				if e.Digit != nil {
					digits++
				}
			}
			if c.HookSensor {
				l.SetHook(true)
			}
			talk := make([]int16, 5*dsp.Rate)
			dsp.NewSpeech(3, -16).Read(talk)
			l.Write(talk, count)
			l.Write(make([]int16, 2000), count)
			l.Write(keys, count)
			l.Write(make([]int16, 8000), count)
			if callers != 0 || digits != 13 {
				t.Errorf("%d callers and %d digits, want none and 13", callers, digits)
			}
		})
	}
}

// callWaiting is speech, the alert, a set's D and the data without seizure.
func callWaiting(t *testing.T, m callerid.Message) []int16 {
	t.Helper()
	p := make([]int16, 3*dsp.Rate)
	dsp.NewSpeech(5, -20).Read(p)
	p = mdmf.Alert(append(p, make([]int16, 400)...), -18, 82)
	p = append(p, make([]int16, 480)...)
	p, err := dtmf.Sender{On: 60 * time.Millisecond, Off: 120 * time.Millisecond, LevelDBm0: -14}.Append(p, "D")
	if err != nil {
		t.Fatal(err)
	}
	burst, err := bellcore.Encode(m, callerid.Sending{LevelDBm0: -18, Seizure: -1, Mark: 80})
	if err != nil {
		t.Fatal(err)
	}
	p = append(p, burst...)
	talk := make([]int16, 2*dsp.Rate)
	dsp.NewSpeech(6, -20).Read(talk)
	return append(p, talk...)
}

func TestCallWaiting(t *testing.T) {
	t.Run("TEL-01 in the middle of a talk", func(t *testing.T) {
		l := New(Config{HookSensor: true})
		l.SetHook(true)
		var callers []callerid.Message
		l.Write(callWaiting(t, callerid.Message{Number: "13800138000", Time: "11221330"}), func(e Event) {
			if e.Caller != nil {
				callers = append(callers, *e.Caller)
			}
			if e.Digit != nil {
				t.Errorf("the set's answer was taken for a dialled %c", e.Digit.Key)
			}
		})
		if len(callers) != 1 || callers[0].Number != "13800138000" {
			t.Errorf("heard %+v", callers)
		}
	})
}

func TestDamagedBurstIsReportedWithItsOctets(t *testing.T) {
	t.Run("TEL-03 bad checksum", func(t *testing.T) {
		frame, err := mdmf.Write(callerid.Message{Number: "13800138000", Time: "11221330"}, false)
		if err != nil {
			t.Fatal(err)
		}
		frame[16] ^= 1
		p := mdmf.Send(fsk.Bell202, frame, callerid.Sending{LevelDBm0: -20}, 300, 180)
		var got *callerid.Rejected
		New(Config{}).Write(append(append(make([]int16, 3000), p...), make([]int16, 4000)...), func(e Event) {
			if e.Caller != nil {
				t.Errorf("believed %+v", e.Caller)
			}
			if e.Rejected != nil {
				got = e.Rejected
			}
		})
		if got == nil || got.Why != "checksum" || string(got.Raw) != string(frame) {
			t.Errorf("refused %+v, want checksum and %x", got, frame)
		}
	})
}

// The message must be out within 20 ms of its last bit.
func TestLatency(t *testing.T) {
	burst, err := all.Encode("bell202", callerid.Message{Number: "13800138000", Time: "11221330"})
	if err != nil {
		t.Fatal(err)
	}
	p := append(make([]int16, 4000), burst...)
	last := len(p) - 4*8000/1200 // four bits of mark end the burst
	p = append(p, make([]int16, 4000)...)
	dsp.NewNoise(1, -50).Add(p)
	at := int64(-1)
	New(Config{}).Write(p, func(e Event) {
		if e.Caller != nil {
			at = e.At
		}
	})
	if late := at - int64(last); at < 0 || late > 160 {
		t.Errorf("heard %.1f ms after the last bit", float64(late)/8)
	}
}

func TestWeakSignals(t *testing.T) {
	t.Run("TEL-01 4 dB above the noise", func(t *testing.T) {
		right := 0
		for seed := range uint64(40) {
			want := callerid.Message{Number: "13800138000", Name: "ZHANG WEI", Time: "11221330"}
			burst, err := bellcore.Encode(want, callerid.Sending{LevelDBm0: -20, Grid: seed&1 == 1})
			if err != nil {
				t.Fatal(err)
			}
			p := append(append(make([]int16, 2500), burst...), make([]int16, 2000)...)
			dsp.NewNoise(seed, -24).Add(p)
			for _, m := range listenTo(p, Config{}).callers {
				if m.Number != want.Number || m.Name != want.Name || m.Time != want.Time {
					t.Errorf("seed %d: wrong message %+v", seed, m)
				} else {
					right++
				}
			}
		}
		if right < 37 {
			t.Errorf("%d of 40 messages read", right)
		}
	})
}

func TestTonesOfEveryCountry(t *testing.T) {
	for _, c := range tone.Countries {
		for _, s := range c.Signals {
			if s.Name == tone.Waiting {
				continue // told to people, not to the box
			}
			t.Run(c.Code+" "+s.Name, func(t *testing.T) {
				p := append(make([]int16, 3000), s.Generate(12*time.Second, -18)...)
				dsp.NewNoise(1, -55).Add(p)
				hangUp := false
				names := map[string]bool{}
				New(Config{Country: c.Code}).Write(p, func(e Event) {
					if e.Tone != nil && e.Tone.On {
						names[e.Tone.Name] = true
						hangUp = hangUp || e.Tone.HangUp
					}
				})
				if !names[s.Name] || len(names) > 1 {
					t.Errorf("heard %v", names)
				}
				if ends := s.Name == tone.Busy || s.Name == tone.Congestion || s.Name == tone.Howler; ends != hangUp {
					t.Errorf("hang-up %v, want %v", hangUp, ends)
				}
			})
		}
	}
}

func TestNothingIsMadeUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	p := make([]int16, 20*dsp.Rate)
	for i := range p {
		p[i] = int16(rng.Uint32())
	}
	speech := make([]int16, 60*dsp.Rate)
	dsp.NewSpeech(9, -14).Read(speech)
	for name, p := range map[string][]int16{"full-scale noise": p, "speech": speech, "rails": square()} {
		h := listenTo(p, Config{Country: "auto"})
		if len(h.callers) != 0 || h.keys != "" {
			t.Errorf("%s: %+v, keys %q", name, h.callers, h.keys)
		}
	}
}

// square jumps between the rails, as a polarity reversal into a sound card does.
func square() []int16 {
	p := make([]int16, 10*dsp.Rate)
	for i := range p {
		p[i] = 32767
		if i/3000%2 == 1 {
			p[i] = -32768
		}
	}
	return p
}

func FuzzListener(f *testing.F) {
	burst, _ := all.Encode("bell202", callerid.Message{Number: "10086"})
	seed := make([]byte, 0, 2*len(burst))
	for _, s := range burst {
		seed = append(seed, byte(s), byte(uint16(s)>>8))
	}
	f.Add(seed)
	f.Add([]byte{0, 0x80, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, b []byte) {
		p := make([]int16, len(b)/2)
		for i := range p {
			p[i] = int16(b[2*i]) | int16(b[2*i+1])<<8
		}
		l := New(Config{Country: "auto"})
		l.Write(p, func(e Event) {
			if e.At > l.Now() {
				t.Fatal("an event of the future")
			}
		})
	})
}
