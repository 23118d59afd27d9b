package recorder

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/audio/mp3"
	"bellhop/drivers/dsp"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/outbox"
)

// desk is a recorder with its outbox on one folder, as one run of the firmware has.
type desk struct {
	*Recorder
	t      *testing.T
	dir    string
	outbox *outbox.Outbox
	free   atomic.Int64
}

var both = boxapi.SetRecording{Incoming: true, Outgoing: true}

func newDesk(t *testing.T, dir string, change ...func(*Config)) *desk {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	d := &desk{t: t, dir: dir}
	d.free.Store(1 << 40)
	var err error
	if d.outbox, err = outbox.Open(filepath.Join(dir, "outbox"), log); err != nil {
		t.Fatal(err)
	}
	c := Config{
		Dir: filepath.Join(dir, "recordings"), Options: filepath.Join(dir, "recording.json"), Default: both, Floor: 100 << 20,
		Free: func(string) (int64, error) { return d.free.Load(), nil }, Append: d.outbox.Append, Log: log,
	}
	for _, f := range change {
		f(&c)
	}
	if d.Recorder, err = New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Wait(); d.outbox.Close() })
	return d
}

// story is all events so far, one word each.
func (d *desk) story() string {
	d.t.Helper()
	d.outbox.Append(boxapi.Event{}).Wait() // behind everything that was appended
	var words []string
	cursor := d.outbox.Follow(0)
	for n := uint64(0); n < d.outbox.Last(); {
		entries, err := cursor.Next(d.t.Context())
		if err != nil {
			d.t.Fatal(err)
		}
		for _, e := range entries {
			n = e.Seq
			var event boxapi.Event
			if err := json.Unmarshal(e.JSON, &event); err != nil {
				d.t.Fatal(err)
			}
			if w := word(event); w != "" {
				words = append(words, w)
			}
		}
	}
	return strings.Join(words, " ")
}

func word(e boxapi.Event) string {
	switch {
	case e.RecordingStarted != nil:
		return "started:" + e.RecordingStarted.Call
	case e.RecordingFinished != nil && e.RecordingFinished.Complete:
		return "finished:" + e.RecordingFinished.Call
	case e.RecordingFinished != nil:
		return "cut:" + e.RecordingFinished.Call
	case e.RecordingFailed != nil:
		return "failed:" + e.RecordingFailed.Call + ":" + e.RecordingFailed.Why
	case e.AlertChanged != nil && e.AlertChanged.Raised:
		return "+" + e.AlertChanged.Kind
	case e.AlertChanged != nil:
		return "-" + e.AlertChanged.Kind
	}
	return ""
}

// sound is d of a tone, quiet in its second half.
func sound(d time.Duration) []int16 {
	p := make([]int16, d*audio.Rate/time.Second)
	var o dsp.Osc
	for i := range p {
		level := -6.0
		if i > len(p)/2 {
			level = -26
		}
		p[i] = dsp.Clip(dsp.Peak(level) * o.Next(800))
	}
	return p
}

// feed writes p as a line would, 20 ms at a time.
func feed(r *Recording, p []int16) {
	for len(p) > 0 {
		n := min(160, len(p))
		r.Write(p[:n])
		p = p[n:]
	}
}

// plays reads a recording back with go-mp3 and returns its length.
func (d *desk) plays(call string) time.Duration {
	d.t.Helper()
	b, err := os.ReadFile(filepath.Join(d.dir, "recordings", call+".mp3"))
	if err != nil {
		d.t.Fatal(err)
	}
	p, err := mp3.ReadAll(bytes.NewReader(b))
	if err != nil {
		d.t.Fatal(err)
	}
	return time.Duration(len(p)) * time.Second / audio.Rate
}

// leftOver fails the test where anything but finished files is in the folder.
func (d *desk) leftOver() {
	d.t.Helper()
	names, _ := os.ReadDir(filepath.Join(d.dir, "recordings"))
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".mp3") && !strings.HasSuffix(n.Name(), ".mp3.peaks") {
			d.t.Errorf("left behind: %s", n.Name())
		}
	}
}

func near(got, want, within time.Duration) bool { return (got - want).Abs() <= within }

