package voicemodem

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/listen"
	"bellhop/drivers/voicemodem/voicemodemtest"
)

// house is a Source on a modem on a pty, and what both said.
type house struct {
	t     *testing.T
	modem *voicemodemtest.Modem
	*Source

	mu     sync.Mutex
	heard  []string
	states []State
}

func open(t *testing.T, made voicemodemtest.Make, cfg Config, times timing) *house {
	t.Helper()
	modem, err := voicemodemtest.Start(made)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, modem: modem}
	cfg.Port = modem.Path()
	h.Source = New(cfg, h.event, h.changed)
	h.Source.times = times
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { h.Source.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done; modem.Close() })
	return h
}

func (h *house) event(e listen.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := words(e); w != "pause" {
		h.heard = append(h.heard, w)
	}
}

func (h *house) changed(s State) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.states = append(h.states, s)
}

func (h *house) said() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.heard, " | ")
}

func (h *house) state() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.states) == 0 {
		return State{}
	}
	return h.states[len(h.states)-1]
}

// until waits for what must come.
func (h *house) until(what string, cond func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("never: %s\nheard: %s\ncommands: %q\nstate: %+v", what, h.said(), h.modem.Commands(), h.state())
		}
	}
}

func (h *house) ready() {
	h.t.Helper()
	h.until("ready", func() bool { return h.state().Present })
}

// quick is patience for tests in which a call ends.
var quick = timing{replug: 10 * time.Millisecond, callOver: 50 * time.Millisecond, refresh: time.Hour, answer: 5 * time.Second}

// calm is for tests in which no call may seem to end.
var calm = timing{replug: 10 * time.Millisecond, callOver: time.Hour, refresh: time.Hour, answer: 5 * time.Second}

const called = "\r\nRING\r\n\r\nDATE = 1122\r\nTIME = 0905\r\nNMBR = 13800138000\r\nNAME = ACME\r\n\r\nRING\r\n"

func TestDialects(t *testing.T) {
	for name, tt := range map[string]struct {
		made    voicemodemtest.Make
		cfg     Config
		dialect string
		armed   string
		voice   bool
		given   string // a command among those given
	}{
		"conexant":                {voicemodemtest.Conexant, Config{Country: "CN"}, "conexant", "+VCID=1", true, "+GCI=26"},
		"conexant, unformatted":   {voicemodemtest.Conexant, Config{Unformatted: true}, "conexant", "+VCID=2", true, ""},
		"conexant, country set":   {voicemodemtest.Conexant, Config{Country: "US"}, "conexant", "+VCID=1", true, "+GCI?"},
		"conexant, other country": {voicemodemtest.Conexant, Config{Country: "DE"}, "conexant", "+VCID=1", true, "+GCI=04"},
		"conexant, RAM patch":     {voicemodemtest.Conexant, Config{Setup: []string{"!4886=02"}}, "conexant", "+VCID=1", true, "!4886=02"},
		"usr5637":                 {voicemodemtest.USR5637, Config{Country: "CN"}, "usr5637", "+VCID=1", true, "+GCI=26"},
		"rockwell":                {voicemodemtest.Rockwell, Config{}, "rockwell", "#CID=1", false, "#CID=?"},
	} {
		t.Run("TEL-01 "+name, func(t *testing.T) {
			h := open(t, tt.made, tt.cfg, calm)
			h.ready()
			if s := h.state(); s.Dialect != tt.dialect || s.Voice != tt.voice || s.Why != "" || h.modem.Armed() != tt.armed {
				t.Errorf("state %+v, armed %q", s, h.modem.Armed())
			}
			if tt.given != "" && !slices.Contains(h.modem.Commands(), tt.given) {
				t.Errorf("AT%s was not given: %q", tt.given, h.modem.Commands())
			}
			h.modem.Say(called)
			h.until("the caller", func() bool { return h.said() == "ring | caller 13800138000 ACME @11220905" })
		})
	}
}

func TestDeafModemStillRings(t *testing.T) {
	h := open(t, voicemodemtest.Deaf, Config{}, calm)
	h.until("why", func() bool { return h.state().Why == "no-caller-id" })
	h.modem.Say("\r\nRING\r\n")
	h.until("ring", func() bool { return h.said() == "ring" })
}

func TestCallerIDIsAskedForAgain(t *testing.T) {
	t.Run("TEL-01 after a call", func(t *testing.T) {
		h := open(t, voicemodemtest.Conexant, Config{}, quick)
		h.ready()
		h.modem.Forget()
		h.modem.Say("\r\nRING\r\n\r\nRING\r\n\r\nRING\r\n")
		h.until("armed again", func() bool { return h.modem.Armed() == "+VCID=1" })
	})
	t.Run("after a reset during a call", func(t *testing.T) {
		h := open(t, voicemodemtest.Conexant, Config{Country: "CN"}, quick)
		h.ready()
		h.modem.Reset()
		h.modem.Say("\r\nRING\r\n")
		h.until("set up anew", func() bool {
			n := 0
			for _, c := range h.modem.Commands() {
				if c == "+GCI=26" {
					n++
				}
			}
			return n == 2 && h.modem.Armed() == "+VCID=1"
		})
	})
	t.Run("while idle", func(t *testing.T) {
		times := calm
		times.refresh = 20 * time.Millisecond
		h := open(t, voicemodemtest.Conexant, Config{}, times)
		h.ready()
		h.modem.Forget()
		h.until("armed again", func() bool { return h.modem.Armed() == "+VCID=1" })
	})
}

