package line

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/callerid"
	"bellhop/drivers/dsp"
	"bellhop/drivers/listen"
	"bellhop/firmware/boxapi"
)

// scripted plays silence, as fast as it is read, and does what is due at each second.
type scripted struct {
	pos  int64
	end  int64
	tick func(second float64)
}

func (s *scripted) Read(p []int16) (int, error) {
	if s.pos >= s.end {
		return 0, audio.ErrClosed
	}
	clear(p)
	s.pos += int64(len(p))
	s.tick(float64(s.pos) / audio.Rate)
	return len(p), nil
}

func (s *scripted) Close() error { return nil }

// scriptedEars say what they are told to say.
type scriptedEars struct{ next []listen.Event }

func (e *scriptedEars) Write(_ []int16, emit func(listen.Event)) {
	for _, event := range e.next {
		emit(event)
	}
	e.next = nil
}
func (*scriptedEars) SetHook(bool)     {}
func (*scriptedEars) SetRinging(bool)  {}
func (*scriptedEars) Level() dsp.Level { return dsp.Level{DBm0: -60} }

type noRecorder struct{}

func (noRecorder) Start(string, boxapi.Direction, int64, []int16) Recording { return nil }
func (noRecorder) Begin(string, int64, []int16) Recording                   { return nil }

func TestVoiceModemBesideTheSound(t *testing.T) {
	ring := func(on bool) listen.Event { return listen.Event{Ring: &listen.Ring{On: on}} }
	caller := func(number string, confidence float64) listen.Event {
		return listen.Event{Caller: &callerid.Message{Standard: "x", Number: number, Confidence: confidence}}
	}
	type said struct {
		at    float64
		modem bool
		event listen.Event
	}
	for name, tt := range map[string]struct {
		said []said
		want string
	}{
		"TEL-01 both tell of the same caller":   {[]said{{1, false, ring(true)}, {1.5, true, ring(true)}, {2, false, ring(false)}, {3, false, caller("138", 1)}, {3.4, true, caller("138", 0.95)}}, "start 138 missed"},
		"the modem is first":                    {[]said{{1, true, ring(true)}, {2, true, ring(false)}, {3, true, caller("138", 0.95)}, {3.4, false, caller("138", 1)}}, "start 138 missed"},
		"only the modem hears":                  {[]said{{1, true, ring(true)}, {2, true, ring(false)}, {3, true, caller("138", 0.95)}, {6, true, ring(true)}, {7, true, ring(false)}}, "start 138 missed"},
		"the caller before the first ring":      {[]said{{1, true, caller("138", 0.95)}, {1.3, false, caller("138", 1)}, {2, false, ring(true)}, {3, false, ring(false)}}, "start 138 missed"},
		"a sound decoded behind the call's end": {[]said{{1, false, ring(true)}, {2, false, ring(false)}, {6, true, caller("138", 0.95)}, {8, false, caller("138", 1)}}, "start 138 missed"},
		"the same caller twice, two calls":      {[]said{{1, true, ring(true)}, {2, true, caller("138", 0.95)}, {20, true, ring(true)}, {21, true, caller("138", 0.95)}}, "start 138 missed start 138 missed"},
	} {
		t.Run(name, func(t *testing.T) {
			ears, beside := &scriptedEars{}, make(chan listen.Event, 16)
			script := tt.said
			var pos int64
			source := &scripted{end: 40 * audio.Rate, tick: func(now float64) {
				pos = int64(now * audio.Rate)
				for len(script) > 0 && script[0].at <= now {
					e := script[0].event
					if script[0].modem {
						e.At = 12345 // a clock of its own
						beside <- e
					} else {
						e.At = pos
						ears.next = append(ears.next, e)
					}
					script = script[1:]
				}
			}}
			var events []string
			begin := time.Unix(1_700_000_000, 0)
			l := New(Config{
				ID: 1, Open: func() (audio.Source, error) { return source, nil }, NewEars: func(bool, bool) Ears { return ears },
				Recorder: noRecorder{}, Beside: beside, Log: slog.New(slog.DiscardHandler),
				Now: func() time.Time { return begin.Add(time.Duration(pos) * time.Second / audio.Rate) },
				Report: func(e boxapi.Event) {
					switch {
					case e.CallStarted != nil:
						events = append(events, "start")
					case e.CallerIdentified != nil:
						events = append(events, e.CallerIdentified.Number)
					case e.CallEnded != nil:
						events = append(events, string(e.CallEnded.Outcome))
					}
				},
			})
			l.open(t.Context(), &faultState{line: l, since: begin})
			if got := strings.Join(events, " "); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
