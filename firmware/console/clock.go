package console

import (
	"context"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
)

// clock shows the time and where it comes from, and sets it.
func (m *menu) clock(ctx context.Context) error {
	var c boxapi.Clock
	if ok, err := m.ask(ctx, "clock", struct{}{}, &c); !ok {
		return err
	}
	if err := m.showClock(&c); err != nil {
		return err
	}
	return m.pick(ctx, option{"Set the time", m.setTime}, option{"Set the time zone", m.setZone})
}

const timeLayout = "2006-01-02 15:04:05"

func (m *menu) showClock(c *boxapi.Clock) error {
	source := "set by hand; no time of the network has come yet"
	if c.Synced {
		source = "follows the network's"
	}
	kept := "lost without power: no battery clock"
	if c.Kept {
		kept = "kept by a battery clock"
	}
	return m.t.print("\n%-11s %s\n%-11s %s\n%-11s %s\n%-11s %s\n", "Time", in(c.Zone, c.At).Format(timeLayout+" -07:00"),
		"Zone", c.Zone, "Clock", source, "Power off", kept)
}

// in is a time in a zone, or in UTC where the zone is not known here.
func in(zone string, ms int64) time.Time {
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	return time.UnixMilli(ms).In(place)
}

func (m *menu) setTime(ctx context.Context) error {
	var c boxapi.Clock
	if ok, err := m.ask(ctx, "clock", struct{}{}, &c); !ok {
		return err
	}
	answer, err := m.t.ask("Time of " + c.Zone + ", like 2026-11-22 15:04:05: ")
	if err != nil {
		return err
	}
	at, err := time.ParseInLocation(timeLayout, strings.TrimSpace(answer), in(c.Zone, 0).Location())
	if err != nil {
		return m.t.print("\nThat is no time. Write it like 2026-11-22 15:04:05. Nothing was changed.\n")
	}
	if ok, err := m.ask(ctx, "clock.set", map[string]int64{"at": at.UnixMilli()}, &c); !ok {
		return err
	}
	m.did("time set to " + at.Format(timeLayout))
	return m.showClock(&c)
}

func (m *menu) setZone(ctx context.Context) error {
	zone, err := m.t.ask("Zone, like Asia/Shanghai: ")
	if err != nil {
		return err
	}
	var c boxapi.Clock
	if ok, err := m.ask(ctx, "clock.zone", map[string]string{"zone": strings.TrimSpace(zone)}, &c); !ok {
		return err
	}
	m.did("time zone set to " + c.Zone)
	return m.showClock(&c)
}
