package system

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"bellhop/firmware/boxapi"
)

// The radio is iwd's: a network it is to join is a file in its folder (iwd.network(5)),
// the rest is asked of iwctl.

// apUnit gives the box's own radio network its address and hands out others.
const apUnit = "05-bellhop-ap.network"

// apAddress is where the box is found in its own network.
const apAddress = "192.168.73.1"

func (s *System) radio() (string, error) {
	for _, i := range s.interfaces() {
		if i.Radio {
			return i.Name, nil
		}
	}
	return "", &boxapi.SystemError{Key: boxapi.NoWifi}
}

func (s *System) scan(ctx context.Context) (any, error) {
	radio, err := s.radio()
	if err != nil {
		return nil, err
	}
	// A scan under way already answers the same.
	if _, err := s.Tool(ctx, "iwctl", "station", radio, "scan"); err != nil {
		s.Log.Debug("wifi scan", "err", err)
	}
	text, err := s.Tool(ctx, "iwctl", "station", radio, "get-networks", "rssi-dbms")
	if err != nil {
		return nil, err
	}
	return networksOf(text), nil
}

var (
	colours = regexp.MustCompile("\x1b\\[[0-9;]*m")
	aRow    = regexp.MustCompile(`^\s*(>?)\s*(\S.*?)\s{2,}(open|psk|8021x|wep|owe|hotspot)\s+(-?\d+)\s*$`)
)

// networksOf reads iwctl's table; signals stand there in hundredths of a dBm.
func networksOf(text string) []boxapi.WifiNetwork {
	out := []boxapi.WifiNetwork{}
	for _, line := range strings.Split(colours.ReplaceAllString(text, ""), "\n") {
		f := aRow.FindStringSubmatch(line)
		if f == nil {
			continue
		}
		signal, err := strconv.Atoi(f[4])
		if err != nil {
			continue
		}
		if signal < -200 {
			signal /= 100
		}
		out = append(out, boxapi.WifiNetwork{Name: f[2], Secured: f[3] != "open" && f[3] != "owe", Signal: signal, Joined: f[1] == ">"})
	}
	return out
}

// wifiFile is where iwd looks for a network: names with other than these characters are
// written in hex behind a "=".
func (s *System) wifiFile(name string, secured bool) string {
	plain := regexp.MustCompile(`^[A-Za-z0-9_ -]+$`).MatchString(name)
	if !plain {
		name = "=" + hex.EncodeToString([]byte(name))
	}
	if secured {
		return filepath.Join(s.Wifi, name+".psk")
	}
	return filepath.Join(s.Wifi, name+".open")
}

func (s *System) join(ctx context.Context, j boxapi.WifiJoin) (any, error) {
	n := len(j.Password)
	if j.Name == "" || len(j.Name) > 32 || !utf8.ValidString(j.Name) || strings.ContainsAny(j.Name+j.Password, "\r\n\x00") || n != 0 && (n < 8 || n > 63) {
		return nil, &boxapi.SystemError{Key: boxapi.BadWifi}
	}
	radio, err := s.radio()
	if err != nil {
		return nil, err
	}
	text := "[Settings]\nAutoConnect=true\n"
	if j.Password != "" {
		text += "\n[Security]\nPassphrase=" + strings.ReplaceAll(j.Password, `\`, `\\`) + "\n"
	}
	if err := writeFile(s.wifiFile(j.Name, j.Password != ""), text, 0o600); err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(s.Keep, "wifi"), j.Name, 0o600); err != nil {
		return nil, err
	}
	if err := s.closeAccessPoint(ctx, radio); err != nil {
		return nil, err
	}
	if _, err := s.Tool(ctx, "iwctl", "station", radio, "connect", j.Name); err != nil {
		return nil, err
	}
	return s.network(ctx)
}

func (s *System) keptWifi() string {
	text, _ := os.ReadFile(filepath.Join(s.Keep, "wifi"))
	return string(text)
}

func (s *System) forget(ctx context.Context, j boxapi.WifiJoin) (any, error) {
	for _, secured := range []bool{true, false} {
		if err := os.Remove(s.wifiFile(j.Name, secured)); err != nil && !os.IsNotExist(err) {
			return nil, err
		}
	}
	if s.keptWifi() == j.Name {
		if err := os.Remove(filepath.Join(s.Keep, "wifi")); err != nil {
			return nil, err
		}
	}
	if radio, err := s.radio(); err == nil {
		if _, err := s.Tool(ctx, "iwctl", "station", radio, "disconnect"); err != nil {
			s.Log.Debug("wifi was not joined", "err", err)
		}
	}
	return s.network(ctx)
}

// openAccessPoint makes the box a radio network of its own, for setting up where there
// is no cable.
func (s *System) openAccessPoint(ctx context.Context) (any, error) {
	radio, err := s.radio()
	if err != nil {
		return nil, err
	}
	ap, err := s.accessPoint()
	if err != nil {
		return nil, err
	}
	unit := fmt.Sprintf("[Match]\nName=%s\n\n[Network]\nAddress=%s/24\nDHCPServer=yes\n\n[DHCPServer]\nEmitDNS=yes\nDNS=%s\n", radio, apAddress, apAddress)
	if err := writeFile(filepath.Join(s.Run, "systemd/network", apUnit), unit, 0o644); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"networkctl", "reload"}, {"iwctl", "device", radio, "set-property", "Mode", "ap"},
		{"iwctl", "ap", radio, "start", ap.Name, ap.Password},
	} {
		if _, err := s.Tool(ctx, args[0], args[1:]...); err != nil {
			return nil, err
		}
	}
	return ap, nil
}

// closeAccessPoint makes the radio a guest in others' networks again.
func (s *System) closeAccessPoint(ctx context.Context, radio string) error {
	unit := filepath.Join(s.Run, "systemd/network", apUnit)
	if err := os.Remove(unit); os.IsNotExist(err) {
		return nil
	}
	for _, args := range [][]string{{"iwctl", "device", radio, "set-property", "Mode", "station"}, {"networkctl", "reload"}} {
		if _, err := s.Tool(ctx, args[0], args[1:]...); err != nil {
			return err
		}
	}
	return nil
}

// accessPoint has the same name and password for the life of the box.
func (s *System) accessPoint() (boxapi.AccessPoint, error) {
	path := filepath.Join(s.Keep, "access-point")
	ap := boxapi.AccessPoint{Address: "http://" + apAddress}
	if text, err := os.ReadFile(path); err == nil {
		if name, password, ok := strings.Cut(string(text), "\n"); ok {
			ap.Name, ap.Password = name, password
			return ap, nil
		}
	}
	const digits = 8
	n, err := rand.Int(rand.Reader, big.NewInt(1e8))
	if err != nil {
		return ap, err
	}
	tail, err := rand.Int(rand.Reader, big.NewInt(1e4))
	if err != nil {
		return ap, err
	}
	ap.Name, ap.Password = fmt.Sprintf("Bellhop-%04d", tail), fmt.Sprintf("%0*d", digits, n)
	return ap, writeFile(path, ap.Name+"\n"+ap.Password, 0o600)
}
