package main

import (
	"context"
	"fmt"
	"sync"

	"bellhop/drivers/callerid"
	"bellhop/drivers/listen"
	"bellhop/firmware/scope"
)

// watchers are those who look at a line as it is heard: by the scope, and in words.
type watchers struct {
	*scope.Tap
	mu    sync.Mutex
	words map[chan string]bool
}

// Heard is called by the line and never waits.
func (w *watchers) Heard(e listen.Event) {
	w.Tap.Heard(e)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.words) == 0 {
		return
	}
	text := inWords(e)
	for c := range w.words {
		select {
		case c <- text:
		default: // who reads too slowly misses something
		}
	}
}

// listen tells what a line's ears hear, until ctx ends.
func (b *box) listen(ctx context.Context, id int) <-chan string {
	c := make(chan string, 32)
	l := b.line(id)
	if l == nil {
		return c
	}
	w := l.watchers
	w.mu.Lock()
	if w.words == nil {
		w.words = map[chan string]bool{}
	}
	w.words[c] = true
	w.mu.Unlock()
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		delete(w.words, c)
		w.mu.Unlock()
	})
	return c
}

// inWords is e for a technician.
func inWords(e listen.Event) string {
	switch {
	case e.Caller != nil:
		return callerInWords(e.Caller)
	case e.Rejected != nil:
		return fmt.Sprintf("%s burst refused: %s, %x", e.Rejected.Modem, e.Rejected.Why, e.Rejected.Raw)
	case e.Digit != nil:
		return fmt.Sprintf("key %c", e.Digit.Key)
	case e.Tone != nil:
		return e.Tone.Name + " tone " + onOff(e.Tone.On)
	case e.Ring != nil:
		return "ring " + onOff(e.Ring.On)
	case e.Hook != nil && e.Hook.Off:
		return "off-hook"
	case e.Hook != nil:
		return "on-hook"
	}
	return ""
}

func callerInWords(m *callerid.Message) string {
	switch {
	case m.Waiting != nil:
		return "message lamp " + onOff(*m.Waiting)
	case m.NumberReason == callerid.Private:
		return "caller withheld (" + m.Standard + ")"
	case m.NumberReason == callerid.Unavailable:
		return "caller not known to the exchange (" + m.Standard + ")"
	case m.Name != "":
		return fmt.Sprintf("caller %s %q (%s)", m.Number, m.Name, m.Standard)
	}
	return fmt.Sprintf("caller %s (%s)", m.Number, m.Standard)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
