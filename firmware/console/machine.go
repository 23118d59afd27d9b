package console

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
)

// refusals are what a technician is told when the machine refuses, and what to do.
var refusals = map[string]string{
	boxapi.NoSystem:      "This machine is not set up from here; use its own tools.",
	boxapi.BadAddress:    "That is no address of a network card. Write it like 192.168.1.20/24.",
	boxapi.BadGateway:    "That gateway is no address inside of the box's network.",
	boxapi.BadNameServer: "A name server is an address like 192.168.1.1.",
	boxapi.BadWifi:       "A Wi-Fi password has 8 to 63 characters; a name at most 32.",
	boxapi.NoWifi:        "This box has no radio.",
	boxapi.BadTime:       "No time before this version was made, or after 2099, is taken.",
	boxapi.BadZone:       "There is no such time zone. Write it like Asia/Shanghai.",
	boxapi.BadPIN:        "The PIN is wrong. The administrator finds it on the page, under Settings, Box.",
	boxapi.TriedTooOften: "Too many wrong PINs. Wait a minute.",
	boxapi.BadUpdate:     "That file is not an update of ours, is damaged, or is older than what runs.",
	boxapi.NothingToTry:  "No version was written that could be tried.",
	boxapi.NothingBehind: "There is no other version to go back to.",
	boxapi.NotConfirmed:  "It was not confirmed.",
}

// ask puts a request to the machine; false when it was refused, which is told.
func (m *menu) ask(ctx context.Context, op string, in, out any) (bool, error) {
	if m.cfg.Machine == nil {
		return false, m.t.print("\n%s\n", refusals[boxapi.NoSystem])
	}
	err := m.cfg.Machine.Ask(ctx, op, in, out)
	if err == nil {
		return true, nil
	}
	return false, m.refused(op, err)
}

func (m *menu) refused(op string, err error) error {
	var known *boxapi.SystemError
	if errors.As(err, &known) && refusals[known.Key] != "" {
		return m.t.print("\n%s\n", refusals[known.Key])
	}
	m.cfg.Log.Error("console", "request", op, "error", err)
	return m.t.print("\nThat did not work: %s\n", fold(err.Error()))
}

// fold breaks a text of the machine to the width of the screen.
func fold(text string) string {
	const most = 600
	if len(text) > most {
		text = text[:most] + "…"
	}
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		if n := len([]rune(word)); column+n+1 > width {
			b.WriteString("\n")
			column = 0
		}
		column += len([]rune(word)) + 1
		b.WriteString(word + " ")
	}
	return strings.TrimSpace(b.String())
}

// did writes down what a technician changed: in the box's own log, and in the system log
// of the hub.
func (m *menu) did(what string) {
	m.cfg.Log.Warn("changed at the console", "what", what, "from", m.cfg.From)
	err := m.cfg.Emit(boxapi.Event{At: time.Now().UnixMilli(), Serviced: &boxapi.Serviced{What: what, From: m.cfg.From}})
	if err != nil {
		m.cfg.Log.Error("not written to the system log", "what", what, "error", err)
	}
}

// option is one line of a menu inside an item.
type option struct {
	label string
	do    func(ctx context.Context) error
}

// pick shows numbered options; anything else goes back.
func (m *menu) pick(ctx context.Context, options ...option) error {
	var b strings.Builder
	for i, o := range options {
		fmt.Fprintf(&b, "  %d  %s\n", i+1, o.label)
	}
	choice, err := m.t.ask(fmt.Sprintf("\n%sNumber, or Enter to go back: ", b.String()))
	if err != nil {
		return err
	}
	for i, o := range options {
		if strings.TrimSpace(choice) == fmt.Sprint(i+1) {
			return o.do(ctx)
		}
	}
	return nil
}
