package scope

import (
	"os"
	"strings"
	"testing"

	"bellhop/drivers/audio/mp3"
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/dsp"
)

var message = callerid.Message{Number: "13800138000", Name: "ACME", Time: "11221405"}

func burst(t testing.TB, standard string, s callerid.Sending) []int16 {
	t.Helper()
	std, ok := all.Lookup(standard)
	if !ok {
		t.Fatalf("no standard %s", standard)
	}
	p, err := std.Encode(message, s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// octets reads what asynchronous bits say, from the first start bit after a stretch
// of mark.
func octets(bits string) (b []byte) {
	i := strings.Index(bits, strings.Repeat("1", 60))
	if i < 0 {
		return nil
	}
	for i < len(bits) {
		for i < len(bits) && bits[i] == '1' {
			i++
		}
		if i+10 > len(bits) {
			return b
		}
		octet := byte(0)
		for k := range 8 {
			octet |= (bits[i+1+k] - '0') << k
		}
		b = append(b, octet)
		i += 9
	}
	return b
}

func TestBitsOfABurst(t *testing.T) {
	for name, tt := range map[string]struct {
		standard string
		how      callerid.Sending
		noise    float64
		carrier  string
	}{
		"Bell 202":             {"bell202", callerid.Sending{}, -45, "bell202"},
		"V.23":                 {"v23", callerid.Sending{}, -45, "v23"},
		"Bell 202, faint":      {"bell202", callerid.Sending{LevelDBm0: -42}, -70, "bell202"},
		"V.23, 1 % off, twist": {"v23", callerid.Sending{ToneShift: 0.01, BaudShift: -0.01, TwistDB: 4}, -45, "v23"},
		"Bell 202, no seizure": {"bell202", callerid.Sending{Seizure: -1, Gap: 2}, -45, "bell202"},
	} {
		t.Run(name, func(t *testing.T) {
			p := append(make([]int16, 2000), burst(t, tt.standard, tt.how)...)
			p = append(p, make([]int16, 2000)...)
			dsp.NewNoise(1, tt.noise).Add(p)
			for i := range p {
				p[i] = dsp.Clip(float64(p[i]) + 3000) // a tap with DC
			}
			s := newSlicer()
			var bits, carrier string
			for len(p) > 0 {
				n := min(len(p), 160)
				bits += s.write(p[:n])
				if s.on != "" && s.on != "fsk" {
					carrier = s.on
				}
				p = p[n:]
			}
			if carrier != tt.carrier {
				t.Errorf("carrier %q, want %q", carrier, tt.carrier)
			}
			if got := string(octets(bits)); !strings.Contains(got, message.Number) || !strings.Contains(got, message.Name) {
				t.Errorf("octets %q of %s", got, bits)
			}
			if s.on != "" {
				t.Errorf("the carrier %q stayed on", s.on)
			}
		})
	}
}

func TestTalkIsNoCarrier(t *testing.T) {
	f, err := os.Open("../../drivers/simline/talk.mp3")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := mp3.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if bits := newSlicer().write(p); bits != "" {
		t.Errorf("a conversation was keyed data: %s", bits)
	}
}

func TestSpeechIsNoCarrier(t *testing.T) {
	speech, s := dsp.NewSpeech(1, -15), newSlicer()
	p := make([]int16, 8000)
	for range 120 {
		speech.Read(p)
		if bits := s.write(p); bits != "" {
			t.Fatalf("speech was keyed data: %s", bits)
		}
	}
}
