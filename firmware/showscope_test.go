package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/drivers/audio/wav"
	"bellhop/drivers/voicemodem/voicemodemtest"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/scope"
)

// seen is what a technician saw of a line over some time.
type seen struct {
	ringing, offHook bool
	carrier          map[string]bool
	bits             strings.Builder
	bursts           []boxapi.ScopeBurst
	warnings         map[boxapi.ScopeWarning]bool
	talkDBm0         float64
}

// look watches line through the box's HTTP until enough is seen.
func (b *testBox) look(line int, enough func(*seen) bool) *seen {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	done := errors.New("seen")
	s := &seen{carrier: map[string]bool{}, warnings: map[boxapi.ScopeWarning]bool{}, talkDBm0: -99}
	err := scope.Box{URL: b.client.url, Token: b.client.token}.Watch(ctx, line, func(f boxapi.ScopeFrame) error {
		s.ringing = s.ringing || f.Ringing
		if s.offHook = s.offHook || f.OffHook; f.OffHook {
			s.talkDBm0 = max(s.talkDBm0, f.LevelDBm0)
		}
		s.carrier[f.Carrier], s.warnings[f.Warning] = true, true
		s.bits.WriteString(f.Bits)
		s.bursts = append(s.bursts, f.Bursts...)
		if enough(s) {
			return done
		}
		return nil
	})
	if !errors.Is(err, done) {
		b.t.Fatalf("watching line %d: %v; seen %+v", line, err, s)
	}
	return s
}

func TestScopeOfACall(t *testing.T) {
	for standard, want := range map[string]struct{ standard, modem string }{
		"bell202": {"bellcore", "bell202"}, "v23": {"etsi", "v23"}, "dtmf": {"dtmfclip", "dtmf"},
	} {
		t.Run("BOX-07 BOX-09 "+standard, func(t *testing.T) {
			cfg := testConfig(t, t.TempDir())
			cfg.Country = "auto"
			cfg.SimSpeed = 8 // a frame of the scope holds more sound than in life
			b := startBox(t, cfg)
			ring := boxapi.SimulateRing{From: "13800138000", Standard: standard, TalkMS: 4000}
			if r := b.do(boxapi.Command{Simulate: &boxapi.Simulate{Ring: &ring}}); r.Error != "" {
				t.Fatal(r)
			}
			s := b.look(1, func(s *seen) bool { return s.ringing && len(s.bursts) > 0 && s.talkDBm0 > -40 })
			burst := s.bursts[0]
			if burst.Number != "13800138000" || burst.Standard != want.standard || burst.Modem != want.modem || burst.Why != "" {
				t.Errorf("%+v", burst)
			}
			if burst.LevelDBm0 < -25 || burst.LevelDBm0 > -8 || burst.Raw == "" {
				t.Errorf("level %.1f dBm0, raw %s", burst.LevelDBm0, burst.Raw)
			}
			if want.modem != "dtmf" && !s.carrier[want.modem] {
				t.Errorf("carriers seen: %v", s.carrier)
			}
		})
	}
}

func TestScopeSaysWhyABurstWasRefused(t *testing.T) {
	b := startBox(t, testConfig(t, t.TempDir()))
	ring := boxapi.SimulateRing{From: "13800138000", BadSum: true, TalkMS: 1000}
	if r := b.do(boxapi.Command{Simulate: &boxapi.Simulate{Ring: &ring}}); r.Error != "" {
		t.Fatal(r)
	}
	s := b.look(1, func(s *seen) bool { return len(s.bursts) > 0 })
	if burst := s.bursts[0]; burst.Why != "checksum" || burst.Raw == "" || burst.Number != "" {
		t.Errorf("%+v", burst)
	}
}

func TestScopeCapture(t *testing.T) {
	b := startBox(t, testConfig(t, t.TempDir()))
	b.look(2, func(s *seen) bool { return true })
	res, err := b.client.open("GET", "/v1/scope/capture?line=2&seconds=30", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	sound, err := wav.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := sound.Read(make([]int16, 800)); n == 0 {
		t.Errorf("no sound: %v", err)
	}
	if _, err := b.client.open("GET", "/v1/scope?line=9", nil); err == nil {
		t.Error("line 9 was watched")
	}
}

func TestScopeOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "line.wav")
	if err := wav.Write(path, ringingLine()); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	file := scope.File{Path: path, Country: "CN"}
	if err := scope.Show(t.Context(), path, file.Watch, os.NewFile(^uintptr(0), "no terminal"), out); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ring\n", "data bell202", "bellcore 13800138000 @11221604", "80 17"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %q in\n%s", want, b)
		}
	}
}

func TestVoiceModemBesideALine(t *testing.T) {
	modem, err := voicemodemtest.Start(voicemodemtest.Conexant)
	if err != nil {
		t.Fatal(err)
	}
	defer modem.Close()
	cfg := testConfig(t, t.TempDir())
	cfg.VoiceModem = "," + modem.Path() // on line 2
	cfg.SimSpeed = 1                    // the modem lives in real time
	b := startBox(t, cfg)
	for end := time.Now().Add(patience); modem.Armed() == ""; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never asked for caller ID: %q", modem.Commands())
		}
	}
	t.Run("TEL-01 the caller comes from the modem", func(t *testing.T) {
		modem.Say("\r\nRING\r\n\r\nDATE = 1122\r\nTIME = 0905\r\nNMBR = 02087654321\r\nNAME = ACME\r\n")
		got := b.until("the caller", func(e boxapi.Event) bool { return e.CallerIdentified != nil })
		if c := got[len(got)-1].CallerIdentified; c.Line != 2 || c.Number != "02087654321" || c.Name != "ACME" || c.Time != "11220905" {
			t.Errorf("%+v", c)
		}
		calls := 0
		for _, e := range got {
			if e.CallStarted != nil {
				calls++
			}
		}
		if calls != 1 {
			t.Errorf("%d calls", calls)
		}
		s := b.look(2, func(s *seen) bool { return len(s.bursts) > 0 })
		if s.bursts[0].Modem != "voicemodem" {
			t.Errorf("%+v", s.bursts[0])
		}
	})
	t.Run("pulled out and put back", func(t *testing.T) {
		alert := func(raised bool) func(boxapi.Event) bool {
			return func(e boxapi.Event) bool {
				return e.AlertChanged != nil && e.AlertChanged.Kind == "voice-modem" && e.AlertChanged.Line == 2 && e.AlertChanged.Raised == raised
			}
		}
		modem.Unplug()
		b.until("the alert", alert(true))
		if err := modem.Plug(); err != nil {
			t.Fatal(err)
		}
		b.until("its end", alert(false))
	})
}

// String keeps a failure readable.
func (s *seen) String() string {
	return fmt.Sprintf("ringing %v, off-hook %v at most %.1f dBm0, carriers %v, %d bits, bursts %+v", s.ringing, s.offHook, s.talkDBm0, s.carrier, s.bits.Len(), s.bursts)
}