func TestRecord(t *testing.T) {
	d := newDesk(t, t.TempDir())
	r := d.Start("a", boxapi.Incoming, 1, sound(2*time.Second))
	feed(r, sound(6*time.Second))
	r.Finish(true)
	d.Wait()
	if got := d.story(); got != "started:a finished:a" {
		t.Fatal(got)
	}
	if got := d.plays("a"); !near(got, 8*time.Second, 200*time.Millisecond) {
		t.Errorf("plays %v, want 8 s with the sound before the call", got)
	}
	peaks, err := os.ReadFile(filepath.Join(d.dir, "recordings", "a.mp3.peaks"))
	if err != nil || len(peaks) != Peaks {
		t.Fatalf("%d peaks, %v", len(peaks), err)
	}
	loud := dsp.Peak(-6) / 128
	for i, want := range map[int]float64{50: loud, 160: loud / 10, 300: loud, 700: loud / 10} {
		if got := float64(peaks[i]); math.Abs(got-want) > 5 {
			t.Errorf("peak %d is %v, want %.0f", i, got, want)
		}
	}
	d.leftOver()
}

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	d := newDesk(t, dir)
	if err := d.SetOptions(boxapi.SetRecording{Incoming: true}); err != nil {
		t.Fatal(err)
	}
	if d.Start("out", boxapi.Outgoing, 1, nil) != nil {
		t.Error("REC-02: an outgoing call is recorded with only the incoming option on")
	}
	if r := d.Start("in", boxapi.Incoming, 1, nil); r == nil {
		t.Error("REC-01: an incoming call is not recorded with its option on")
	} else {
		r.Finish(true)
	}
	d.Wait()
	d.outbox.Close()
	d = newDesk(t, dir)
	if got := d.CurrentOptions(); got != (boxapi.SetRecording{Incoming: true}) {
		t.Errorf("after a restart: %+v", got)
	}
	if err := d.SetOptions(boxapi.SetRecording{}); err != nil {
		t.Fatal(err)
	}
	if d.Start("in", boxapi.Incoming, 1, nil) != nil {
		t.Error("REC-01: recorded with the option off")
	}
}

func TestOptionsUnreadable(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "recording.json"), []byte("{tor"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := newDesk(t, dir).CurrentOptions(); got != both {
		t.Fatalf("%+v", got)
	}
}

func TestREC11DiskFull(t *testing.T) {
	d := newDesk(t, t.TempDir())
	d.free.Store(150 << 20)
	d.guard.check()
	r := d.Start("a", boxapi.Incoming, 1, nil)
	feed(r, sound(3*time.Second))
	d.free.Store(50 << 20)
	waitFor(t, "the recording to stop", func() bool { return strings.Contains(d.story(), "a:disk-full") })
	feed(r, sound(time.Second)) // the call goes on
	r.Finish(true)
	d.Wait()
	if d.Start("b", boxapi.Incoming, 1, nil) != nil {
		t.Error("recording with no space")
	}
	d.free.Store(104 << 20) // more than the floor, but not enough to trust
	d.guard.check()
	if d.Start("c", boxapi.Incoming, 1, nil) != nil {
		t.Error("recording flaps at the floor")
	}
	d.free.Store(1 << 40)
	d.guard.check()
	r = d.Start("d", boxapi.Incoming, 1, sound(time.Second))
	r.Finish(true)
	d.Wait()
	want := "+disk-low started:a +disk-full failed:a:disk-full cut:a failed:b:disk-full failed:c:disk-full -disk-full -disk-low started:d finished:d"
	if got := d.story(); got != want {
		t.Fatalf("\n got %s\nwant %s", got, want)
	}
	if got := d.plays("a"); !near(got, 3*time.Second, 300*time.Millisecond) {
		t.Errorf("what was recorded before plays %v, want 3 s", got)
	}
	d.leftOver()
}

