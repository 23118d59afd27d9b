package scope

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/drivers/audio/wav"
	"bellhop/drivers/callerid"
	"bellhop/drivers/listen"
	"bellhop/drivers/pty"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/boxserver"
)

// two says two things, then nothing more until the end.
func two(ctx context.Context, see func(boxapi.ScopeFrame) error) error {
	for i, f := range []boxapi.ScopeFrame{
		{At: 100, LevelDBm0: -68, PeakDBm0: -60},
		{At: 200, LevelDBm0: -20, PeakDBm0: -10, Ringing: true, Tone: "busy", OffHook: true, Carrier: "v23", Keys: "12", Warning: boxapi.WarnClipping,
			Bursts: []boxapi.ScopeBurst{{At: 150, Standard: "etsi", Number: "138", Confidence: 1, Raw: "8001"}, {At: 160, Modem: "v23", Why: "short", Raw: hex.EncodeToString([]byte("\x80"))}}},
		{At: 1300, LevelDBm0: -20},
	} {
		if err := see(f); err != nil {
			return err
		}
		if i == 2 {
			return nil
		}
	}
	return nil
}

func TestReport(t *testing.T) {
	var out bytes.Buffer
	if err := Report(t.Context(), two, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"0.1 s   -68.0 dBm0", "WARNING clipping", "ring\n", "tone busy", "off-hook", "data v23", "keys 12", "etsi     138", "80 01", "refused v23",
		"it ends too early", "1.3 s   -20.0 dBm0", "on-hook", "ring ended", "tone ended",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if n := strings.Count(out.String(), "dBm0, peak"); n != 2 {
		t.Errorf("%d levels in two seconds", n)
	}
}

func TestShowOnATerminal(t *testing.T) {
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	terminal, err := os.OpenFile(p.Path(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	var mu sync.Mutex
	var screen bytes.Buffer
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := p.Read(buf)
			mu.Lock()
			screen.Write(buf[:n])
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	shown := func() string {
		mu.Lock()
		defer mu.Unlock()
		return screen.String()
	}
	done := make(chan error, 1)
	frames := func(ctx context.Context, see func(boxapi.ScopeFrame) error) error {
		if err := two(ctx, see); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}
	go func() { done <- Show(t.Context(), "line 7", frames, terminal, terminal) }()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(shown(), "-68.0 dBm0"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never drawn: %q", shown())
		}
	}
	p.Write([]byte("xq"))
	if err := <-done; err != nil {
		t.Errorf("q: %v", err)
	}
	for deadline := time.Now().Add(30 * time.Second); !strings.HasSuffix(shown(), leave); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the screen before does not come back: %q", shown())
		}
	}
	if !strings.Contains(shown(), "line 7") {
		t.Error(shown())
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "burst.wav")
	p := append(make([]int16, 4000), burst(t, "bell202", callerid.Sending{LevelDBm0: -12})...)
	if err := wav.Write(path, p); err != nil {
		t.Fatal(err)
	}
	loudest, bits, last := -99.0, "", int64(0)
	err := File{Path: path}.Watch(t.Context(), func(f boxapi.ScopeFrame) error {
		loudest, bits, last = max(loudest, f.LevelDBm0), bits+f.Bits, f.At
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if loudest < -13 || loudest > -11 || !strings.Contains(string(octets(bits)), message.Number) || last < int64(len(p)/8) {
		t.Errorf("loudest %.1f dBm0, bits %s, last frame at %d ms", loudest, bits, last)
	}
	if err := (File{Path: path + "x"}).Watch(t.Context(), nil); err == nil {
		t.Error("a file that is not there was played")
	}
}

func TestWatchThroughTheBox(t *testing.T) {
	taps := NewTaps(func(int) boxapi.LineState { return boxapi.LineTalking })
	taps.Add(1)
	tap := taps.Add(2)
	server := httptest.NewServer(boxserver.New(boxserver.Config{Token: "secret", Scope: taps, Log: slog.New(slog.DiscardHandler)}))
	defer server.Close()
	box := Box{URL: server.URL, Token: "secret"}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tone := sine(1000, -20, 800)
		tap.Opened()
		tap.Heard(listen.Event{Hook: &listen.Hook{Off: true}})
		for {
			tap.Write(tone, time.Now())
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	enough := errors.New("enough")
	n := 0
	err := box.Watch(t.Context(), 2, func(f boxapi.ScopeFrame) error {
		if n++; n < 5 {
			return nil
		}
		if f.Line != 2 || f.State != boxapi.LineTalking || f.LevelDBm0 != -20 || !f.OffHook || len(f.Spectrum) != boxapi.ScopeBins {
			t.Errorf("%+v", f)
		}
		return enough
	})
	if err != enough {
		t.Error(err)
	}
	close(stop)
	wg.Wait()
	if err := box.Watch(t.Context(), 3, nil); err == nil || !strings.Contains(err.Error(), "no such line") {
		t.Errorf("line 3: %v", err)
	}
	if p, err := taps.Capture(3, time.Second); !errors.Is(err, ErrNoLine) || p != nil {
		t.Error(err)
	}
	if p, _ := taps.Capture(2, time.Second); len(p) == 0 {
		t.Error("nothing captured")
	}
}
