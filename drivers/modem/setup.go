package modem

import (
	"errors"
	"slices"
	"strings"

	"github.com/warthog618/modem/at"
)

// wake gets the modem's attention: it may sleep, still be starting, be in the middle
// of a PDU, or have to find out the baud rate.
func (s *session) wake() error {
	if err := s.escape(); err != nil {
		return err
	}
	for range 10 {
		_, err := s.raw(s.t.Wake, func() ([]string, error) {
			return s.at.Command("", at.WithTimeout(s.t.Wake))
		})
		switch {
		case err == nil:
			return s.inStep()
		case !refused(err) && !errors.Is(err, at.ErrDeadlineExceeded):
			return err
		}
	}
	return errLost
}

// basics are the settings that need no SIM, and who the modem is. A modem that
// refuses one of them still works.
func (s *session) basics() error {
	for _, cmd := range []string{"E0", "V1Q0", "+CMEE=1"} {
		if _, err := s.ask(cmd, s.t.Command); err != nil {
			return err
		}
	}
	var id Identity
	for _, q := range []struct {
		cmd  string
		into *string
	}{{"+CGMI", &id.Manufacturer}, {"+CGMM", &id.Model}, {"+CGMR", &id.Revision}, {"I", &id.Info}} {
		info, err := s.ask(q.cmd, s.t.Command)
		if err != nil {
			return err
		}
		*q.into = identityLine(info, q.cmd)
	}
	s.model = identify(s.m.cfg.Models, id)
	s.now.Model = id.Name()
	s.m.log.Info("modem found", "model", id.Name(), "revision", id.Revision, "driver", s.model.Name)
	return nil
}

// identityLine joins the lines of an identity, each with or without the command's
// name before it, and drops announcements.
func identityLine(info []string, cmd string) string {
	var words []string
	for _, line := range info {
		line = strings.TrimSpace(strings.TrimPrefix(line, cmd+":"))
		if line == "" || line[0] == '+' || line[0] == '^' || line == "RDY" || line == "RING" {
			continue
		}
		words = append(words, strings.Trim(line, `"`))
	}
	return strings.Join(words, " ")
}

// check looks at SIM, network and signal and publishes what it finds. Only a lost
// modem is an error.
func (s *session) check() error {
	state, why, err := s.sim()
	if err != nil {
		return err
	}
	if state != Ready {
		s.setUp = false
		s.now.Operator, s.now.SignalDBm = "", 0
		s.state(state, why)
		return nil
	}
	if !s.setUp {
		if why, err := s.arrange(); err != nil || why != "" {
			s.state(Starting, why)
			return err
		}
		s.setUp = true
		if err := s.sweep(); err != nil {
			return err
		}
	}
	return s.network()
}

// sim asks for the SIM: Ready, NoSIM, PIN, or Starting while it is busy.
func (s *session) sim() (State, string, error) {
	info, err := s.command("+CPIN?", s.t.Slow)
	if e, ok := errors.AsType[at.CMEError](err); ok {
		switch e {
		case "14": // busy
			return Starting, "SIM busy", nil
		case "11":
			return s.unlock()
		case "12":
			return PIN, "SIM wants its PUK", nil
		}
		return NoSIM, "no usable SIM", nil
	}
	switch {
	case refused(err):
		return NoSIM, "no usable SIM", nil
	case errors.Is(err, errSilent):
		return Starting, "SIM does not answer", nil
	case err != nil:
		return "", "", err
	}
	switch v, _ := value(info, "+CPIN"); {
	case v == "READY":
		return Ready, "", nil
	case v == "SIM PIN":
		return s.unlock()
	case strings.HasPrefix(v, "NOT"):
		return NoSIM, "no usable SIM", nil
	default:
		return PIN, "SIM wants " + v, nil
	}
}

// arrange sets PDU mode, storage and announcements. why is not empty when the modem
// can't be used yet.
func (s *session) arrange() (why string, err error) {
	if _, err := s.command("+CMGF=0", s.t.Command); err != nil {
		if refused(err) || errors.Is(err, errSilent) {
			return "messages not ready yet", nil
		}
		return "", err
	}
	for _, cmd := range append([]string{`+CSCS="GSM"`, "+CSMS=0", "+COPS=3,0"}, s.model.Setup...) {
		if _, err := s.ask(cmd, s.t.Command); err != nil {
			return "", err
		}
	}
	if err := s.chooseMemory(); err != nil {
		return "", err
	}
	return "", s.announce()
}