// A disk so full that not even the note of a recording's end fits: what was recorded
// is brought to its end when there is space again, without a restart.
func TestREC11SpaceComesBack(t *testing.T) {
	d := newDesk(t, t.TempDir())
	d.guard.check()
	r := d.Start("a", boxapi.Incoming, 1, nil)
	feed(r, sound(3*time.Second))
	inTheWay := d.files("a").note + ".new" // stands for ENOSPC, which a test can't make
	waitFor(t, "the recording to be open", func() bool { return exists(d.files("a").part) })
	if err := os.Mkdir(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	d.free.Store(50 << 20)
	waitFor(t, "the recording to stop", func() bool { return strings.Contains(d.story(), "a:disk-full") })
	r.Finish(true)
	d.Wait()
	d.finishLeft() // not yet: it would fill the disk
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	d.free.Store(1 << 40)
	d.guard.check()
	d.finishLeft()
	d.finishLeft() // once is enough
	want := "started:a +disk-full +disk-low failed:a:disk-full -disk-full -disk-low started:a cut:a"
	if got := d.story(); got != want {
		t.Fatalf("\n got %s\nwant %s", got, want)
	}
	if got := d.plays("a"); !near(got, 3*time.Second, 300*time.Millisecond) {
		t.Errorf("it plays %v, want 3 s", got)
	}
	d.leftOver()
}

func TestEncoderMissingThenThere(t *testing.T) {
	dir := t.TempDir()
	lame := filepath.Join(dir, "lame")
	d := newDesk(t, dir, func(c *Config) { c.Encoder = lame })
	r := d.Start("a", boxapi.Incoming, 1, sound(2*time.Second))
	feed(r, sound(3*time.Second))
	r.Finish(true)
	d.Wait()
	if got := d.story(); got != "started:a +encoder" {
		t.Fatal(got)
	}
	d.encodePending()
	if got := d.story(); got != "started:a +encoder" {
		t.Fatal(got)
	}
	installLame(t, lame)
	d.encodePending()
	if got := d.story(); got != "started:a +encoder -encoder finished:a" {
		t.Fatal(got)
	}
	if got := d.plays("a"); !near(got, 5*time.Second, 200*time.Millisecond) {
		t.Errorf("plays %v, want 5 s", got)
	}
	d.leftOver()
}

func installLame(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexec lame \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// The sound waits for an encoder, and the firmware is started again meanwhile.
func TestEncoderThereAtNextStart(t *testing.T) {
	dir := t.TempDir()
	d := newDesk(t, dir, func(c *Config) { c.Encoder = "/nonexistent/lame" })
	r := d.Start("a", boxapi.Incoming, 1, sound(2*time.Second))
	r.Finish(true)
	d.Wait()
	d.outbox.Close()
	d = newDesk(t, dir)
	if err := d.Salvage(d.outbox.State().Recordings); err != nil {
		t.Fatal(err)
	}
	if got := d.story(); got != "started:a +encoder finished:a" {
		t.Fatal(got)
	}
	d.plays("a")
	d.leftOver()
}

// lame dies in the middle: it is started again and nothing is missing.
func TestEncoderDiesInMidCall(t *testing.T) {
	for name, script := range map[string]string{
		"once":    `if [ ! -e DIR/died ]; then touch DIR/died; head -c 96000 | lame "$@"; exit 1; fi; exec lame "$@"`,
		"always":  `head -c 64000 | lame "$@"; exit 1`, // after two seconds, every time
		"at once": `exit 1`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			lame := filepath.Join(dir, "lame")
			if err := os.WriteFile(lame, []byte("#!/bin/sh\n"+strings.ReplaceAll(script, "DIR", dir)+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			d := newDesk(t, dir, func(c *Config) { c.Encoder = lame })
			r := d.Start("a", boxapi.Incoming, 1, nil)
			const long = 12 * time.Second
			feed(r, sound(long))
			r.Finish(true)
			d.Wait()
			installLame(t, lame)
			d.encodePending()
			if got := d.story(); !strings.HasPrefix(got, "started:a") || !strings.HasSuffix(got, "finished:a") {
				t.Fatal(got)
			}
			if got := d.plays("a"); !near(got, long, 400*time.Millisecond) {
				t.Errorf("plays %v, want %v", got, long)
			}
			d.leftOver()
		})
	}
}

// The folder as a power cut would leave it, at some moment of a recording.
func TestSalvage(t *testing.T) {
	dir := t.TempDir()
	d := newDesk(t, dir)
	r := d.Start("a", boxapi.Incoming, 1, sound(2*time.Second))
	feed(r, sound(4*time.Second))
	part := filepath.Join(dir, "recordings", "a.mp3.part")
	waitFor(t, "sound on the disk", func() bool {
		running, _ := os.ReadFile(filepath.Join(dir, "recordings", "a.peaks.part"))
		extent, _ := measureFile(part)
		return extent.Duration > 5500*time.Millisecond && len(running) > 250
	})
	cut := t.TempDir()
	if err := os.CopyFS(cut, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	r.Finish(true)

	for range 3 { // a second and third start change nothing
		d = newDesk(t, cut)
		if err := d.Salvage(d.outbox.State().Recordings); err != nil {
			t.Fatal(err)
		}
		if got := d.story(); got != "started:a cut:a" {
			t.Fatal(got)
		}
		d.outbox.Close()
	}
	if got := d.plays("a"); !near(got, 6*time.Second, 600*time.Millisecond) {
		t.Errorf("plays %v of 6 s", got)
	}
	peaks, _ := os.ReadFile(filepath.Join(cut, "recordings", "a.mp3.peaks"))
	if len(peaks) != Peaks || peaks[100] < 50 {
		t.Errorf("%d peaks, %v", len(peaks), peaks[100])
	}
	d.leftOver()
}

func TestSalvageAtEveryStep(t *testing.T) {
	whole := t.TempDir()
	d := newDesk(t, whole)
	r := d.Start("a", boxapi.Incoming, 1, sound(2*time.Second))
	r.Finish(true)
	d.Wait()
	sound, err := os.ReadFile(filepath.Join(whole, "recordings", "a.mp3"))
	if err != nil {
		t.Fatal(err)
	}
	running := bytes.Repeat([]byte{99}, 100)
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"before the first file":     {map[string]string{}, "started:a failed:a:lost"},
		"before any sound":          {map[string]string{"a.rec": `{"call":"a"}`, "a.mp3.part": ""}, "started:a failed:a:empty"},
		"note only":                 {map[string]string{"a.rec": `{"call":"a"}`}, "started:a failed:a:empty"},
		"note torn":                 {map[string]string{"a.rec": `{"ca`, "a.mp3.part": string(sound[:1000])}, "started:a cut:a"},
		"in mid-call":               {map[string]string{"a.rec": `{"call":"a"}`, "a.mp3.part": string(sound[:1000]), "a.peaks.part": string(running)}, "started:a cut:a"},
		"put down, not yet renamed": {map[string]string{"a.rec": `{"call":"a","done":true,"complete":true}`, "a.mp3.part": string(sound), "a.peaks.part": string(running)}, "started:a finished:a"},
		"renamed, not yet reported": {map[string]string{"a.rec": `{"call":"a","done":true,"complete":true}`, "a.mp3": string(sound), "a.peaks.part": string(running)}, "started:a finished:a"},
		"encoding late, cut off": {map[string]string{"a.rec": `{"call":"a","done":true,"complete":true,"base":108}`, "a.mp3.part": string(sound[:1000]), "a.pcm.part": string(make([]byte, 32000))},
			"started:a finished:a"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			d := newDesk(t, dir)
			if err := d.Append(boxapi.Event{RecordingStarted: &boxapi.RecordingStarted{Call: "a"}}).Wait(); err != nil {
				t.Fatal(err)
			}
			for name, content := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, "recordings", name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if err := d.Salvage(d.outbox.State().Recordings); err != nil {
					t.Fatal(err)
				}
				if got := d.story(); got != tt.want {
					t.Fatalf("\n got %s\nwant %s", got, tt.want)
				}
			}
			if !strings.Contains(tt.want, "failed") {
				d.plays("a")
			}
			d.leftOver()
		})
	}
}

func TestReduce(t *testing.T) {
	for _, n := range []int{0, 1, 7, 799, 800, 801, 5000} {
		running := make([]byte, n)
		if n > 0 {
			running[n-1], running[0] = 9, 7
		}
		got := reduce(running)
		if len(got) != Peaks || n > 1 && (got[Peaks-1] != 9 || got[0] != 7) {
			t.Errorf("%d running peaks: first %d last %d", n, got[0], got[Peaks-1])
		}
	}
}

// waitFor polls until ok; it fails the test after a minute, which only a defect takes.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}
