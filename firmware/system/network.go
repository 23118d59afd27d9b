package system

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
)

// wiredUnit is the file by which the network daemon sets up every cable.
const wiredUnit = "10-bellhop-wired.network"

func (s *System) wiredFile() string { return filepath.Join(s.Keep, "wired.json") }

// wired is what is kept; DHCP until somebody says otherwise.
func (s *System) wired() boxapi.Wired {
	w := boxapi.Wired{DHCP: true}
	if text, err := os.ReadFile(s.wiredFile()); err == nil && json.Unmarshal(text, &w) != nil {
		s.Log.Warn("network setting is damaged; asking for an address by DHCP", "file", s.wiredFile())
		return boxapi.Wired{DHCP: true}
	}
	return w
}

// checkWired refuses what would cut the box off.
func checkWired(w boxapi.Wired) error {
	for _, server := range w.DNS {
		if a, err := netip.ParseAddr(server); err != nil || a.IsUnspecified() {
			return &boxapi.SystemError{Key: boxapi.BadNameServer, Detail: server}
		}
	}
	if w.DHCP {
		return nil
	}
	p, err := netip.ParsePrefix(w.Address)
	switch {
	case err != nil, !p.Addr().Is4(), p.Bits() < 8 || p.Bits() > 30,
		p.Addr() == p.Masked().Addr(), p.Addr() == lastOf(p),
		p.Addr().IsLoopback(), p.Addr().IsMulticast():
		return &boxapi.SystemError{Key: boxapi.BadAddress, Detail: w.Address}
	}
	if w.Gateway == "" {
		return nil
	}
	g, err := netip.ParseAddr(w.Gateway)
	if err != nil || !p.Contains(g) || g == p.Addr() || g == p.Masked().Addr() || g == lastOf(p) {
		return &boxapi.SystemError{Key: boxapi.BadGateway, Detail: w.Gateway}
	}
	return nil
}

// lastOf is the broadcast address of an IPv4 network.
func lastOf(p netip.Prefix) netip.Addr {
	a := p.Masked().Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		a[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(a)
}

// unitOf writes the daemon's file: systemd.network(5).
func unitOf(w boxapi.Wired) string {
	var b strings.Builder
	b.WriteString("[Match]\nType=ether\nKind=!*\n\n[Network]\nMulticastDNS=no\nLinkLocalAddressing=yes\n")
	if w.DHCP {
		b.WriteString("DHCP=yes\n")
	} else {
		fmt.Fprintf(&b, "DHCP=no\nAddress=%s\n", w.Address)
		if w.Gateway != "" {
			fmt.Fprintf(&b, "Gateway=%s\n", w.Gateway)
		}
	}
	for _, server := range w.DNS {
		fmt.Fprintf(&b, "DNS=%s\n", server)
	}
	b.WriteString("\n[DHCPv4]\nUseDomains=yes\nClientIdentifier=mac\n")
	return b.String()
}

// bring sets the running system to w.
func (s *System) bring(ctx context.Context, w boxapi.Wired) error {
	if err := writeFile(filepath.Join(s.Run, "systemd/network", wiredUnit), unitOf(w), 0o644); err != nil {
		return err
	}
	if _, err := s.Tool(ctx, "networkctl", "reload"); err != nil {
		return err
	}
	for _, i := range s.interfaces() {
		if i.Radio {
			continue
		}
		if _, err := s.Tool(ctx, "networkctl", "reconfigure", i.Name); err != nil {
			return err
		}
	}
	return nil
}

func (s *System) applyWired(ctx context.Context) error { return s.bring(ctx, s.wired()) }

// setWired tries a setting: whoever locked himself out gets back in when the trial ends.
func (s *System) setWired(ctx context.Context, w boxapi.Wired) (any, error) {
	if w.DHCP {
		w.Address, w.Gateway = "", ""
	}
	if err := checkWired(w); err != nil {
		return nil, err
	}
	if err := writeJSONFile(s.wiredFile()+".trial", w); err != nil {
		return nil, err
	}
	if err := s.bring(ctx, w); err != nil {
		return nil, errors.Join(err, s.bring(ctx, s.wired()))
	}
	if s.trial != nil {
		s.trial.Stop()
	}
	s.expires = time.Now().Add(boxapi.NetworkTrial * time.Second)
	s.trial = time.AfterFunc(boxapi.NetworkTrial*time.Second, s.takeBack)
	return s.network(ctx)
}

// takeBack ends a trial that nobody confirmed.
func (s *System) takeBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trial == nil {
		return
	}
	s.trial = nil
	os.Remove(s.wiredFile() + ".trial")
	s.Log.Warn("network setting was not confirmed; the one before is back")
	if err := s.bring(context.Background(), s.wired()); err != nil {
		s.Log.Error("network setting not taken back", "err", err)
	}
}

func (s *System) keepWired(ctx context.Context) (any, error) {
	if s.trial != nil && s.trial.Stop() {
		s.trial = nil
		if err := os.Rename(s.wiredFile()+".trial", s.wiredFile()); err != nil {
			return nil, err
		}
	}
	return s.network(ctx)
}

// network tells how it is set and how it is.
func (s *System) network(context.Context) (*boxapi.Network, error) {
	host, _ := os.Hostname()
	n := &boxapi.Network{Host: host, Wired: s.wired(), Interfaces: s.interfaces(), Gateway: gateway(), DNS: nameServers(), Wifi: s.keptWifi()}
	if s.trial != nil {
		var w boxapi.Wired
		if text, err := os.ReadFile(s.wiredFile() + ".trial"); err == nil && json.Unmarshal(text, &w) == nil {
			n.Wired = w
		}
		n.Trial = max(1, int(time.Until(s.expires).Seconds()))
	}
	return n, nil
}

// interfaces are the network cards, without the machine's own loop.
func (s *System) interfaces() []boxapi.Interface {
	found, err := net.Interfaces()
	if err != nil {
		s.Log.Error("network cards not read", "err", err)
	}
	out := []boxapi.Interface{}
	for _, i := range found {
		if i.Flags&net.FlagLoopback != 0 || len(i.HardwareAddr) == 0 {
			continue
		}
		card := boxapi.Interface{Name: i.Name, MAC: i.HardwareAddr.String(), Up: i.Flags&net.FlagRunning != 0}
		_, err := os.Stat(filepath.Join(s.Sys, "class/net", i.Name, "wireless"))
		card.Radio = err == nil
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			card.Addresses = append(card.Addresses, a.String())
		}
		out = append(out, card)
	}
	return out
}

// gateway is where packets for elsewhere go, by the kernel's table (proc(5)).
func gateway() string {
	text, _ := os.ReadFile("/proc/net/route")
	for _, line := range strings.Split(string(text), "\n") {
		f := strings.Fields(line)
		var a [4]byte
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
			continue
		}
		if _, err := fmt.Sscanf(f[2], "%02X%02X%02X%02X", &a[3], &a[2], &a[1], &a[0]); err == nil {
			return netip.AddrFrom4(a).String()
		}
	}
	return ""
}

// nameServers are those in use, past the machine's own stub.
func nameServers() []string {
	for _, path := range []string{"/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var out []string
		for _, line := range strings.Split(string(text), "\n") {
			if f := strings.Fields(line); len(f) > 1 && f[0] == "nameserver" {
				out = append(out, f[1])
			}
		}
		return out
	}
	return nil
}

func writeJSONFile(path string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeFile(path, string(text), 0o600)
}
