package modem_test

import (
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"bellhop/drivers/modem"
	"bellhop/drivers/modem/all"
	"bellhop/drivers/pty"
)

// hasty are waits for something that answers at once or never.
var hasty = modem.Timing{
	Guard: time.Millisecond, Wake: 20 * time.Millisecond, Command: 20 * time.Millisecond, Slow: 20 * time.Millisecond,
	Prompt: 20 * time.Millisecond, Submit: 20 * time.Millisecond, Drain: time.Millisecond, Stuck: time.Second,
	Reopen: time.Millisecond, Settle: 5 * time.Millisecond, Check: 5 * time.Millisecond, Sweep: 20 * time.Millisecond,
}

// runAt drives whatever answers at path until stop.
func runAt(t *testing.T, path string) (*office, func()) {
	t.Helper()
	near := modem.New(modem.Config{
		Open:   func() (modem.Port, error) { return modem.OpenSerial(path, 115200) },
		Models: all.Models, Timing: hasty,
	})
	o := newOffice()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		near.Run(ctx, o)
	}()
	return o, func() { cancel(); <-done }
}

func TestSilentPort(t *testing.T) {
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	o, stop := runAt(t, p.Path())
	defer stop()
	for range 2 { // it comes back to it
		o.waitState(t, modem.Starting)
		if s := o.waitState(t, modem.Absent); s.Why != "modem does not answer" {
			t.Errorf("absent because %q", s.Why)
		}
	}
}

// TestGarbage answers every byte with something a modem might say at the wrong time,
// or line noise. Nothing may stop the driver.
func TestGarbage(t *testing.T) {
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	junk := []string{
		"OK", "OK", "OK", "OK", "ERROR", "> ", "RDY", "RING", "+CMTI: \"SM\",1", "+CMTI: ,", "+CDS: 24", "+CMGL: 1,1,,24",
		"07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07", "+CPIN: READY", "+CREG: 0,1",
		"+CPMS: \"SM\",1,1,\"SM\",1,1,\"SM\",1,1", "+CMS ERROR: 322", "+CME ERROR: 14", "\x00\xff\xfe", "+CNMI: (", "+COPS: 0,0,\"",
	}
	var answers sync.WaitGroup
	enough := make(chan struct{})
	answers.Go(func() {
		buf := make([]byte, 64)
		for said := 0; ; {
			n, err := p.Read(buf)
			if err == io.EOF {
				if p.Wait(t.Context()) != nil {
					return
				}
				continue
			}
			if err != nil {
				return
			}
			for range n {
				if said++; said == 3000 {
					close(enough)
				}
				if _, err := io.WriteString(p, "\r\n"+junk[r.IntN(len(junk))]+"\r\n"); err != nil {
					return
				}
			}
		}
	})
	_, stop := runAt(t, p.Path())
	<-enough
	stop()
	p.Close()
	answers.Wait()
}
