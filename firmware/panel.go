package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"bellhop/drivers/button"
	"bellhop/drivers/oled"
	"bellhop/firmware/boxapi"

	"periph.io/x/conn/v3/i2c/i2creg"
)

// resetPatience is how long a factory reset asked for by the button waits for a person
// to confirm it.
const resetPatience = 2 * time.Minute

// alertResetAsked is raised while a factory reset waits.
const alertResetAsked = "factory-reset-asked"

var errNotAsked = errors.New("nobody holds the button: press it for five seconds first, then confirm within two minutes")

// panel is what a hand finds on the box: the button, and what it led to.
type panel struct {
	asked atomic.Int64 // when a factory reset was asked for, Unix ms; 0 for not
}

// pressed is called for each press of the button.
func (b *box) pressed(p button.Press) {
	switch p {
	case button.Short:
		b.log.Info("switching off: the button was pressed")
		if err := b.askMachine("power", map[string]string{"do": "off"}); err != nil {
			b.log.Error("power off", "err", err)
		}
	case button.Long:
		b.log.Warn("the button asks for a factory reset")
		b.panel.asked.Store(time.Now().UnixMilli())
		b.report(boxapi.Event{AlertChanged: &boxapi.AlertChanged{Kind: alertResetAsked, Raised: true}})
		time.AfterFunc(resetPatience, b.forgetReset)
	}
}

// forgetReset ends the wait for a confirmation.
func (b *box) forgetReset() {
	if at := b.panel.asked.Load(); at > 0 && time.Since(time.UnixMilli(at)) >= resetPatience && b.panel.asked.CompareAndSwap(at, 0) {
		b.report(boxapi.Event{AlertChanged: &boxapi.AlertChanged{Kind: alertResetAsked}})
	}
}

// confirmReset carries out the factory reset that the button asked for.
func (b *box) confirmReset() error {
	at := b.panel.asked.Load()
	if at == 0 || time.Since(time.UnixMilli(at)) > resetPatience {
		return errNotAsked
	}
	b.log.Warn("factory reset: confirmed")
	return b.askMachine("reset", map[string]string{"confirm": boxapi.ResetWord})
}

// askMachine asks the service below, whose answer says nothing more.
func (b *box) askMachine(op string, in any) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return b.machine.Ask(ctx, op, in, &struct{}{})
}

func (b *box) serveButton(ctx context.Context) {
	if b.board.Button.Name == "" {
		return
	}
	w, err := button.Open(b.board.Button, nil)
	if err != nil {
		b.log.Warn("no button", "err", err)
		return
	}
	w.Run(ctx, b.pressed)
}

// displayEvery is how often the display follows the box.
const displayEvery = 2 * time.Second

func (b *box) serveDisplay(ctx context.Context) {
	if b.board.Display.Name == "" {
		return
	}
	bus, err := i2creg.Open("")
	if err != nil {
		b.log.Info("no display", "err", err)
		return
	}
	defer bus.Close()
	screen, err := oled.Open(bus)
	if err != nil {
		b.log.Info("no display", "err", err)
		return
	}
	defer screen.Off()
	tick := time.NewTicker(displayEvery)
	defer tick.Stop()
	for {
		if err := screen.Show(page(b.Status(), address(), time.Now())); err != nil {
			b.log.Debug("display", "err", err) // it may come back
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// page is what the display says: where to find the box, and how lines and modem are.
func page(s boxapi.Status, address string, now time.Time) oled.Page {
	p := oled.Page{}
	if address == "" {
		p.Lines = append(p.Lines, "no", "network")
	} else {
		p.Address = "http://" + address
		p.Lines = append(p.Lines, inTwo(address)...)
	}
	for _, l := range s.Lines[:min(len(s.Lines), 2)] {
		p.Lines = append(p.Lines, fmt.Sprintf("%d %s", l.ID, l.State))
	}
	for _, m := range s.Modems[:min(len(s.Modems), 1)] {
		state := string(m.State)
		if m.State == boxapi.ModemReady && m.SignalDB != 0 {
			state = fmt.Sprint(m.SignalDB)
		}
		p.Lines = append(p.Lines, "sms "+state)
	}
	for len(p.Lines) < oled.Lines-1 {
		p.Lines = append(p.Lines, "")
	}
	p.Lines = append(p.Lines[:oled.Lines-1], now.Format("15:04"))
	return p
}

// inTwo breaks an address that is too long for a line behind a dot.
func inTwo(address string) []string {
	if len(address) <= oled.Letters {
		return []string{address, ""}
	}
	cut := strings.LastIndexAny(address[:oled.Letters], ".:") + 1
	return []string{address[:cut], address[cut:]}
}