// announce picks the best +CNMI that the modem lists and accepts. With none, sweeps
// find what arrives.
func (s *session) announce() error {
	s.announcing = ""
	info, err := s.ask("+CNMI=?", s.t.Command)
	if err != nil {
		return err
	}
	listed, _ := value(info, "+CNMI")
	settings := s.model.NewMessage
	if settings == nil {
		settings = newMessage
	}
	for _, setting := range settings {
		if !allows(ranges(listed), setting) {
			continue
		}
		_, err := s.command("+CNMI="+setting, s.t.Command)
		if err == nil {
			s.announcing = setting
			return nil
		}
		if !refused(err) && !errors.Is(err, errSilent) {
			return err
		}
	}
	s.m.log.Warn("modem announces no messages; looking for them instead", "listed", listed)
	return nil
}

// verify sets +CNMI again if the modem has dropped it: resets and network events do.
func (s *session) verify() error {
	if !s.setUp {
		return nil
	}
	info, err := s.ask("+CNMI?", s.t.Command)
	if err != nil {
		return err
	}
	v, ok := value(info, "+CNMI")
	if ok && s.announcing != "" && strings.Join(fields(v), ",") == s.announcing {
		return nil
	}
	return s.announce()
}

// chooseMemory finds where new texts arrive (mem3) and what memories there are.
func (s *session) chooseMemory() error {
	info, err := s.ask("+CPMS=?", s.t.Command)
	if err != nil {
		return err
	}
	v, _ := value(info, "+CPMS")
	s.storages = nil
	for i, group := range fields(v) {
		if i > 0 {
			break
		}
		for _, memory := range strings.Split(strings.Trim(group, "()"), ",") {
			memory = strings.Trim(strings.TrimSpace(memory), `"`)
			if memory == "SM" || memory == "ME" {
				s.storages = append(s.storages, memory)
			}
		}
	}
	s.selected = ""
	return s.fill()
}

// fill reads how full the memory for new texts is.
func (s *session) fill() error {
	info, err := s.ask("+CPMS?", s.t.Command)
	if err != nil {
		return err
	}
	v, ok := value(info, "+CPMS")
	fs := fields(v)
	if !ok || len(fs) < 3 {
		return nil
	}
	s.selected = fs[0]
	last := len(fs) - 3 // <mem>,<used>,<total> of mem3, or of the only one
	s.memory = fs[last]
	s.now.StorageUsed, s.now.StorageTotal = number(fs, last+1, 0), number(fs, last+2, 0)
	if !slices.Contains(s.storages, s.memory) {
		s.storages = append(s.storages, s.memory)
	}
	return nil
}

// network looks at registration, signal and operator, and settles Ready or NoNetwork.
func (s *session) network() error {
	on := false
	for _, cmd := range []string{"+CREG", "+CEREG", "+CGREG"} {
		info, err := s.ask(cmd+"?", s.t.Command)
		if err != nil {
			return err
		}
		if v, ok := value(info, cmd); ok && registered(v) {
			on = true
			break
		}
	}
	info, err := s.ask("+CSQ", s.t.Command)
	if err != nil {
		return err
	}
	v, _ := value(info, "+CSQ")
	s.now.SignalDBm = signalDBm(v)
	if err := s.fill(); err != nil {
		return err
	}
	if !on {
		s.now.Operator = ""
		s.state(NoNetwork, "not registered")
		return nil
	}
	if info, err = s.ask("+COPS?", s.t.Slow); err != nil {
		return err
	}
	v, _ = value(info, "+COPS")
	s.now.Operator = field(fields(v), 2)
	why := ""
	if info, err = s.ask("+CSCA?", s.t.Command); err != nil {
		return err
	}
	if v, ok := value(info, "+CSCA"); ok && field(fields(v), 0) == "" {
		why = "no service centre number on the SIM"
	}
	s.state(Ready, why)
	return nil
}