func TestACallDuringSetup(t *testing.T) {
	made := voicemodemtest.Conexant
	made.Answers = map[string]string{}
	for k, v := range voicemodemtest.Conexant.Answers {
		made.Answers[k] = v
	}
	made.Answers["I3"] = "CX93001\n\nRING\n\nNMBR = 5045550142\nNAME = X" // the modem talks into its own answer
	h := open(t, made, Config{}, calm)
	h.until("both", func() bool {
		return strings.Contains(h.said(), "caller 5045550142 X") && strings.Contains(h.said(), "ring")
	})
	h.ready()
	if h.state().Model != "CX93001" {
		t.Errorf("model %q", h.state().Model)
	}
}

func TestUnplugAndReplug(t *testing.T) {
	h := open(t, voicemodemtest.Conexant, Config{}, calm)
	h.ready()
	h.modem.Say("\r\nRING\r\n\r\nDATE = 1122\r\nTIME = 0905\r\nNMBR = 138001")
	h.until("ring", func() bool { return h.said() == "ring" })
	h.modem.Unplug()
	h.until("absent", func() bool { return !h.state().Present && h.state().Why == "port" })
	if err := h.modem.Plug(); err != nil {
		t.Fatal(err)
	}
	h.ready()
	h.modem.Say(called)
	h.until("the next caller", func() bool { return strings.HasSuffix(h.said(), "caller 13800138000 ACME @11220905") })
	if strings.Contains(h.said(), "138001 ") {
		t.Errorf("half a number was believed: %s", h.said())
	}
}

func TestSilentModemIsGivenUp(t *testing.T) {
	times := calm
	times.answer = 20 * time.Millisecond
	times.refresh = 20 * time.Millisecond
	h := open(t, voicemodemtest.Conexant, Config{}, times)
	h.ready()
	h.modem.Silence(true)
	h.until("silent", func() bool { return !h.state().Present })
	h.modem.Silence(false)
	h.ready()
}

func TestRecord(t *testing.T) {
	for name, tt := range map[string]struct {
		made voicemodemtest.Make
		sent string
		want []int16
	}{
		"µ-law":         {voicemodemtest.Conexant, "\xff\x00\x80\x10\x10\x10\x1a\x10R\xff", []int16{0, -32124, 32124, -15996, -15996, -15996, 0}},
		"signed linear": {voicemodemtest.USR5637, "\x00\x01\xff\x10\x10\x10b\x7f", []int16{0, 256, -256, 0x1000, 0x7f00}},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, tt.made, Config{}, calm)
			h.ready()
			src, err := h.Record(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			h.modem.Say(tt.sent)
			var got []int16
			for p := make([]int16, 4); len(got) < len(tt.want); {
				n, err := src.Read(p)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, p[:n]...)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
			if _, err := h.Record(t.Context()); !errors.Is(err, ErrNoVoice) {
				t.Errorf("a second recording: %v", err)
			}
			src.Close()
			if _, err := src.Read(make([]int16, 1)); err != audio.ErrClosed {
				t.Errorf("after Close: %v", err)
			}
			if h.modem.Armed() != "+VCID=1" || h.modem.Sounding() {
				t.Errorf("after a recording: armed %q, sounding %v; %q", h.modem.Armed(), h.modem.Sounding(), h.modem.Commands())
			}
			h.modem.Say(called)
			h.until("a caller afterwards", func() bool { return strings.HasSuffix(h.said(), "caller 13800138000 ACME @11220905") })
		})
	}
}

func TestRecordEndsWithTheModem(t *testing.T) {
	h := open(t, voicemodemtest.Conexant, Config{}, calm)
	h.ready()
	src, err := h.Record(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.modem.Unplug()
	if _, err := io.ReadAll(reader{src}); err == nil {
		t.Error("an unplugged modem went on sounding")
	}
	src.Close()
}

// reader makes bytes of an audio.Source.
type reader struct{ audio.Source }

func (r reader) Read(p []byte) (int, error) {
	return r.Source.Read(make([]int16, len(p)))
}

func TestNoVoiceMode(t *testing.T) {
	h := open(t, voicemodemtest.Rockwell, Config{}, calm)
	h.ready()
	if _, err := h.Record(t.Context()); !errors.Is(err, ErrNoVoice) {
		t.Error(err)
	}
}

func TestChooseFormat(t *testing.T) {
	for name, tt := range map[string]struct {
		lines string
		code  int
	}{
		"µ-law first":          {voicemodemtest.Conexant.Answers["+VSM=?"], 131},
		"signed over unsigned": {voicemodemtest.USR5637.Answers["+VSM=?"], 0},
		"linear only":          {`128,"8-BIT LINEAR",(7200,8000,11025)`, 128},
		"not at 8 kHz":         {`128,"8-BIT LINEAR",(7200,11025)`, -1},
		"ADPCM only":           {`140,"2 Bit ADPCM",(8000)`, -1},
		"other words":          {`1;CELP;1;0;(9600)`, -1},
	} {
		t.Run(name, func(t *testing.T) {
			f, ok := chooseFormat(strings.Split(tt.lines, "\n"))
			if !ok {
				f.code = -1
			}
			if f.code != tt.code {
				t.Errorf("code %d, want %d", f.code, tt.code)
			}
		})
	}
}
