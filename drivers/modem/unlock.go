package modem

import (
	"errors"
	"os"
)

// unlock tries the configured PIN, once.
func (s *session) unlock() (State, string, error) {
	pin := s.m.cfg.PIN
	switch {
	case pin == "":
		return PIN, "SIM wants its PIN", nil
	case s.m.pinTried || s.m.triedBefore(pin):
		return PIN, "the SIM did not take its PIN", nil
	}
	if err := s.m.noteTry(pin); err != nil {
		s.m.log.Error("PIN not tried, for it could not be noted", "error", err)
		return PIN, "SIM wants its PIN", nil
	}
	s.m.pinTried = true
	_, err := s.command(`+CPIN="`+pin+`"`, s.t.Slow)
	switch {
	case err == nil:
		s.m.pinTried = false // it was right, and will be after the next replug
		s.m.forgetTry()
		return Starting, "SIM unlocked", nil
	case refused(err) || errors.Is(err, errSilent):
		return PIN, "the SIM did not take its PIN", nil
	}
	return "", "", err
}

// triedBefore reports whether an earlier run tried this PIN in vain.
func (m *Modem) triedBefore(pin string) bool {
	if m.cfg.PINTried == "" {
		return false
	}
	b, err := os.ReadFile(m.cfg.PINTried)
	return err == nil && string(b) == pin
}

// noteTry notes the PIN before it is tried: a power cut must not give it a second
// chance.
func (m *Modem) noteTry(pin string) error {
	if m.cfg.PINTried == "" {
		return nil
	}
	f, err := os.OpenFile(m.cfg.PINTried, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(pin)
	return errors.Join(err, f.Sync(), f.Close())
}

func (m *Modem) forgetTry() {
	if m.cfg.PINTried == "" {
		return
	}
	if err := os.Remove(m.cfg.PINTried); err != nil {
		m.log.Warn("the PIN stays noted as tried", "error", err)
	}
}
