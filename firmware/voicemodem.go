package main

import (
	"strings"

	"bellhop/drivers/listen"
	"bellhop/drivers/voicemodem"
	"bellhop/firmware/boxapi"
)

// beside is how many facts of a voice modem may wait for a line whose sound is gone.
const beside = 16

// voiceModem is the modem on line id as a second source of ringing and caller ID, nil
// where the settings name none.
func (b *box) voiceModem(id int) (*voicemodem.Source, <-chan listen.Event) {
	ports := strings.Split(b.cfg.VoiceModem, ",")
	if id > len(ports) || strings.TrimSpace(ports[id-1]) == "" {
		return nil, nil
	}
	told := make(chan listen.Event, beside)
	raised := false
	state := func(s voicemodem.State) {
		if bad := s.Why != ""; bad != raised {
			raised = bad
			b.report(boxapi.Event{AlertChanged: &boxapi.AlertChanged{Kind: "voice-modem", Raised: bad, Line: id, Detail: s.Why}})
		}
	}
	emit := func(e listen.Event) {
		select {
		case told <- e:
		default: // the line's sound is gone, and with it the line's clock
		}
	}
	return voicemodem.New(voicemodem.Config{
		Port: strings.TrimSpace(ports[id-1]), Country: b.cfg.CountryOf(id),
		Setup: strings.Fields(b.cfg.VoiceModemSetup), Log: b.log.With("line", id),
	}, emit, state), told
}
