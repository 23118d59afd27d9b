// Package modem drives a GSM or LTE modem for short messages: it sends PDUs, reads
// what arrives, and tells the state of SIM, network and modem. It keeps no message:
// its Handler commits what is received before the modem's copy is deleted, and the
// caller queues what is to be sent (3GPP TS 27.005, 27.007, 23.040). It is not for
// calls or data.
//
// One goroutine, that of Run, owns the modem; AT lines and PDUs are warthog618's.
// Texts are read from the modem's storage (+CMTI, then +CMGR, then +CMGD) rather than
// pushed (+CMT), because an acknowledgement that queues behind a slow +CMGS makes the
// network believe the text was not taken.
package modem

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

var (
	// ErrNotReady: the modem can send nothing now; nothing was handed over.
	ErrNotReady = errors.New("modem: not ready")
	// ErrNotTaken: the modem went silent or away before the PDU was handed over, so
	// that trying again sends it once.
	ErrNotTaken = errors.New("modem: gone before it took the message")
	// ErrUnanswered: the PDU was handed over and no answer came. The text may have
	// been sent; sending it again may send it twice.
	ErrUnanswered = errors.New("modem: took the message and did not answer")
)

// Handler takes what the modem reports. Its methods are called from the goroutine of
// Run, one at a time.
type Handler interface {
	// Changed tells a new status.
	Changed(Status)
	// Received commits a text or a part of one. The modem deletes its copy when the
	// error is nil and offers it again at the next sweep when not; the same one may
	// come twice if the power goes in between.
	Received(Deliver) error
	// Reported commits a delivery report.
	Reported(Report) error
}

// Config of a Modem. Open is required.
type Config struct {
	Open   func() (Port, error) // opens the port anew at each call
	Models []Model              // tried in order; see drivers/modem/all
	PIN    string               // of the SIM
	// PINTried is a file that remembers, over restarts too, that PIN was tried and not
	// taken: three wrong tries lock the SIM. Without it PIN is tried once a run.
	PINTried string
	Timing   Timing
	Log      *slog.Logger
}

// Timing holds the waits; the zero value of each means the default.
type Timing struct {
	Guard   time.Duration // after ESC, and between a time-out's drain and the next AT; 300 ms
	Wake    time.Duration // for the answer to a first AT; 1 s
	Command time.Duration // for the answer to a plain command; 5 s
	Slow    time.Duration // to +CPIN, +COPS, +CMGL and the like; 30 s
	Prompt  time.Duration // for the ">" of +CMGS; 10 s
	Submit  time.Duration // for the answer after the PDU; 60 s, or the model's
	Drain   time.Duration // left for late answers after a time-out; 1 s
	Stuck   time.Duration // beyond any time-out before the port is closed; 5 s
	Reopen  time.Duration // between attempts to open the port; 2 s
	Settle  time.Duration // between checks until ready; 3 s
	Check   time.Duration // between checks when ready; 30 s
	Sweep   time.Duration // between looks through the storage; 3 min
	Verify  time.Duration // between looks whether the modem still announces texts; 1 h
}

func (t Timing) withDefaults() Timing {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.Guard, 300 * time.Millisecond}, {&t.Wake, time.Second}, {&t.Command, 5 * time.Second},
		{&t.Slow, 30 * time.Second}, {&t.Prompt, 10 * time.Second}, {&t.Drain, time.Second},
		{&t.Stuck, 5 * time.Second}, {&t.Reopen, 2 * time.Second}, {&t.Settle, 3 * time.Second},
		{&t.Check, 30 * time.Second}, {&t.Sweep, 3 * time.Minute}, {&t.Verify, time.Hour},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return t
}

// Modem is one modem, present or not.
type Modem struct {
	cfg     Config
	log     *slog.Logger
	trace   trace
	submits chan submit
	resets  chan struct{}
	sweeps  chan struct{}

	mu       sync.Mutex
	status   Status
	notReady chan struct{} // closed while status.State is not Ready

	// Owned by Run.
	handler  Handler
	pinTried bool
}

type submit struct {
	tpdu []byte
	done chan<- submitted
}

type submitted struct {
	reference int
	err       error
}

// New makes a Modem; Run brings it to life.
func New(cfg Config) *Modem {
	cfg.Timing = cfg.Timing.withDefaults()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	m := &Modem{
		cfg: cfg, log: cfg.Log,
		submits: make(chan submit), resets: make(chan struct{}, 1), sweeps: make(chan struct{}, 1),
		status: Status{State: Absent}, notReady: make(chan struct{}),
	}
	close(m.notReady)
	return m
}

// Run opens the modem, keeps it usable and opens it again whenever it went away,
// until ctx ends.
func (m *Modem) Run(ctx context.Context, h Handler) error {
	m.handler = h
	m.handler.Changed(m.Status())
	for ctx.Err() == nil {
		why := m.once(ctx)
		m.change(Status{State: Absent, Why: why.Error()})
		sleep(ctx, m.cfg.Timing.Reopen)
	}
	return ctx.Err()
}

// once serves the modem from opening the port to losing it and returns why.
func (m *Modem) once(ctx context.Context) error {
	p, err := m.cfg.Open()
	if err != nil {
		return err
	}
	s := newSession(m, p)
	defer s.port.Close()
	stop := context.AfterFunc(ctx, s.port.closeGently)
	defer stop()
	err = s.run(ctx)
	if ctx.Err() == nil {
		m.log.Warn("modem lost", "why", err)
	}
	return err
}

// Submit hands one SMS-SUBMIT to the network and returns its message reference, by
// which a Report will name it; -1 when the modem did not tell. The error is
// ErrNotReady, ErrNotTaken, ErrUnanswered or a CMSError. Only one Submit is under way
// at a time. Once handed over it is seen through even if ctx ends.
func (m *Modem) Submit(ctx context.Context, tpdu []byte) (reference int, err error) {
	m.mu.Lock()
	notReady := m.notReady
	m.mu.Unlock()
	select {
	case <-notReady: // looked at first: select chooses freely among what is ready
		return 0, ErrNotReady
	default:
	}
	done := make(chan submitted, 1)
	select {
	case <-ctx.Done():
		return 0, ErrNotReady
	case <-notReady:
		return 0, ErrNotReady
	case m.submits <- submit{tpdu, done}:
		r := <-done
		return r.reference, r.err
	}
}

// Reset restarts the modem's radio and firmware (+CFUN=1,1) as soon as it is free.
func (m *Modem) Reset() { request(m.resets) }

// Sweep looks through the modem's memories as soon as it is free.
func (m *Modem) Sweep() { request(m.sweeps) }

func request(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Status is the state of the modem now.
func (m *Modem) Status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status
}

// Trace returns the last lines that went over the port, oldest first, numbers and
// texts masked.
func (m *Modem) Trace() []string { return m.trace.lines() }

// change sets the status and tells the handler if it is new.
func (m *Modem) change(s Status) {
	m.mu.Lock()
	was := m.status
	m.status = s
	if (s.State == Ready) != (was.State == Ready) {
		if s.State == Ready {
			m.notReady = make(chan struct{})
		} else {
			close(m.notReady)
		}
	}
	m.mu.Unlock()
	if s != was {
		m.handler.Changed(s)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
