package auth

import (
	"net/netip"
	"regexp"
	"strings"
	"time"

	"bellhop/hub/crm"
)

// Origin is where a request comes from and with what.
type Origin struct {
	Address string // of its other end
	Device  string // what it calls itself (User-Agent)
	Key     string // its device key, "" while it has none
	Relayed bool   // it came through a relay, so that Address says nothing
	Mobile  bool   // it says itself that it is a telephone
}

// lan tells whether the request comes from the office's own network.
func (o Origin) lan() bool {
	if o.Relayed {
		return false
	}
	address, err := netip.ParseAddr(o.Address)
	if err != nil {
		return false
	}
	address = address.Unmap()
	return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast()
}

// Handheld finds telephones and tablets by what browsers call themselves.
var handheld = regexp.MustCompile(`(?i)android|iphone|ipad|ipod|mobile|harmonyos|windows phone|micromessenger`)

func (o Origin) handheld() bool { return o.Mobile || handheld.MatchString(o.Device) }

// within tells whether now lies in a user's login hours. A window over midnight
// belongs to the day it begins on.
func within(l crm.LoginLimits, now time.Time) bool {
	minute := now.Hour()*60 + now.Minute()
	today := func(t time.Time) bool { return l.Days == 0 || l.Days&(1<<((int(t.Weekday())+6)%7)) != 0 }
	switch {
	case l.From == l.To:
		return today(now)
	case l.From < l.To:
		return today(now) && minute >= l.From && minute < l.To
	case minute >= l.From:
		return today(now)
	default:
		return minute < l.To && today(now.AddDate(0, 0, -1))
	}
}

// allows refuses a login, or a session that is open, by the user's limits.
func (a *Auth) allows(user *crm.User, from Origin) error {
	l := user.Limits
	switch {
	case !within(l, a.now()):
		return &crm.Error{Code: crm.Unauthorized, Key: "login.hours", Args: map[string]string{"hours": hours(l)}}
	case l.LANOnly && !from.lan():
		return &crm.Error{Code: crm.Unauthorized, Key: "login.lan_only"}
	case l.PCOnly && from.handheld():
		return &crm.Error{Code: crm.Unauthorized, Key: "login.pc_only"}
	}
	return nil
}

func hours(l crm.LoginLimits) string {
	if l.From == l.To {
		return "00:00–24:00"
	}
	clock := func(m int) string { return time.Date(2000, 1, 1, m/60, m%60, 0, 0, time.UTC).Format("15:04") }
	return clock(l.From) + "–" + clock(l.To)
}

// parseNeighbours finds the hardware address of an IPv4 neighbour in the kernel's table
// (/proc/net/arp), "" when it isn't there. Columns: IP, type, flags, hardware address,
// mask, device; a flag of 0x0 is an entry that was never answered.
func parseNeighbours(table, address string) string {
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) >= 6 && f[0] == address && f[2] != "0x0" && f[3] != "00:00:00:00:00:00" && hardware.MatchString(f[3]) {
			return strings.ToLower(f[3])
		}
	}
	return ""
}

var hardware = regexp.MustCompile(`^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$`)
