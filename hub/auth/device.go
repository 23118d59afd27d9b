package auth

import (
	"context"
	"os"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// neighbours is the kernel's table of IPv4 neighbours; "" where there is none.
func neighbours() string {
	table, err := os.ReadFile("/proc/net/arp")
	if err != nil {
		return ""
	}
	return string(table)
}

// MakeDeviceKey returns a key a browser keeps to be known again by.
func MakeDeviceKey() string { return random() }

// bound refuses a login from a device that is not bound to the user, and notes the
// device, so that an administrator can bind it with one press (SEC-12).
func (a *Auth) bound(ctx context.Context, user *crm.User, from Origin) error {
	if !user.Limits.BoundDevices {
		return nil
	}
	devices := a.devicesOf(user, from)
	for _, d := range devices {
		known, err := a.store.TouchDevice(ctx, d)
		if err != nil || known {
			return err
		}
	}
	if len(devices) > 0 {
		if err := a.store.AskDevice(ctx, devices[0]); err != nil {
			return err
		}
	}
	return &crm.Error{Code: crm.Unauthorized, Key: "login.device"}
}

// devicesOf are the marks a device is known by: its hardware address on the office's
// network, then its key.
func (a *Auth) devicesOf(user *crm.User, from Origin) (list []store.Device) {
	add := func(kind, value string) {
		list = append(list, store.Device{ID: crm.NewID(), User: user.ID, Kind: kind, Value: value, Label: clip(from.Device, 200), Address: from.Address, LastAt: a.now().UnixMilli()})
	}
	if !from.Relayed {
		if mac := parseNeighbours(a.neighbours(), strings.TrimPrefix(from.Address, "::ffff:")); mac != "" {
			add("mac", mac)
		}
	}
	if from.Key != "" {
		add("key", hashToken(from.Key))
	}
	return list
}
