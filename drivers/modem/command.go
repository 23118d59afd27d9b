package modem

import (
	"errors"
	"fmt"
	"time"

	"github.com/warthog618/modem/at"
)

// command gives one AT command and returns the lines of its answer. A refusal is an
// error for which refused is true; errSilent says that no answer came but the modem
// does answer again; any other error means the port is lost.
func (s *session) command(cmd string, timeout time.Duration) ([]string, error) {
	info, err := s.raw(timeout, func() ([]string, error) {
		return s.at.Command(cmd, at.WithTimeout(timeout))
	})
	if errors.Is(err, at.ErrDeadlineExceeded) {
		s.m.log.Warn("modem silent", "command", mask(cmd))
		if err := s.resync(); err != nil {
			return nil, err
		}
		return nil, errSilent
	}
	return info, err
}

// raw runs one call of at under a watchdog: writing has no time-out of its own, so a
// stuck line is closed from outside.
func (s *session) raw(timeout time.Duration, call func() ([]string, error)) ([]string, error) {
	type answer struct {
		info []string
		err  error
	}
	watchdog := time.AfterFunc(timeout+s.t.Stuck, func() { s.port.Close() })
	defer watchdog.Stop()
	done := make(chan answer, 1)
	go func() {
		info, err := call()
		done <- answer{info, err}
	}()
	select {
	case a := <-done:
		if a.err != nil && !refused(a.err) && !errors.Is(a.err, at.ErrDeadlineExceeded) {
			return nil, fmt.Errorf("modem gone: %w", a.err)
		}
		return a.info, a.err
	case <-s.port.closed:
		// The call ends as soon as the reader has noticed; a Write that stays stuck
		// in the kernel is left behind.
		select {
		case a := <-done:
			return a.info, a.err
		case <-time.After(closeWait + time.Second):
			return nil, errLost
		}
	}
}

// resync brings the dialogue back in step after a time-out: at takes a late answer
// for that of the next command. So wait and let late lines be dropped first.
func (s *session) resync() error {
	s.m.change(Status{State: Suspect, Model: s.now.Model, Why: "no answer in time"})
	if err := s.escape(); err != nil {
		return err
	}
	time.Sleep(s.t.Drain)
	if err := s.inStep(); err != nil {
		return err
	}
	s.m.change(s.now)
	return nil
}

// escape leaves whatever the modem is in the middle of.
func (s *session) escape() error {
	_, err := s.raw(s.t.Wake, func() ([]string, error) {
		s.at.Escape()
		return nil, nil
	})
	return err
}

// inStep asks until two answers running are clean, with a pause in which a surplus OK
// is dropped.
func (s *session) inStep() error {
	clean := 0
	for range 6 {
		info, err := s.raw(s.t.Wake, func() ([]string, error) {
			return s.at.Command("", at.WithTimeout(s.t.Wake))
		})
		switch {
		case err == nil && len(info) == 0:
			clean++
		case err == nil || refused(err) || errors.Is(err, at.ErrDeadlineExceeded):
			clean = 0
		default:
			return err
		}
		if clean == 2 {
			return nil
		}
		time.Sleep(s.t.Guard)
	}
	s.port.Close()
	return errLost
}

// ask gives a command whose refusal means no more than an empty answer.
func (s *session) ask(cmd string, timeout time.Duration) ([]string, error) {
	info, err := s.command(cmd, timeout)
	if refused(err) || errors.Is(err, errSilent) {
		s.m.log.Debug("modem refused", "command", mask(cmd), "why", err)
		return nil, nil
	}
	return info, err
}

// submit hands a PDU to the modem and always answers r.
func (s *session) submit(r submit) error {
	timeout := s.t.Submit
	if timeout == 0 {
		timeout = max(s.model.Submit, time.Minute)
	}
	timeout += s.t.Prompt
	s.port.expect()
	// at knows one time-out for prompt and answer together.
	prompt := time.AfterFunc(s.t.Prompt, func() { s.port.closeUnlessHanded() })
	info, err := s.raw(timeout, func() ([]string, error) {
		return s.at.SMSCommand(fmt.Sprintf("+CMGS=%d", len(r.tpdu)), pduOf(r.tpdu), at.WithTimeout(timeout))
	})
	prompt.Stop()
	handed := s.port.handedOver()
	s.port.expect()
	if err == nil {
		v, _ := value(info, "+CMGS")
		r.done <- submitted{reference: number(fields(v), 0, -1)}
		return nil
	}
	if refused(err) {
		r.done <- submitted{err: refusal(err)}
		return nil
	}
	fate := ErrNotTaken
	if handed {
		fate = ErrUnanswered
	}
	// Out of Ready before the caller hears of it, or it would try the next at once.
	s.m.change(Status{State: Suspect, Model: s.now.Model, Why: "no answer to a message"})
	r.done <- submitted{err: fate}
	if errors.Is(err, at.ErrDeadlineExceeded) {
		return s.resync()
	}
	return err
}

// reset restarts the modem; its port goes away or says so.
func (s *session) reset() error {
	s.state(Suspect, "being restarted")
	if _, err := s.ask("+CFUN=1,1", s.t.Slow); err != nil {
		return err
	}
	return errRestart
}
