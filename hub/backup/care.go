package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// What the settings say of recordings, beside those of hub/telephony.
const (
	SettingLimit = "record.limitMB" // space recordings may take, "" or "0" for no limit
	SettingRule  = "record.rule"    // what happens at the limit: RuleStop or RuleOldest
	RuleStop     = "stop"
	RuleOldest   = "oldest" // the oldest that are backed up give way
)

// Alerts of the hub itself, as box alerts are.
const (
	AlertFailed  = "backup-failed"
	AlertLate    = "backup-late"
	AlertSpace   = "recordings-80"
	AlertFull    = "recordings-full"
	AlertSpoilt  = "files-spoilt"
	hubAlerts    = "hub" // stands for the box in their rows
	warnAt       = 80    // percent
	lateAfter    = 48 * time.Hour
	soundGrace   = 24 * time.Hour // how long a recording handed to a computer stays on the box
	fileTestHour = 4
)

// Space is how much room the recordings take.
type Space struct {
	Bytes int64  `json:"bytes"`
	Count int    `json:"count"`
	Limit int64  `json:"limit"` // bytes; 0 for none
	Rule  string `json:"rule"`
}

// Space tells how much room the recordings take and may.
func (s *Service) Space(ctx context.Context) (Space, error) {
	var sp Space
	var err error
	if sp.Bytes, sp.Count, err = s.Store.SoundSpace(ctx); err != nil {
		return sp, err
	}
	limit, err := s.Store.Setting(ctx, SettingLimit)
	if err != nil {
		return sp, err
	}
	mb, _ := strconv.ParseInt(limit, 10, 64)
	sp.Limit = mb << 20
	if sp.Rule, err = s.Store.Setting(ctx, SettingRule); sp.Rule == "" {
		sp.Rule = RuleStop
	}
	return sp, err
}

// Full tells that recording is to pause: the space allowed is used up and nothing may go.
func (sp Space) Full() bool { return sp.Limit > 0 && sp.Bytes >= sp.Limit }

// care looks after the recordings: it keeps them within their space, tells the box which of
// them to delete, and once a night reads what is stored.
func (s *Service) care(ctx context.Context, now time.Time) {
	if err := s.Care(ctx); err != nil && ctx.Err() == nil {
		s.Log.Warn("recordings not looked after", "err", err)
	}
	history, _ := readHistory(s.dir)
	tested := last(history, func(r *Run) bool { return r.What == DidFileTest })
	if now.Hour() == fileTestHour && (tested == nil || now.Sub(time.UnixMilli(tested.At)) > 20*time.Hour) {
		s.background(DidFileTest, "", s.testFiles)
	}
}

// CareSoon does so beside everything else.
func (s *Service) CareSoon() {
	s.wg.Go(func() {
		if err := s.Care(s.life); err != nil && s.life.Err() == nil {
			s.Log.Warn("recordings not looked after", "err", err)
		}
	})
}

// Care does the part that can't wait for the night.
func (s *Service) Care(ctx context.Context) error {
	return errors.Join(s.keepWithin(ctx), s.deleteGone(ctx))
}

// keepWithin carries out the rule of the space limit.
func (s *Service) keepWithin(ctx context.Context) error {
	sp, err := s.Space(ctx)
	if err != nil {
		return err
	}
	if sp.Full() && sp.Rule == RuleOldest {
		if sp.Bytes, err = s.dropOldest(ctx, sp); err != nil {
			return err
		}
	}
	full := sp.Full()
	s.mu.Lock()
	changed := s.full != full
	s.full = full
	s.mu.Unlock()
	if changed && s.Changed != nil {
		s.Changed(ctx)
	}
	used := ""
	if sp.Limit > 0 {
		used = fmt.Sprintf("%d%%", sp.Bytes*100/sp.Limit)
	}
	return errors.Join(s.alert(ctx, AlertFull, sp.Full(), used),
		s.alert(ctx, AlertSpace, !sp.Full() && sp.Limit > 0 && sp.Bytes*100 >= sp.Limit*warnAt, used))
}

// dropOldest makes room to nine tenths of the limit, with recordings that are kept a second
// time and no others.
func (s *Service) dropOldest(ctx context.Context, sp Space) (int64, error) {
	aim := sp.Limit - sp.Limit/10
	for sp.Bytes > aim {
		list, err := s.Store.OldestCopied(ctx, 100)
		if err != nil || len(list) == 0 {
			return sp.Bytes, err
		}
		var ids []crm.ID
		for _, sound := range list {
			if sp.Bytes <= aim {
				break
			}
			ids, sp.Bytes = append(ids, sound.Call), sp.Bytes-sound.Bytes
		}
		err = s.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := store.DropSounds(ctx, tx, ids, 0, s.Now().UnixMilli())
			return err
		})
		if err != nil {
			return sp.Bytes, err
		}
	}
	return sp.Bytes, nil
}

// deleteGone has the box delete what was deleted, or has arrived elsewhere.
func (s *Service) deleteGone(ctx context.Context) error {
	if s.Sounds == nil {
		return nil
	}
	for {
		list, err := s.Store.GoingSounds(ctx, s.Now().Add(-soundGrace).UnixMilli(), 100)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, sound := range list {
			if err := s.Sounds.DeleteSound(ctx, sound.Box, sound.File); err != nil {
				return err // the box is away: later
			}
			if err := s.Store.SoundGone(ctx, sound.Call); err != nil {
				return err
			}
		}
	}
}

