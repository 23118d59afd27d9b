package system

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bellhop/firmware/boxapi"

	"golang.org/x/sys/unix"
)

const zones = "/usr/share/zoneinfo"

// clock tells the time and where it comes from.
func (s *System) clock(context.Context) (*boxapi.Clock, error) {
	c := &boxapi.Clock{At: time.Now().UnixMilli(), Zone: s.zone(), Synced: Synced()}
	_, err := os.Stat(filepath.Join(s.Sys, "class/rtc/rtc0"))
	c.Kept = err == nil
	return c, nil
}

// Synced tells whether the kernel's clock follows the network's (adjtimex(2)).
func Synced() bool {
	var t unix.Timex
	_, err := unix.Adjtimex(&t)
	return err == nil && t.Status&unix.STA_UNSYNC == 0
}

// zone is the name behind the link that the system's own points to.
func (s *System) zone() string {
	for _, link := range []string{filepath.Join(s.Keep, "localtime"), "/etc/localtime"} {
		if to, err := os.Readlink(link); err == nil {
			if _, name, ok := strings.Cut(to, "zoneinfo/"); ok {
				return name
			}
		}
	}
	return "UTC"
}

func (s *System) setTime(ctx context.Context, in struct {
	At int64 `json:"at"`
}) (any, error) {
	at := time.UnixMilli(in.At)
	if at.Before(s.Built) || at.Year() > 2099 || in.At <= 0 {
		return nil, &boxapi.SystemError{Key: boxapi.BadTime}
	}
	// While it follows the network's, the machine refuses to be told another time.
	for _, args := range [][]string{{"set-ntp", "false"}, {"set-time", at.UTC().Format("2006-01-02 15:04:05") + " UTC"}, {"set-ntp", "true"}} {
		if _, err := s.Tool(ctx, "timedatectl", args...); err != nil {
			return nil, err
		}
	}
	return s.clock(ctx)
}

func (s *System) setZone(ctx context.Context, in struct {
	Zone string `json:"zone"`
}) (any, error) {
	if in.Zone == "" || strings.Contains(in.Zone, "..") || strings.HasPrefix(in.Zone, "/") {
		return nil, &boxapi.SystemError{Key: boxapi.BadZone, Detail: in.Zone}
	}
	if _, err := time.LoadLocation(in.Zone); err != nil || in.Zone == "Local" {
		return nil, &boxapi.SystemError{Key: boxapi.BadZone, Detail: in.Zone}
	}
	link := filepath.Join(s.Keep, "localtime")
	if err := os.MkdirAll(s.Keep, 0o755); err != nil {
		return nil, err
	}
	os.Remove(link + ".new")
	if err := os.Symlink(filepath.Join(zones, in.Zone), link+".new"); err != nil {
		return nil, err
	}
	if err := os.Rename(link+".new", link); err != nil {
		return nil, err
	}
	return s.clock(ctx)
}

// applyZone gives a new box a zone: the system's /etc/localtime points to ours.
func (s *System) applyZone() error {
	link := filepath.Join(s.Keep, "localtime")
	if _, err := os.Lstat(link); !os.IsNotExist(err) {
		return err
	}
	if err := os.MkdirAll(s.Keep, 0o755); err != nil {
		return err
	}
	return os.Symlink(filepath.Join(zones, "Asia/Shanghai"), link)
}
