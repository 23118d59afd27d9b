package modem

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"go.bug.st/serial"
)

// Port is an open serial line. Close ends a Read that is waiting; ResetOutputBuffer
// lets go of a Write that is stuck.
type Port interface {
	io.ReadWriteCloser
	ResetOutputBuffer() error
}

// OpenSerial opens the serial device at path, 8N1, for us alone. USB modems do not
// care about the baud rate.
func OpenSerial(path string, baud int) (Port, error) {
	p, err := serial.Open(path, &serial.Mode{BaudRate: baud})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return p, nil
}

var errPortClosed = errors.New("modem: port closed")

// closeWait is how long Close waits for a Write under way before it closes the
// descriptor beneath it.
const closeWait = 2 * time.Second

// answerWait is how long closeGently waits for the answer to a message.
const answerWait = 10 * time.Second

const (
	ctrlZ  = 0x1a
	escape = 0x1b
)

// guarded is a Port that knows whether a PDU was handed over, traces what passes, and
// never writes to a descriptor that was closed and given to another file.
type guarded struct {
	port   Port
	trace  *trace
	closed chan struct{}

	mu     sync.Mutex
	idle   sync.Cond // signalled when writing falls to 0
	gone   bool
	handed bool // a PDU went, or began to go, and its answer is awaited
	writes int  // under way
}

func guard(p Port, t *trace) *guarded {
	g := &guarded{port: p, trace: t, closed: make(chan struct{})}
	g.idle.L = &g.mu
	return g
}

func (g *guarded) Read(b []byte) (int, error) {
	n, err := g.port.Read(b)
	g.trace.add('<', b[:n])
	return n, err
}

func (g *guarded) Write(b []byte) (n int, err error) {
	g.mu.Lock()
	if g.gone {
		g.mu.Unlock()
		return 0, errPortClosed
	}
	if bytes.IndexByte(b, ctrlZ) >= 0 {
		g.handed = true
	}
	g.writes++
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.writes--
		g.idle.Broadcast()
		g.mu.Unlock()
	}()
	g.trace.add('>', b)
	for n < len(b) && err == nil {
		var k int
		k, err = g.port.Write(b[n:])
		n += k
	}
	return n, err
}

// expect forgets the PDU handed over.
func (g *guarded) expect() {
	g.mu.Lock()
	g.handed = false
	g.mu.Unlock()
}

func (g *guarded) handedOver() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.handed
}

// Close ends reads and writes, a stuck one too.
func (g *guarded) Close() error { return g.closeIf(func() bool { return true }) }

// closeUnlessHanded closes the port if no PDU was handed over; after it none can be.
func (g *guarded) closeUnlessHanded() error {
	return g.closeIf(func() bool { return !g.handed })
}

// closeGently closes the port, but leaves a message that was handed over a while for
// its answer, so that a restart does not leave it of unknown fate.
func (g *guarded) closeGently() {
	g.closeUnlessHanded()
	select {
	case <-g.closed:
	case <-time.After(answerWait):
		g.Close()
	}
}

func (g *guarded) closeIf(wanted func() bool) error {
	g.mu.Lock()
	if g.gone || !wanted() {
		g.mu.Unlock()
		return nil
	}
	g.gone = true
	close(g.closed)
	stuck := g.writes > 0
	g.mu.Unlock()
	if stuck {
		g.port.ResetOutputBuffer()
		g.waitForWrites()
	}
	return g.port.Close()
}

func (g *guarded) waitForWrites() {
	late := false
	t := time.AfterFunc(closeWait, func() {
		g.mu.Lock()
		late = true
		g.idle.Broadcast()
		g.mu.Unlock()
	})
	defer t.Stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.writes > 0 && !late {
		g.idle.Wait()
	}
}
