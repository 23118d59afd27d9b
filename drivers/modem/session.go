package modem

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/warthog618/modem/at"
)

var (
	errLost    = errors.New("modem does not answer")
	errSilent  = errors.New("no answer in time")
	errRestart = errors.New("modem restarted")
)

// session is the modem from opening its port to losing it. An at.AT can't be opened
// again, so each has its own. All but urc is owned by the goroutine of Run.
type session struct {
	m     *Modem
	t     Timing
	port  *guarded
	at    *at.AT
	urc   *unsolicited
	model Model
	now   Status // Model and what was learnt of the network

	setUp      bool   // storage and announcements are arranged
	announcing string // the +CNMI in force, "" none: then only sweeps find texts
	memory     string // where new texts arrive, "" unknown
	selected   string // which memory +CMGR reads
	storages   []string
}

func newSession(m *Modem, p Port) *session {
	s := &session{m: m, t: m.cfg.Timing, port: guard(p, &m.trace), urc: newUnsolicited()}
	s.at = at.New(s.port, append(s.urc.options(), at.WithEscTime(s.t.Guard))...)
	return s
}

// run brings the modem up and serves it until it is lost; it returns why.
func (s *session) run(ctx context.Context) error {
	s.state(Starting, "")
	if err := s.wake(); err != nil {
		return err
	}
	if err := s.basics(); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	return s.serve(ctx)
}

// serve waits for work. What was announced is read before anything is sent.
func (s *session) serve(ctx context.Context) error {
	settle := time.NewTimer(s.interval())
	defer settle.Stop()
	sweep := time.NewTicker(s.t.Sweep)
	defer sweep.Stop()
	verify := time.NewTicker(s.t.Verify)
	defer verify.Stop()
	for ctx.Err() == nil {
		if err := s.takeAnnounced(); err != nil {
			return err
		}
		submits := s.m.submits
		if s.now.State != Ready {
			submits = nil
		}
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.at.Closed():
			return errors.New("unplugged")
		case <-s.urc.wake:
		case r := <-submits:
			err = s.submit(r)
		case <-s.m.resets:
			err = s.reset()
		case <-settle.C:
			err = s.check()
			settle.Reset(s.interval())
		case <-s.m.sweeps:
			err = s.sweep()
		case <-sweep.C:
			err = s.sweep()
		case <-verify.C:
			err = s.verify()
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s *session) interval() time.Duration {
	if s.now.State == Ready {
		return s.t.Check
	}
	return s.t.Settle
}

// state publishes a state, with all else as known.
func (s *session) state(state State, why string) {
	s.now.State, s.now.Why = state, why
	s.m.change(s.now)
}

// slot is a place in a memory of the modem.
type slot struct {
	memory string
	index  int
}

// unsolicited collects what the modem announces. at runs each handler in a goroutine
// of its own, so order is not kept and nothing here depends on it.
type unsolicited struct {
	wake chan struct{} // holds one when there is something new

	mu        sync.Mutex
	slots     []slot     // +CMTI, +CDSI
	direct    [][]string // +CMT, +CDS: head and PDU
	sweep     bool       // a memory is full
	check     bool       // the SIM came or went
	restarted bool
}

func newUnsolicited() *unsolicited {
	return &unsolicited{wake: make(chan struct{}, 1)}
}

// options registers the announcements with at.New.
func (u *unsolicited) options() []at.Option {
	slots := func(info []string) {
		_, rest, _ := strings.Cut(info[0], ":")
		fs := fields(rest)
		if n := number(fs, 1, -1); n >= 0 {
			u.note(func() { u.slots = append(u.slots, slot{fs[0], n}) })
		}
	}
	direct := func(info []string) {
		u.note(func() { u.direct = append(u.direct, info) })
	}
	sweep := func([]string) { u.note(func() { u.sweep = true }) }
	simState := func(info []string) {
		// Also the answer to +CPIN?, which needs no second look.
		if strings.Contains(info[0], "NOT") || strings.Contains(info[0], "REMOVED") {
			u.note(func() { u.check = true })
		}
	}
	restarted := func(info []string) {
		if info[0] == "RDY" || info[0] == "^SYSSTART" {
			u.note(func() { u.restarted = true })
		}
	}
	return []at.Option{
		at.WithIndication("+CMTI:", slots),
		at.WithIndication("+CDSI:", slots),
		at.WithIndication("+CMT:", direct, at.WithTrailingLine),
		at.WithIndication("+CDS:", direct, at.WithTrailingLine),
		at.WithIndication("^SMMEMFULL", sweep),
		at.WithIndication(`+QIND: "smsfull"`, sweep),
		at.WithIndication("+SMS FULL", sweep),
		at.WithIndication("+CPIN:", simState),
		at.WithIndication("RDY", restarted),
		at.WithIndication("^SYSSTART", restarted),
	}
}

func (u *unsolicited) note(f func()) {
	u.mu.Lock()
	f()
	u.mu.Unlock()
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// announced is what unsolicited had collected.
type announced struct {
	slots                   []slot
	direct                  [][]string
	sweep, check, restarted bool
}

func (u *unsolicited) take() announced {
	u.mu.Lock()
	defer u.mu.Unlock()
	a := announced{u.slots, u.direct, u.sweep, u.check, u.restarted}
	u.slots, u.direct, u.sweep, u.check, u.restarted = nil, nil, false, false, false
	return a
}
