package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"bellhop/drivers/audio/wav"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/config"
)

// simulate posts what flags describe to the running box and prints what comes of it.
func simulate(name string, args []string, out io.Writer) error {
	var cfg config.Config
	f := cfg.Flags("bellhop-firmware " + name)
	ask := simulateFlags(name, f)
	if err := parse(f, args); err != nil {
		return err
	}
	s, err := ask()
	if err != nil {
		return err
	}
	c, err := newClient(cfg)
	if err != nil {
		return err
	}
	var status boxapi.Status
	if err := c.call("GET", "/v1/status", nil, &status); err != nil {
		return err
	}
	var result boxapi.Result
	command := boxapi.Command{ID: name + "-" + randomID(), Simulate: &s}
	if err := c.call("POST", "/v1/commands", command, &result); err != nil {
		return err
	}
	if result.Error != "" {
		return refused(result, status)
	}
	return c.follow(status.Last, s, out)
}

// simulateFlags binds the flags of a command; the function returned reads them.
func simulateFlags(name string, f *flag.FlagSet) func() (boxapi.Simulate, error) {
	line := f.Int("line", 1, "which line")
	from := f.String("from", "", "the caller's number; P withheld, O unavailable, empty for no caller ID")
	talk := f.Float64("talk", 10, "seconds of talk")
	switch name {
	case "dial":
		to := f.String("to", "", "number to dial")
		return func() (boxapi.Simulate, error) {
			if *to == "" {
				return boxapi.Simulate{}, errors.New("dial whom? make dial TO=057187654321")
			}
			ms, err := talkMS(*talk)
			return boxapi.Simulate{Dial: &boxapi.SimulateDial{Line: *line, To: *to, TalkMS: ms}}, err
		}
	case "sms":
		text := f.String("text", "", "what it says")
		return func() (boxapi.Simulate, error) {
			if *from == "" || *text == "" {
				return boxapi.Simulate{}, errors.New("a text needs a sender and words: make sms FROM=13800138000 TEXT='您好'")
			}
			return boxapi.Simulate{SMS: &boxapi.SimulateSMS{From: *from, Text: *text}}, nil
		}
	}
	r := &boxapi.SimulateRing{}
	f.StringVar(&r.Name, "name", "", "the caller's name")
	f.StringVar(&r.Standard, "standard", "bell202", "bell202, v23 or dtmf")
	f.IntVar(&r.Rings, "rings", 2, "before it is answered or given up")
	f.BoolVar(&r.Quick, "quick", false, "the shortest ringing an exchange may send")
	f.BoolVar(&r.BadSum, "bad-sum", false, "send a wrong checksum")
	file := f.String("wav", "", "sound `file` played in place of the caller ID")
	answer := f.String("answer", "yes", "no: nobody answers")
	return func() (_ boxapi.Simulate, err error) {
		r.Line, r.From = *line, *from
		r.NoAnswer = *answer == "no" || *answer == "false"
		if r.TalkMS, err = talkMS(*talk); err != nil {
			return boxapi.Simulate{}, err
		}
		if *file != "" {
			r.WAV, err = readSound(*file)
		}
		return boxapi.Simulate{Ring: r}, err
	}
}

const longestTalk = 3600 // seconds

func talkMS(seconds float64) (int64, error) {
	if !(seconds >= 0 && seconds <= longestTalk) {
		return 0, fmt.Errorf("%g seconds of talk: say a number from 0 to %d, such as TALK=10", seconds, longestTalk)
	}
	return int64(seconds * 1000), nil
}

// readSound reads a file and sees that it is sound before the line rings for it.
func readSound(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if _, err := wav.NewReader(bytes.NewReader(b)); err != nil {
		return nil, fmt.Errorf("%s: %w; a WAV file of 16-bit samples is wanted", path, err)
	}
	return b, nil
}

// refused says what to do about a result that is an error.
func refused(r boxapi.Result, s boxapi.Status) error {
	switch r.Error {
	case "not-simulated":
		return fmt.Errorf("the firmware runs on board %s; only board sim can be made to ring (start it with \"make run\")", s.Board)
	case "line-busy":
		return errors.New("there is a call on that line already; wait for its end or take another with LINE=2")
	case "no-such-line":
		return fmt.Errorf("no such line; the box has %d", len(s.Lines))
	}
	return fmt.Errorf("refused: %s %s", r.Error, r.Detail)
}

// client speaks to the running firmware.
type client struct{ url, token string }

func newClient(cfg config.Config) (*client, error) {
	token, err := os.ReadFile(cfg.TokenFile)
	if err != nil {
		return nil, fmt.Errorf("no token at %s: is the firmware running? Start it with \"make run\"", cfg.TokenFile)
	}
	address := cfg.Listen
	if strings.HasPrefix(address, ":") {
		address = "127.0.0.1" + address
	}
	return &client{"http://" + address, strings.TrimSpace(string(token))}, nil
}