// alert raises or clears one of ours.
func (s *Service) alert(ctx context.Context, kind string, stands bool, detail string) error {
	s.mu.Lock()
	was, known := s.told[kind]
	s.mu.Unlock()
	if known && was == stands {
		return nil
	}
	now := s.Now().UnixMilli()
	err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if !stands {
			return store.ClearAlert(ctx, tx, hubAlerts, kind, 0)
		}
		return store.PutAlert(ctx, tx, store.Alert{Box: hubAlerts, Kind: kind, Detail: detail, Since: now})
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.told[kind] = stands
	s.mu.Unlock()
	if s.Live != nil && (stands || known) {
		s.Live.PublishAll("alert", kind, map[string]any{"kind": kind, "raised": stands, "detail": detail, "since": now})
	}
	return nil
}

// warn tells administrators that the last backup failed, or that there is none for two days
// (SYS-05).
func (s *Service) warn(ctx context.Context, plan *Plan, history []Run, now time.Time) {
	newest := last(history, func(r *Run) bool { return r.What == DidBackup || r.What == DidTrial })
	failed := plan.Target != nil && newest != nil && newest.Error != "" && newest.Error != "backup.stopped"
	good := last(history, func(r *Run) bool { return r.What == DidBackup && r.Error == "" })
	since := plan.Since
	if good != nil {
		since = max(since, good.At)
	}
	late := plan.Target != nil && now.Sub(time.UnixMilli(since)) >= lateAfter
	detail := ""
	if failed {
		detail = newest.Error
	}
	for _, err := range []error{s.alert(ctx, AlertFailed, failed && !late, detail), s.alert(ctx, AlertLate, late, fmt.Sprint(since))} {
		if err != nil && ctx.Err() == nil {
			s.Log.Error("backup alert not kept", "err", err)
		}
	}
	if s.Warned != nil {
		s.Warned(failed || late)
	}
}

// CheckFiles reads what is stored, now.
func (s *Service) CheckFiles(by string) error { return s.background(DidFileTest, by, s.testFiles) }

// testFiles reads every uploaded file and the latest recordings from end to end and names
// those that can't be read or are not as they were written (SYS-11).
func (s *Service) testFiles(ctx context.Context, run *Run) error {
	for after := crm.ID(0); ; {
		list, err := s.Store.AllFiles(ctx, after, 200)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		for _, f := range list {
			after = f.ID
			hash, err := hashOf(filepath.Join(s.Data, "files", f.Hash[:2], f.Hash))
			if err != nil || hash != f.Hash {
				run.Lost = append(run.Lost, f.Name)
			}
			run.Files++
			if ctx.Err() != nil {
				return explained(ctx.Err(), "")
			}
		}
	}
	if err := s.testSounds(ctx, run); err != nil {
		return err
	}
	detail := ""
	if len(run.Lost) > 0 {
		detail = strings.Join(run.Lost[:min(len(run.Lost), 5)], ", ")
	}
	if err := s.alert(ctx, AlertSpoilt, len(run.Lost) > 0, detail); err != nil {
		return err
	}
	if len(run.Lost) > 0 {
		return &crm.Error{Code: crm.Unavailable, Key: "backup.stored_spoilt", Args: map[string]string{"n": fmt.Sprint(len(run.Lost)), "names": detail}}
	}
	return nil
}

const testedSounds = 200

func (s *Service) testSounds(ctx context.Context, run *Run) error {
	plan, err := readPlan(s.dir)
	if err != nil || s.Sounds == nil || plan.soundsRepository() == "" {
		return err
	}
	least, most, err := s.Store.CallSpan(ctx, plan.soundsRepository())
	if err != nil || most == 0 {
		return err
	}
	sample, err := s.Store.SampleCopies(ctx, plan.soundsRepository(), least+(most-least)/7*int64(s.Now().Weekday())-1, testedSounds)
	if err != nil {
		return err
	}
	for _, c := range sample {
		sounds, err := s.Store.Sounds(ctx, []crm.ID{c.Call})
		if err != nil {
			return err
		}
		if sound := sounds[c.Call]; sound.DeletedAt > 0 || sound.Place != "" {
			continue
		}
		in, err := s.Sounds.OpenSound(ctx, sounds[c.Call].Box, c.File)
		if errors.Is(err, fs.ErrNotExist) {
			run.Lost = append(run.Lost, c.File)
			continue
		}
		if err != nil {
			return err
		}
		hash, err := sumOf(in)
		in.Close()
		if err != nil || hash != c.Hash {
			run.Lost = append(run.Lost, c.File)
		}
		run.Recordings++
	}
	return nil
}

// Wear is what the disk says of its age.
type Wear struct {
	Device  string `json:"device"`
	Percent int    `json:"percent"` // of its life used up, -1 where it doesn't say
	Errors  int    `json:"errors"`  // that the file system has counted
}

// Wear reads what Linux tells of the disk the data lies on: eMMC cards report their age in
// tenths, ext4 counts its errors.
func (s *Service) Wear() []Wear {
	list := []Wear{}
	devices, _ := filepath.Glob("/sys/block/mmcblk*/device/life_time")
	for _, path := range devices {
		w := Wear{Device: filepath.Base(filepath.Dir(filepath.Dir(path))), Percent: -1}
		if b, err := os.ReadFile(path); err == nil {
			for _, word := range strings.Fields(string(b)) {
				if n, err := strconv.ParseInt(strings.TrimPrefix(word, "0x"), 16, 32); err == nil && n > 0 && n <= 11 {
					w.Percent = max(w.Percent, int(n-1)*10)
				}
			}
		}
		list = append(list, w)
	}
	counts, _ := filepath.Glob("/sys/fs/ext4/*/errors_count")
	for _, path := range counts {
		n := 0
		if b, err := os.ReadFile(path); err == nil {
			n, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		list = append(list, Wear{Device: filepath.Base(filepath.Dir(path)), Percent: -1, Errors: n})
	}
	return list
}
