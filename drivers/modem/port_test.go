package modem

import (
	"errors"
	"io"
	"testing"
)

// stuckPort takes no bytes until it is flushed.
type stuckPort struct {
	flushed chan struct{}
	writing chan struct{}
	closed  chan struct{}
}

func newStuckPort() *stuckPort {
	return &stuckPort{make(chan struct{}), make(chan struct{}, 1), make(chan struct{})}
}

func (p *stuckPort) Read([]byte) (int, error) { <-p.closed; return 0, io.EOF }
func (p *stuckPort) ResetOutputBuffer() error { close(p.flushed); return nil }
func (p *stuckPort) Close() error             { close(p.closed); return nil }
func (p *stuckPort) Write(b []byte) (int, error) {
	p.writing <- struct{}{}
	<-p.flushed
	return 0, errors.New("flushed")
}

func TestCloseFreesAStuckWrite(t *testing.T) {
	p := newStuckPort()
	g := guard(p, &trace{})
	done := make(chan error)
	go func() {
		_, err := g.Write([]byte("00AA\x1a"))
		done <- err
	}()
	<-p.writing
	if !g.handedOver() {
		t.Error("a PDU begun counts as handed over")
	}
	if err := g.closeUnlessHanded(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.closed:
		t.Error("closed although a PDU was handed over")
	default:
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil {
		t.Error("the stuck write succeeded")
	}
	if _, err := g.Write([]byte("AT")); !errors.Is(err, errPortClosed) {
		t.Errorf("write after close: %v", err)
	}
	if err := g.Close(); err != nil {
		t.Error("closing twice:", err)
	}
}

func TestStuckWriteLosesTheModem(t *testing.T) {
	p := newStuckPort()
	m := New(Config{Open: func() (Port, error) { return p, nil }, Timing: Timing{Guard: 1, Wake: 1, Stuck: 1}})
	m.handler = nobody{}
	if err := m.once(t.Context()); err == nil {
		t.Error("no error")
	}
}

type nobody struct{}

func (nobody) Changed(Status)         {}
func (nobody) Received(Deliver) error { return nil }
func (nobody) Reported(Report) error  { return nil }

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"+CSCA: \"+8613800100500\",145":      "+CSCA: \"+86***00\",145",
		"0791683108100005F0040B911346610089": "<pdu>",
		"AT+CMGS=24":                         "AT+CMGS=24",
	} {
		if got := mask(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