func (c *client) open(method, path string, body any) (*http.Response, error) {
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequest(method, c.url+path, &b)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := http.DefaultClient.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("nothing answers at %s: is the firmware running? Start it with \"make run\"", c.url)
	}
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		res.Body.Close()
		return nil, fmt.Errorf("the firmware answers %d: %s", res.StatusCode, bytes.TrimSpace(text))
	}
	return res, nil
}

func (c *client) call(method, path string, body, into any) error {
	res, err := c.open(method, path, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return fmt.Errorf("what answers at %s is not a Bellhop firmware (is it the hub's port? Say the box's with BOX_PORT=8091)", c.url)
	}
	return nil
}

// follow prints the events behind number after that belong to s, to its end.
func (c *client) follow(after uint64, s boxapi.Simulate, out io.Writer) error {
	res, err := c.open("GET", fmt.Sprintf("/v1/events?after=%d", after), nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	story := &story{out: out, simulated: s}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var e boxapi.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return err
		}
		if story.tell(e) {
			return nil
		}
	}
	return errors.New("the firmware stopped before the end")
}

// story prints one simulated happening.
type story struct {
	out       io.Writer
	simulated boxapi.Simulate
	call      string
	began     int64
	recording bool
	ended     bool
}

// tell prints e if it belongs to the story, and reports whether that was its end.
func (s *story) tell(e boxapi.Event) (done bool) {
	if e.CallStarted != nil && s.call == "" && e.CallStarted.Line == s.line() {
		s.call, s.began = e.CallStarted.Call, e.At
	}
	switch {
	case e.SMSReceived != nil && s.simulated.SMS != nil && strings.HasSuffix(e.SMSReceived.From, strings.TrimLeft(s.simulated.SMS.From, "+")):
		s.say(e, "text from %s: %s", e.SMSReceived.From, e.SMSReceived.Text)
		return true
	case e.CallStarted != nil && e.CallStarted.Call == s.call && e.CallStarted.Direction == boxapi.Incoming:
		s.say(e, "line %d rings", e.CallStarted.Line)
	case e.CallStarted != nil && e.CallStarted.Call == s.call:
		s.say(e, "line %d: the set is lifted", e.CallStarted.Line)
	case e.CallerIdentified != nil && e.CallerIdentified.Call == s.call:
		s.say(e, "caller %s", caller(e.CallerIdentified))
	case e.CallerUnreadable != nil && e.CallerUnreadable.Call == s.call:
		s.say(e, "caller ID unreadable: %s", e.CallerUnreadable.Why)
	case e.NumberDialled != nil && e.NumberDialled.Call == s.call:
		s.say(e, "dialled %s", e.NumberDialled.Number)
	case e.CallAnswered != nil && e.CallAnswered.Call == s.call:
		s.say(e, "answered")
	case e.RecordingStarted != nil && e.RecordingStarted.Call == s.call:
		s.recording = true
		s.say(e, "recording")
	case e.RecordingFailed != nil && e.RecordingFailed.Call == s.call:
		s.recording = false
		s.say(e, "not recorded: %s", e.RecordingFailed.Why)
	case e.RecordingFinished != nil && e.RecordingFinished.Call == s.call:
		s.recording = false
		s.say(e, "recorded %.1f s, %d kB", float64(e.RecordingFinished.DurationMS)/1000, (e.RecordingFinished.Bytes+999)/1000)
	case e.CallEnded != nil && e.CallEnded.Call == s.call:
		s.ended = true
		s.say(e, "ended: %s, %.1f s of talk (%s)", e.CallEnded.Outcome, float64(e.CallEnded.TalkMS)/1000, e.CallEnded.Why)
	}
	return s.ended && !s.recording
}

func (s *story) line() int {
	switch {
	case s.simulated.Ring != nil:
		return s.simulated.Ring.Line
	case s.simulated.Dial != nil:
		return s.simulated.Dial.Line
	}
	return -1
}

func (s *story) say(e boxapi.Event, format string, args ...any) {
	if s.began == 0 {
		s.began = e.At
	}
	after := time.Duration(e.At-s.began) * time.Millisecond
	fmt.Fprintf(s.out, "%6.1f s  %s\n", after.Seconds(), fmt.Sprintf(format, args...))
}

func caller(c *boxapi.CallerIdentified) string {
	text := c.Number
	switch c.Reason {
	case "P":
		text = "withheld"
	case "O":
		text = "unavailable"
	}
	if c.Name != "" {
		text += " " + c.Name
	}
	return fmt.Sprintf("%s (%s)", text, c.Standard)
}
