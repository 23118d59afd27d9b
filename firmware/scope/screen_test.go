package scope

import (
	"encoding/hex"
	"strings"
	"testing"

	"bellhop/firmware/boxapi"
)

func drawn(s *Screen) string { return strings.Join(s.Lines(80, 24), "\n") }

func TestScreen(t *testing.T) {
	on := true
	bins := make([]float64, boxapi.ScopeBins)
	for i := range bins {
		bins[i] = silent
	}
	bins[18] = -10 // 1175 to 1225 Hz
	f := boxapi.ScopeFrame{
		At: 1_700_000_000_000, Line: 1, State: boxapi.LineRinging, LevelDBm0: -23.4, PeakDBm0: -12.1, OffsetPct: -9, Spectrum: bins,
		Ringing: true, OffHook: true, Tone: "busy", Carrier: "v23", Bits: strings.Repeat("01", 100) + "111", Keys: "5551#",
		Bursts: []boxapi.ScopeBurst{
			{ID: 1, Why: "checksum", Modem: "bell202", Raw: "80ff", DurationMS: 400, LevelDBm0: -20.5},
			{ID: 2, Standard: "etsi", Number: "13800138000", Name: strings.Repeat("王小明", 20), Time: "11221405", Confidence: 0.8, Repaired: 2, Raw: strings.Repeat("80", 60)},
			{ID: 3, Standard: "dtmfclip", Modem: "dtmf", Reason: "P", Confidence: 1, Raw: hex.EncodeToString([]byte("D1C"))},
			{ID: 4, Standard: "bellcore", Waiting: &on, Confidence: 1},
			{ID: 5, Standard: "vcid", Modem: "voicemodem", Reason: "O", Confidence: 1, Raw: hex.EncodeToString([]byte("DATE = 1122\nNMBR = O\n"))},
		},
	}
	for _, colour := range []bool{false, true} {
		s := &Screen{Title: "line 1", Colour: colour}
		s.Add(f)
		lines := s.Lines(80, 24)
		if len(lines) > 24 {
			t.Errorf("%d lines", len(lines))
		}
		for _, line := range lines {
			if plain := strip(line); columns(plain) > 80 {
				t.Errorf("%d columns: %q", columns(plain), plain)
			}
			if !colour && strings.Contains(line, "\x1b") {
				t.Errorf("colour where none is wanted: %q", line)
			}
			if strings.Count(line, "\x1b[")%2 != 0 {
				t.Errorf("colour does not end: %q", line)
			}
		}
		text := strip(strings.Join(lines, "\n"))
		for _, want := range []string{
			"line 1: ringing", "-23.4 dBm0  peak -12.1  DC -9%", "OFF-HOOK", "RINGING", "tone busy", "data v23", "keys 5551#", "0101111",
			"unavailable (O)", "DATE = 1122 | NMBR = O", "message lamp on", "withheld (P)", "D1C", "13800138000",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	}
}

func TestScreenSaysWhyABurstWasRefused(t *testing.T) {
	s := &Screen{}
	s.Add(boxapi.ScopeFrame{Spectrum: make([]float64, boxapi.ScopeBins), Bursts: []boxapi.ScopeBurst{{Why: "checksum", Modem: "bell202", Raw: "80ff01"}}})
	if text := drawn(s); !strings.Contains(text, "refused bell202  the checksum is wrong") || !strings.Contains(text, "80 ff 01") {
		t.Error(text)
	}
}

func TestScreenWarns(t *testing.T) {
	for warning, want := range map[boxapi.ScopeWarning]string{
		boxapi.WarnClipping: "turn down", boxapi.WarnSilence: "check adapter", boxapi.WarnDead: "only zeros", "": "",
	} {
		t.Run("BOX-09 "+string(warning), func(t *testing.T) {
			s := &Screen{}
			s.Add(boxapi.ScopeFrame{Warning: warning})
			if text := drawn(s); warning != "" && !strings.Contains(text, want) || warning == "" && strings.Contains(text, "WARNING") {
				t.Error(text)
			}
		})
	}
}

func TestSpectrumStandsOverItsScale(t *testing.T) {
	bins := make([]float64, boxapi.ScopeBins)
	for i := range bins {
		bins[i] = silent
	}
	bins[int((1200-boxapi.ScopeLowHz)/boxapi.ScopeStepHz)] = plotHigh
	s := &Screen{}
	s.Add(boxapi.ScopeFrame{Spectrum: bins})
	lines := s.Lines(80, 24)
	at := -1
	for i, r := range []rune(lines[3]) {
		if r == '█' {
			at = i
		}
	}
	for _, line := range lines {
		if strings.Contains(line, "tones of bell202") && strings.IndexByte(line, 'M') != at {
			t.Errorf("1200 Hz stands at %d, its marker at %d", at, strings.IndexByte(line, 'M'))
		}
	}
}

func TestPeakIsHeldAWhile(t *testing.T) {
	s := &Screen{}
	s.Add(boxapi.ScopeFrame{At: 1000, PeakDBm0: -3, LevelDBm0: -60})
	s.Add(boxapi.ScopeFrame{At: 1100, PeakDBm0: -60, LevelDBm0: -60})
	if s.hold != -3 {
		t.Error("the peak fell at once")
	}
	s.Add(boxapi.ScopeFrame{At: 3000, PeakDBm0: -60, LevelDBm0: -60})
	if s.hold != -60 {
		t.Error("the peak never fell")
	}
}

// strip takes the colours out.
func strip(s string) string {
	for _, colour := range []string{red, green, faint, plain} {
		s = strings.ReplaceAll(s, colour, "")
	}
	return s
}

func TestAllOctetsOfTheNewestBurstAreShown(t *testing.T) {
	raw := make([]byte, 60)
	raw[59] = 0xa9
	s := &Screen{}
	s.Add(boxapi.ScopeFrame{Bursts: []boxapi.ScopeBurst{{ID: 1, Raw: "80"}, {ID: 2, Raw: hex.EncodeToString(raw)}}})
	if text := drawn(s); !strings.Contains(text, "00 a9") {
		t.Error(text)
	}
}
