package telephony

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"bellhop/firmware/boxapi"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// machineRequests are what the page may ask of the machine; the rest is the console's.
var machineRequests = map[string]bool{
	"network": true, "network.set": true, "network.keep": true,
	"wifi.scan": true, "wifi.join": true, "wifi.forget": true,
	"clock": true, "clock.set": true, "clock.zone": true, "power": true, "reset": true,
}

// Machine asks the machine below the first box that answers, for administrators.
func (s *Service) Machine(ctx context.Context, who *rights.Rights, op string, body json.RawMessage) (json.RawMessage, error) {
	b, err := s.machine(who)
	if err != nil {
		return nil, err
	}
	if !machineRequests[op] {
		return nil, &crm.Error{Code: crm.NotFound, Key: "machine.unknown-request"}
	}
	answer, err := b.client.Machine(ctx, op, body)
	var refused *boxapi.SystemError
	if errors.As(err, &refused) {
		return nil, s.machineRefused(op, refused)
	}
	if err != nil {
		s.log.Warn("the machine does not answer", "request", op, "err", err)
		return nil, errAway
	}
	return answer, nil
}

func (s *Service) machine(who *rights.Rights) (*box, error) {
	if !who.Administrates() {
		return nil, &crm.Error{Code: crm.Forbidden, Key: "machine.forbidden"}
	}
	for _, b := range s.boxes {
		b.mu.Lock()
		up := b.connected
		b.mu.Unlock()
		if up {
			return b, nil
		}
	}
	return nil, errAway
}

// machineFields names the input of the page a refusal is about.
var machineFields = map[string]string{
	boxapi.BadAddress: "address", boxapi.BadGateway: "gateway", boxapi.BadNameServer: "dns",
	boxapi.BadWifi: "password", boxapi.BadTime: "at", boxapi.BadZone: "zone", boxapi.NotConfirmed: "confirm",
}

func (s *Service) machineRefused(op string, refused *boxapi.SystemError) error {
	s.log.Warn("the machine refuses", "request", op, "why", refused.Error())
	code := crm.Invalid
	if refused.Key == boxapi.NoSystem {
		code = crm.Unavailable
	}
	key := "machine." + refused.Key
	if _, known := s.records.Schema().Labels.Lookup("en", key); !known {
		key = "machine.failed"
	}
	return &crm.Error{Code: code, Key: key, Field: machineFields[refused.Key]}
}

// PIN is the secret of the first box that answers.
func (s *Service) PIN(ctx context.Context, who *rights.Rights) (string, error) {
	b, err := s.machine(who)
	if err != nil {
		return "", err
	}
	pin, err := b.client.PIN(ctx)
	if err != nil {
		s.log.Warn("the box does not tell its PIN", "err", err)
		return "", errAway
	}
	return pin, nil
}

// Support opens the box's support bundle; nil while no box answers.
func (s *Service) Support(ctx context.Context, who *rights.Rights) (*http.Response, error) {
	b, err := s.machine(who)
	if errors.Is(err, errAway) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	response, err := b.client.Support(ctx)
	if err != nil {
		s.log.Warn("the box gives no support bundle", "err", err)
		return nil, nil
	}
	return response, nil
}
