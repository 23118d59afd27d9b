package console

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
)

// status shows the box at a glance.
func (m *menu) status(context.Context) error {
	s := m.cfg.Status()
	var b strings.Builder
	row := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-11s %s\n", label, fmt.Sprintf(format, args...))
	}
	row("Version", "%s, board %s", s.Version, s.Board)
	started := time.UnixMilli(s.StartedAt)
	row("Running", "%s, since %s", age(time.Since(started)), started.Format("2006-01-02 15:04:05"))
	row("Clock", "%s", time.Now().Format("2006-01-02 15:04:05 -07:00"))
	for _, address := range m.addresses() {
		row("Address", "%s", address)
	}
	for _, l := range s.Lines {
		row(fmt.Sprintf("Line %d", l.ID), "%s%s", lineState(l.State), labelled(l.Label))
	}
	if len(s.Lines) == 0 {
		row("Lines", "none found; check the sound card or adapter")
	}
	for _, modem := range s.Modems {
		row("Modem "+modem.Modem, "%s", modemState(modem.State))
	}
	row("Recording", "incoming calls %s, outgoing calls %s", onOff(s.Recording.Incoming), onOff(s.Recording.Outgoing))
	row("Storage", "%s free", size(s.FreeBytes))
	row("Events", "%d waiting for the hub", s.Pending)
	return m.t.print("\n%s", b.String())
}

func (m *menu) addresses() []string {
	if m.cfg.Addresses == nil {
		return nil
	}
	return m.cfg.Addresses()
}

// modem shows what the modems say of themselves.
func (m *menu) modem(context.Context) error {
	s := m.cfg.Status()
	var b strings.Builder
	for _, modem := range s.Modems {
		fmt.Fprintf(&b, "\nModem %s\n", modem.Modem)
		row := func(label, value string) { fmt.Fprintf(&b, "  %-10s %s\n", label, value) }
		row("State", modemState(modem.State))
		row("Model", orDash(modem.Model))
		row("Operator", orDash(modem.Operator))
		row("Signal", signal(modem.SignalDB))
		if modem.Why != "" {
			row("Last word", modem.Why)
		}
	}
	if len(s.Modems) == 0 {
		b.WriteString("\nThis box has no modem configured.\n")
	}
	return m.t.print("%s", b.String())
}

func lineState(s boxapi.LineState) string {
	switch s {
	case boxapi.LineIdle:
		return "idle (on-hook)"
	case boxapi.LineRinging:
		return "ringing"
	case boxapi.LineTalking:
		return "in use (off-hook)"
	case boxapi.LineFault:
		return "FAULT: no audio; check the line adapter and its cable"
	}
	return string(s)
}

// modemState is the state and what to do about it.
func modemState(s boxapi.ModemState) string {
	switch s {
	case boxapi.ModemAbsent:
		return "ABSENT: plug the modem in, or check its cable"
	case boxapi.ModemStarting:
		return "starting"
	case boxapi.ModemNoSIM:
		return "NO SIM: insert a SIM card"
	case boxapi.ModemPIN:
		return "SIM LOCKED: it wants its PIN or PUK"
	case boxapi.ModemNoNetwork:
		return "NO NETWORK: check the antenna and the SIM's contract; texts wait"
	case boxapi.ModemReady:
		return "ready"
	case boxapi.ModemSuspect:
		return "does not answer; being restarted"
	}
	return string(s)
}

// signal puts dBm into words: TS 27.007's scale, split as handsets split it.
func signal(dbm int) string {
	switch {
	case dbm == 0:
		return "-"
	case dbm >= -75:
		return fmt.Sprintf("%d dBm, strong", dbm)
	case dbm >= -95:
		return fmt.Sprintf("%d dBm, fair", dbm)
	}
	return fmt.Sprintf("%d dBm, WEAK: move the antenna", dbm)
}

func labelled(label string) string {
	if label == "" {
		return ""
	}
	return ", " + label
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}

func size(bytes int64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
}
