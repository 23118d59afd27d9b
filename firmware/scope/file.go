package scope

import (
	"context"
	"errors"
	"io"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/audio/wav"
	"bellhop/drivers/listen"
	"bellhop/firmware/boxapi"
)

// File is a recording to look at as if it came over a line.
type File struct {
	Path    string
	Country string
	Speed   float64 // times real time; 0 is as fast as it goes
}

// afterFile is the silence behind a recording in which a decoder makes up its mind.
const afterFile = 2 * audio.Rate

// Watch plays the file and calls see with every frame; it returns nil at its end.
func (f File) Watch(ctx context.Context, see func(boxapi.ScopeFrame) error) error {
	source, err := wav.Open(f.Path)
	if err != nil {
		return err
	}
	defer source.Close()
	tap := NewTap()
	tap.Opened()
	view, ears := tap.View(0), listen.New(listen.Config{Country: f.Country})
	began := time.Now()
	view.soundAt, view.loudAt = began, began // its clock is the recording's
	pos := int64(0)
	p := make([]int16, look)
	for left := afterFile; left > 0; {
		n, err := readFull(source, p)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n < len(p) { // behind the end
			clear(p[n:])
			left -= len(p) - n
		}
		pos += look
		at := began.Add(time.Duration(pos) * time.Second / audio.Rate)
		tap.Write(p, at)
		ears.Write(p, tap.Heard)
		frame, err := view.Next(ctx)
		if err != nil {
			return err
		}
		if left < afterFile && frame.Warning == boxapi.WarnDead {
			frame.Warning = "" // the silence is ours
		}
		frame.At = time.Duration(pos * int64(time.Second) / audio.Rate).Milliseconds() // since its beginning
		for i := range frame.Bursts {
			frame.Bursts[i].At -= began.UnixMilli()
		}
		if err := see(frame); err != nil {
			return err
		}
		if err := f.pace(ctx, began, pos); err != nil {
			return err
		}
	}
	return nil
}

// pace waits until sample pos is due.
func (f File) pace(ctx context.Context, began time.Time, pos int64) error {
	if f.Speed == 0 {
		return ctx.Err()
	}
	due := began.Add(time.Duration(float64(pos) / audio.Rate / f.Speed * float64(time.Second)))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(due)):
		return nil
	}
}

// readFull fills p, but for the end of the sound.
func readFull(s audio.Source, p []int16) (n int, err error) {
	for n < len(p) && err == nil {
		var k int
		k, err = s.Read(p[n:])
		n += k
	}
	return n, err
}
