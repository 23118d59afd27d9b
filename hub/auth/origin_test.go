package auth

import (
	"testing"
	"time"

	"bellhop/hub/crm"
)

func TestWithin(t *testing.T) {
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 11, 22+day, hour, minute, 0, 0, time.Local)
	} // 23 is a Monday
	work := crm.LoginLimits{Days: 0b11111, From: 8 * 60, To: 18 * 60}
	night := crm.LoginLimits{Days: 0b1, From: 22 * 60, To: 6 * 60}
	for name, tt := range map[string]struct {
		limits crm.LoginLimits
		at     time.Time
		in     bool
	}{
		"SEC-13 no limits":                        {crm.LoginLimits{}, at(0, 3, 0), true},
		"SEC-13 at work":                          {work, at(1, 8, 0), true},
		"SEC-13 a minute early":                   {work, at(1, 7, 59), false},
		"SEC-13 the last minute":                  {work, at(1, 17, 59), true},
		"SEC-13 18:30":                            {work, at(1, 18, 30), false},
		"SEC-13 on Sunday":                        {work, at(0, 10, 0), false},
		"SEC-13 on Sunday, all hours, weekdays":   {crm.LoginLimits{Days: 0b11111}, at(0, 10, 0), false},
		"SEC-13 Monday night":                     {night, at(1, 23, 0), true},
		"SEC-13 after midnight of Monday's night": {night, at(2, 5, 0), true},
		"SEC-13 after midnight of Sunday's":       {night, at(1, 5, 0), false},
	} {
		t.Run(name, func(t *testing.T) {
			if within(tt.limits, tt.at) != tt.in {
				t.Errorf("want %v", tt.in)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	for address, lan := range map[string]bool{"192.168.1.7": true, "10.1.2.3": true, "127.0.0.1": true, "fd00::1": true, "::ffff:172.16.0.9": true,
		"8.8.8.8": false, "2001:db8::1": false, "0.0.0.0": false, "": false, "nonsense": false} {
		if (Origin{Address: address}).lan() != lan {
			t.Errorf("SEC-14 %q in the office: want %v", address, lan)
		}
	}
	if (Origin{Address: "192.168.1.7", Relayed: true}).lan() {
		t.Error("SEC-14 what came through a relay is not from the office")
	}
	for device, phone := range map[string]bool{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0":               false,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148": true,
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120.0 Mobile Safari":  true,
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari":  false,
	} {
		if (Origin{Device: device}).handheld() != phone {
			t.Errorf("SEC-14 %s a telephone: want %v", device, phone)
		}
	}
}

const arp = `IP address       HW type     Flags       HW address            Mask     Device
192.168.1.7      0x1         0x2         3C:52:82:1a:0b:9f     *        eth0
192.168.1.70     0x1         0x2         3c:52:82:1a:0b:70     *        eth0
192.168.1.8      0x1         0x0         3c:52:82:1a:0b:aa     *        eth0
192.168.1.9      0x1         0x2         00:00:00:00:00:00     *        eth0
`

func TestNeighbours(t *testing.T) {
	for address, want := range map[string]string{"192.168.1.7": "3c:52:82:1a:0b:9f", "192.168.1.70": "3c:52:82:1a:0b:70", "192.168.1.8": "", "192.168.1.9": "", "192.168.1": "", "": ""} {
		if got := parseNeighbours(arp, address); got != want {
			t.Errorf("SEC-12 %s: %q, want %q", address, got, want)
		}
	}
}

func FuzzNeighbours(f *testing.F) {
	f.Add(arp, "192.168.1.7")
	f.Add("192.168.1.7 0x1 0x2 zz:zz:zz:zz:zz:zz * eth0", "192.168.1.7")
	f.Fuzz(func(t *testing.T, table, address string) {
		if mac := parseNeighbours(table, address); mac != "" && !hardware.MatchString(mac) {
			t.Errorf("%q is no hardware address", mac)
		}
	})
}
