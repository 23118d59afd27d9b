package console

import (
	"context"
	"fmt"
	"strings"

	"bellhop/firmware/boxapi"
)

// network shows the network and changes how the box gets its address.
func (m *menu) network(ctx context.Context) error {
	var n boxapi.Network
	if ok, err := m.ask(ctx, "network", struct{}{}, &n); !ok {
		return err
	}
	if err := m.showNetwork(&n); err != nil {
		return err
	}
	return m.pick(ctx,
		option{"Get the address from the network (DHCP)", func(ctx context.Context) error { return m.setWired(ctx, boxapi.Wired{DHCP: true}) }},
		option{"Set a fixed address", m.fixedAddress},
	)
}

func (m *menu) showNetwork(n *boxapi.Network) error {
	var b strings.Builder
	row := func(label, text string) { fmt.Fprintf(&b, "%-11s %s\n", label, orDash(text)) }
	row("Name", n.Host+".local")
	for _, i := range n.Interfaces {
		state := "no link"
		if i.Up {
			state = "up"
		}
		if i.Radio {
			state += ", radio"
		}
		row(i.Name, fmt.Sprintf("%s, %s", i.MAC, state))
		for _, a := range i.Addresses {
			row("", a)
		}
	}
	row("Gateway", n.Gateway)
	row("DNS", strings.Join(n.DNS, " "))
	set := "fixed, " + n.Wired.Address
	if n.Wired.DHCP {
		set = "by DHCP"
	}
	row("Address is", set)
	if n.Wifi != "" {
		row("Wi-Fi", n.Wifi)
	}
	return m.t.print("\n%s", b.String())
}

func (m *menu) fixedAddress(ctx context.Context) error {
	w := boxapi.Wired{}
	for _, question := range []struct {
		text string
		into *string
	}{
		{"Address with its length, like 192.168.1.20/24: ", &w.Address},
		{"Gateway (Enter for none): ", &w.Gateway},
	} {
		answer, err := m.t.ask(question.text)
		if err != nil {
			return err
		}
		*question.into = strings.TrimSpace(answer)
	}
	servers, err := m.t.ask("Name servers, with blanks between (Enter for none): ")
	if err != nil {
		return err
	}
	w.DNS = strings.Fields(servers)
	return m.setWired(ctx, w)
}

// setWired sets and keeps at once: whoever sits at the console can't lock himself out.
func (m *menu) setWired(ctx context.Context, w boxapi.Wired) error {
	var n boxapi.Network
	if ok, err := m.ask(ctx, "network.set", w, &n); !ok {
		return err
	}
	if ok, err := m.ask(ctx, "network.keep", struct{}{}, &n); !ok {
		return err
	}
	m.did("network: " + wiredWords(w))
	return m.t.print("\nThe network is set: %s.\nIt may take a few seconds until the address is there; look under 1.\n", wiredWords(w))
}

func wiredWords(w boxapi.Wired) string {
	if w.DHCP {
		return "address by DHCP"
	}
	return "fixed address " + w.Address
}

// wifi shows what the radio hears, and joins.
func (m *menu) wifi(ctx context.Context) error {
	return m.pick(ctx,
		option{"Join a network", m.joinWifi},
		option{"Forget a network", m.forgetWifi},
		option{"Open the box's own network for setting up", m.accessPoint},
	)
}

func (m *menu) joinWifi(ctx context.Context) error {
	var heard []boxapi.WifiNetwork
	if ok, err := m.ask(ctx, "wifi.scan", struct{}{}, &heard); !ok {
		return err
	}
	if len(heard) == 0 {
		return m.t.print("\nNo network is heard. Try again in a few seconds, or nearer to it.\n")
	}
	var options []option
	for _, w := range heard {
		options = append(options, option{wifiWords(w), func(ctx context.Context) error { return m.joinThis(ctx, w) }})
	}
	return m.pick(ctx, options...)
}

func wifiWords(w boxapi.WifiNetwork) string {
	text := fmt.Sprintf("%-34s %s", w.Name, signal(w.Signal))
	if !w.Secured {
		text += ", open"
	}
	if w.Joined {
		text += ", joined"
	}
	return text
}

func (m *menu) joinThis(ctx context.Context, w boxapi.WifiNetwork) error {
	join := boxapi.WifiJoin{Name: w.Name}
	if w.Secured {
		password, err := m.t.askLong(fmt.Sprintf("Password of %s: ", w.Name))
		if err != nil {
			return err
		}
		join.Password = password
	}
	var n boxapi.Network
	if ok, err := m.ask(ctx, "wifi.join", join, &n); !ok {
		return err
	}
	m.did("Wi-Fi joined: " + w.Name)
	return m.t.print("\n%s is kept; the box joins it whenever it is heard.\n", w.Name)
}

func (m *menu) forgetWifi(ctx context.Context) error {
	name, err := m.t.ask("Name of the network: ")
	if err != nil {
		return err
	}
	var n boxapi.Network
	if ok, err := m.ask(ctx, "wifi.forget", boxapi.WifiJoin{Name: name}, &n); !ok {
		return err
	}
	m.did("Wi-Fi forgotten: " + name)
	return m.t.print("\n%s is forgotten.\n", short(name))
}

func (m *menu) accessPoint(ctx context.Context) error {
	var ap boxapi.AccessPoint
	if ok, err := m.ask(ctx, "wifi.open", struct{}{}, &ap); !ok {
		return err
	}
	m.did("own Wi-Fi opened")
	return m.t.print("\nJoin this network with a telephone or PC, then open the address:\n  Network   %s\n  Password  %s\n  Address   %s\nIt closes when the box joins another network.\n", ap.Name, ap.Password, ap.Address)
}
