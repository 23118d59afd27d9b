package telephony

import (
	"context"
	"strconv"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Settings of what becomes of recordings.
const (
	SettingForced = "record.forced" // "1": nobody but administrators stops or deletes one (REC-03)
	SettingPlace  = "record.place"  // PlaceBox, PlaceClient (REC-08)

	PlaceBox    = "box"
	PlaceClient = "client" // the computer of who took the call
)

var (
	errForced   = &crm.Error{Code: crm.Forbidden, Key: "call.forced"}
	errNoDelete = &crm.Error{Code: crm.Forbidden, Key: "call.no_delete"}
)

// spaceUsedUp tells that recording is to pause: by rule, as nothing may give way.
func (s *Service) spaceUsedUp(ctx context.Context, limitMB, rule string) (bool, error) {
	limit, _ := strconv.ParseInt(limitMB, 10, 64)
	if limit <= 0 {
		return false, nil
	}
	used, _, err := s.store.SoundSpace(ctx)
	if err != nil || used < limit<<20 || rule != "oldest" {
		return used >= limit<<20, err
	}
	list, err := s.store.OldestCopied(ctx, 1)
	return len(list) == 0, err
}

// keeping adds to a call what this user may do with its recording, and where that went.
func (p *picture) keeping(ctx context.Context, who *rights.Rights, seen sight, call *Call) {
	c, s := p.call, p.service
	forced := s.settings(ctx).forced && !who.Administrates()
	handles := c.Handler == who.User.ID || p.mayPlay(who, seen)
	if c.State == store.Talking && handles && !forced {
		if call.Recording == nil {
			call.Recording = &Recording{State: "off"}
		}
		call.Recording.Control = true
	}
	if call.Recording == nil {
		return
	}
	call.Recording.Delete = c.Recording.State == store.RecordingReady && !forced && who.May(rights.Calls, rights.Delete) && p.mayPlay(who, seen)
	if c.Recording.State != store.RecordingDeleted && c.Recording.State != store.RecordingPlaced {
		return
	}
	sounds, err := s.store.Sounds(ctx, []crm.ID{c.ID})
	if err != nil {
		s.log.Error("recording's whereabouts not read", "call", c.ID, "err", err)
		return
	}
	sound := sounds[c.ID]
	call.Recording.At, call.Recording.By = sound.DeletedAt, p.person(sound.DeletedBy)
	if c.Recording.State == store.RecordingPlaced {
		call.Recording.At, call.Recording.By = sound.PlacedAt, p.person(sound.PlacedBy)
		if p.mayPlay(who, seen) {
			call.Recording.Place = sound.Place
		}
	}
}

// Record starts or stops the recording of a call in progress, for who handles it (REC-03).
func (s *Service) Record(ctx context.Context, who *rights.Rights, id crm.ID, on bool) (*Call, error) {
	p, err := s.picture(ctx, id, true)
	if err != nil {
		return nil, err
	}
	line, err := p.line(ctx, who)
	if err != nil {
		return nil, err
	}
	if s.settings(ctx).forced && !who.Administrates() {
		return nil, errForced
	}
	if line.Recording == nil || !line.Recording.Control {
		return nil, errNoPlay
	}
	client, err := s.boxNamed(p.call.Box)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	result, err := client.Do(ctx, boxapi.Command{ID: "record-" + crm.NewID().String(), Record: &boxapi.Record{Call: p.call.BoxCall, On: on}})
	if err != nil {
		s.log.Warn("recording not switched", "call", id, "err", err)
		return nil, errAway
	}
	if result.Error != "" {
		return nil, &crm.Error{Code: crm.Conflict, Key: "call.not_talking"}
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		c, err := store.CallIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Recording.State != store.RecordingNow {
			return nil // it begins, or has ended meanwhile
		}
		if c.Recording.Why = ""; !on {
			c.Recording.Why = recordingHeld
		}
		return store.PutCall(ctx, tx, c)
	})
	if err != nil {
		return nil, err
	}
	s.publishCall(ctx, id)
	return s.Call(ctx, who, id)
}

// recordingHeld is the Why of a recording that is stopped by hand for now.
const recordingHeld = "held"

// DeleteRecordings deletes the sound of calls. The calls stay and show who did it and when
// (REC-07). Either all of them go or none.
func (s *Service) DeleteRecordings(ctx context.Context, who *rights.Rights, ids []crm.ID, address string) (n int, err error) {
	if s.settings(ctx).forced && !who.Administrates() {
		return 0, errForced
	}
	if !who.May(rights.Calls, rights.Delete) {
		return 0, errNoDelete
	}
	numbers := map[crm.ID]string{}
	for _, id := range ids {
		c, err := s.recorded(ctx, who, id)
		if err != nil {
			return 0, err
		}
		numbers[id] = c.Number
	}
	now := s.now().UnixMilli()
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if n, err = store.DropSounds(ctx, tx, ids, who.User.ID, now); err != nil {
			return err
		}
		for _, id := range ids {
			tx.Note(trail.Access, trail.Entry{At: now, User: int64(who.User.ID), Name: who.User.Name, Address: address, Kind: "recording.delete",
				Via: string(who.User.Role), Label: numbers[id], Detail: `{"call":"` + id.String() + `"}`})
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		s.publishCall(ctx, id)
	}
	return n, nil
}

// Place notes where a recording lies that somebody's computer has taken over, in words
// (REC-08). sure tells that its bytes were read back there; else the box keeps its own for
// a day.
func (s *Service) Place(ctx context.Context, who *rights.Rights, id crm.ID, place string, sure bool) (*Call, error) {
	if setting, err := s.store.Setting(ctx, SettingPlace); err != nil || setting != PlaceClient {
		if err == nil {
			err = &crm.Error{Code: crm.Conflict, Key: "call.stays_here"}
		}
		return nil, err
	}
	c, err := s.recorded(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if c.Handler != who.User.ID {
		return nil, errOutside
	}
	at := s.now().UnixMilli()
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		return store.PlaceSound(ctx, tx, id, place, who.User.ID, at)
	})
	if err != nil {
		return nil, err
	}
	if sure {
		if err := s.DeleteSound(ctx, c.Box, c.Recording.File); err == nil {
			if err := s.store.SoundGone(ctx, id); err != nil {
				return nil, err
			}
		}
	}
	s.publishCall(ctx, id)
	return s.Call(ctx, who, id)
}

// Sound is a recording on its way out, with its call as the user may see it.
type Sound struct {
	*Call
	Box, File string
}

// Sounds finds the recordings of calls for a user who may hear and export all of them.
func (s *Service) Sounds(ctx context.Context, who *rights.Rights, ids []crm.ID) ([]Sound, error) {
	if !who.May(rights.Calls, rights.Export) {
		return nil, &crm.Error{Code: crm.Forbidden, Key: "call.no_export"}
	}
	var list []Sound
	for _, id := range ids {
		c, err := s.recorded(ctx, who, id)
		if err != nil {
			return nil, err
		}
		line, err := s.Call(ctx, who, id)
		if err != nil {
			return nil, err
		}
		list = append(list, Sound{line, c.Box, c.Recording.File})
	}
	return list, nil
}
