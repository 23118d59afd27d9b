package backup

import (
	"context"
	"time"
)

// Status is what the page shows.
type Status struct {
	Plan     *View     `json:"plan"`
	Now      *Progress `json:"now,omitempty"`
	Next     int64     `json:"next,omitempty"` // when the timetable makes the next
	Good     *Run      `json:"good,omitempty"` // the last backup that was made
	Proven   *Run      `json:"proven,omitempty"`
	Newest   *Run      `json:"newest,omitempty"` // the last backup or trial, whatever came of it
	Late     bool      `json:"late"`             // there is none for two days
	History  []Run     `json:"history"`
	Saved    []string  `json:"saved"`    // states that can be taken back, newest first
	Restock  bool      `json:"restock"`  // recordings are still to be put back
	Uncopied int       `json:"uncopied"` // recordings that are on the box alone, 1000 at most
	Space    Space     `json:"space"`
	Wear     []Wear    `json:"wear"`
	Disks    []Mounted `json:"disks"`
}

const shownRuns = 30

// Status tells how the backup stands.
func (s *Service) Status(ctx context.Context) (*Status, error) {
	plan, err := readPlan(s.dir)
	if err != nil {
		return nil, err
	}
	view, err := s.Plan()
	if err != nil {
		return nil, err
	}
	history, err := readHistory(s.dir)
	if err != nil {
		return nil, err
	}
	st := &Status{Plan: view, Now: s.Running(), Saved: s.Saved(), Restock: hasRestock(s.dir), Wear: s.Wear(), Disks: Disks(), History: []Run{}}
	if st.Saved == nil {
		st.Saved = []string{}
	}
	st.History = append(st.History, history[:min(len(history), shownRuns)]...)
	st.Good = last(history, func(r *Run) bool { return r.What == DidBackup && r.Error == "" })
	st.Proven = last(history, func(r *Run) bool { return r.What == DidTrial && r.Error == "" })
	st.Newest = last(history, func(r *Run) bool { return r.What == DidBackup || r.What == DidTrial })
	now := s.Now()
	if plan.Target != nil {
		if plan.On {
			st.Next = plan.next(now).UnixMilli()
		}
		since := plan.Since
		if st.Good != nil {
			since = max(since, st.Good.At)
		}
		st.Late = now.Sub(time.UnixMilli(since)) >= lateAfter
	}
	if id := plan.soundsRepository(); id != "" {
		list, err := s.Store.UncopiedSounds(ctx, id, 0, 1000)
		if err != nil {
			return nil, err
		}
		st.Uncopied = len(list)
	}
	st.Space, err = s.Space(ctx)
	return st, err
}
