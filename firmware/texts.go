package main

import (
	"context"
	"path/filepath"
	"time"

	"bellhop/drivers/modem"
	"bellhop/drivers/modem/all"
	"bellhop/drivers/modem/modemtest"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/sms"
)

// texts are the GSM modem and the queue before it.
type texts struct {
	service   *sms.Service
	simulated *modemtest.Modem // nil for a real one
}

// openTexts opens the queue of texts, where there is a modem. A broken one leaves the
// telephone lines alone.
func (b *box) openTexts() error {
	device := b.cfg.Modem
	t := &texts{}
	if device == "" {
		if b.board.Name != "sim" {
			return nil
		}
		simulated, err := modemtest.Start(modemtest.Config{
			Link: filepath.Join(b.cfg.Data, "modem"), Report: 2 * time.Second,
		})
		if err != nil {
			b.log.Error("no simulated modem", "err", err)
			return nil
		}
		t.simulated, device = simulated, simulated.Path()
	}
	const baud = 115200
	m := modem.New(modem.Config{
		Open:   func() (modem.Port, error) { return modem.OpenSerial(device, baud) },
		Models: all.Models, Log: b.log.With("modem", "1"),
		PIN: b.cfg.ModemPIN, PINTried: filepath.Join(b.cfg.Data, "sms", "pin-tried"),
	})
	var err error
	t.service, err = sms.New(sms.Config{
		Dir: filepath.Join(b.cfg.Data, "sms"), Modem: m, Log: b.log.With("modem", "1"),
		Emit: func(e boxapi.Event) error { return b.report(e).Wait() },
	})
	if err != nil {
		b.log.Error("no texts", "err", err)
		if t.simulated != nil {
			t.simulated.Close()
		}
		return nil
	}
	b.texts = t
	return nil
}

func (b *box) serveTexts(ctx context.Context) {
	if b.texts == nil {
		return
	}
	if err := b.texts.service.Run(ctx); err != nil && ctx.Err() == nil {
		b.log.Error("texts stopped", "err", err)
	}
}

func (t *texts) close() error {
	err := t.service.Close()
	if t.simulated != nil {
		t.simulated.Close()
	}
	return err
}

func (b *box) simulateSMS(s boxapi.SimulateSMS) boxapi.Result {
	if b.texts == nil || b.texts.simulated == nil {
		return boxapi.Result{Error: "not-simulated", Detail: "the modem of this box is a real one, or there is none"}
	}
	return result("bad-text", b.texts.simulated.Deliver(s.From, s.Text))
}
