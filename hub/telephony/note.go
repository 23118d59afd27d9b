package telephony

import (
	"context"
	"strconv"
	"unicode/utf8"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// activityEntity are the contact records; a note about a known caller becomes one.
const activityEntity = "activity"

const maxNote = 10_000

// NoteChanged is the refusal of a note that was written elsewhere meanwhile: it holds
// the one that stands.
type NoteChanged struct {
	OwnNote
}

func (e *NoteChanged) Error() string { return "conflict: call.note_changed" }

// Saved is the answer to a note that was kept.
type Saved struct {
	Version int64 `json:"version"`
	At      int64 `json:"at"`
}

// PutNote keeps a user's note on a call. version is the one it was written upon; the
// same text sent again, because its answer got lost, is kept once.
func (s *Service) PutNote(ctx context.Context, who *rights.Rights, id crm.ID, version int64, text string) (*Saved, error) {
	if utf8.RuneCountInString(text) > maxNote {
		return nil, &crm.Error{Code: crm.Invalid, Key: "call.note_too_long", Field: "text", Args: map[string]string{"max": strconv.Itoa(maxNote)}}
	}
	var call *store.Call
	var note store.CallUser
	again := false
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		var err error
		if call, err = store.CallIn(ctx, tx, id); err != nil {
			return err
		}
		if note, err = doing(ctx, tx, id, who.User.ID); err != nil {
			return err
		}
		if again = note.Version == version+1 && note.Note == text; again {
			return nil
		}
		if note.Version != version {
			return &NoteChanged{OwnNote{Version: note.Version, Text: note.Note}}
		}
		note.Version, note.Note, note.NoteAt = version+1, text, s.now().UnixMilli()
		return store.PutCallUser(ctx, tx, note)
	})
	if err != nil {
		return nil, err
	}
	if !again {
		s.publishCall(ctx, id)
		s.fileNotes(ctx, call, who.User.ID)
	}
	return &Saved{Version: note.Version, At: note.NoteAt}, nil
}

func doing(ctx context.Context, q store.Querier, call, user crm.ID) (store.CallUser, error) {
	all, err := store.CallUsers(ctx, q, call)
	for _, d := range all[call] {
		if d.User == user {
			return d, err
		}
	}
	return store.CallUser{Call: call, User: user}, err
}

// keepStep brings the contact records of a call's notes in step with the call, beside
// everything else: a caller may become known when the note is long written.
func (s *Service) keepStep(c *store.Call) {
	if c.Party.ID == 0 {
		return
	}
	s.wg.Go(func() { s.fileNotes(context.Background(), c, 0) })
}

// fileNotes makes or changes the contact record of each note on a call (TEL-07); wrote
// is who has just changed his.
func (s *Service) fileNotes(ctx context.Context, c *store.Call, wrote crm.ID) {
	s.notes.Lock()
	defer s.notes.Unlock()
	doings, err := store.CallUsers(ctx, s.store.Read(), c.ID)
	if err != nil || len(doings[c.ID]) == 0 {
		return
	}
	crew, err := s.staff(ctx)
	if err != nil {
		s.log.Error("notes not filed", "call", c.ID, "err", err)
		return
	}
	// As it is now: several of these may have waited.
	if c, err = s.store.Call(ctx, c.ID); err != nil {
		return
	}
	for _, d := range doings[c.ID] {
		who := crew.who(d.User)
		if who == nil || c.Party.ID == 0 || d.Note == "" && d.Activity == 0 {
			continue
		}
		if err := s.fileNote(ctx, who, c, d, d.User == wrote); err != nil && !crm.IsCode(err, crm.Invalid) {
			s.log.Error("note not filed as contact record", "call", c.ID, "user", d.User, "err", err)
		}
	}
}

func (s *Service) fileNote(ctx context.Context, who *rights.Rights, c *store.Call, d store.CallUser, wrote bool) error {
	e, ok := s.records.Schema().Entity(activityEntity)
	if !ok {
		return nil
	}
	if _, ok := e.Field(c.Party.Entity); !ok {
		return nil // a private contact keeps the note on the call alone
	}
	if reads, err := s.records.Visible(ctx, who, c.Party); err != nil || !reads {
		return err
	}
	if d.Activity == 0 {
		return s.newActivity(ctx, who, e, c, d)
	}
	row, err := s.records.Get(ctx, who, crm.Ref{Entity: activityEntity, ID: d.Activity})
	if crm.IsCode(err, crm.NotFound) {
		if !wrote {
			return nil // deleted by somebody who meant it
		}
		return s.newActivity(ctx, who, e, c, d)
	}
	if err != nil {
		return err
	}
	ref := crm.Ref{Entity: activityEntity, ID: d.Activity}
	if d.Note == "" {
		return s.dropActivity(ctx, who, c, d, ref, row.Rev)
	}
	values := about(e, c)
	if wrote || row.UpdatedAt < d.NoteAt { // or the hub died before it was written
		values["text"] = d.Note
	} else if sameParty(row.Values, values) {
		return nil
	}
	s.ownRevs[d.Activity] = row.Rev + 1
	if _, err = s.records.Update(ctx, who, ref, row.Rev, values); err != nil {
		delete(s.ownRevs, d.Activity)
	}
	return err
}

func (s *Service) newActivity(ctx context.Context, who *rights.Rights, e *crm.Entity, c *store.Call, d store.CallUser) error {
	if d.Note == "" {
		return nil
	}
	values := about(e, c)
	values["text"], values["at"], values["kind"], values["call"] = d.Note, c.StartedAt, "phone", c.ID.String()
	// One key for one note: a hub that died between the two writes does not write twice.
	key := "call-note-" + c.ID.String()
	if d.Activity != 0 {
		key += "-" + strconv.FormatInt(d.Version, 10)
	}
	row, err := s.records.Create(ctx, who, activityEntity, values, key)
	if err != nil {
		return err
	}
	if row.Rev == 1 {
		s.ownRevs[row.ID] = 1
	}
	return s.setActivity(ctx, d, row.ID)
}

// recordChanged takes a contact record that somebody edited back into the note it was
// made of, so that the call shows what is true.
func (s *Service) recordChanged(c records.Change) {
	if c.Entity == activityEntity {
		s.wg.Go(func() {
			if err := s.takeBack(context.Background(), c); err != nil && !crm.IsCode(err, crm.NotFound) {
				s.log.Error("edited contact record not taken back into its note", "record", c.ID, "err", err)
			}
		})
	}
}

func (s *Service) takeBack(ctx context.Context, c records.Change) error {
	s.notes.Lock()
	defer s.notes.Unlock()
	if own := s.ownRevs[c.ID]; own >= c.Rev {
		if own == c.Rev {
			delete(s.ownRevs, c.ID)
		}
		return nil // what the note itself wrote; the note may be further on by now
	}
	row, err := s.records.Get(ctx, rights.For(&crm.User{Role: crm.Admin, Active: true}, s.records.Schema()), c.Ref)
	if err != nil {
		return err
	}
	call, err := crm.ParseID(row.Text("call"))
	if err != nil {
		return nil // not of a call
	}
	changed := false
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		all, err := store.CallUsers(ctx, tx, call)
		for _, d := range all[call] {
			if d.Activity == c.ID && d.Note != row.Text("text") {
				d.Version, d.Note, d.NoteAt, changed = d.Version+1, row.Text("text"), s.now().UnixMilli(), true
				return store.PutCallUser(ctx, tx, d)
			}
		}
		return err
	})
	if changed && err == nil {
		s.publishCall(ctx, call)
	}
	return err
}

// dropActivity takes the contact record of an emptied note away. The program may do
// so where the user may not delete: what he takes back is his own.
func (s *Service) dropActivity(ctx context.Context, who *rights.Rights, c *store.Call, d store.CallUser, ref crm.Ref, rev int64) error {
	user := *who.User
	user.Role = crm.Admin
	if err := s.records.Delete(ctx, rights.For(&user, s.records.Schema()), ref, rev); err != nil {
		return err
	}
	return s.setActivity(ctx, d, 0)
}

func (s *Service) setActivity(ctx context.Context, d store.CallUser, activity crm.ID) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		now, err := doing(ctx, tx, d.Call, d.User)
		if err != nil {
			return err
		}
		now.Activity = activity
		return store.PutCallUser(ctx, tx, now)
	})
}

// about gives the fields that say whom a contact record is about: the call's party,
// and nobody else.
func about(e *crm.Entity, c *store.Call) map[string]any {
	values := map[string]any{}
	for _, key := range append([]string{contactEntity}, e.Access.Parents...) {
		values[key] = nil
	}
	values[c.Party.Entity] = field.Ref{ID: int64(c.Party.ID)}
	if c.Contact != 0 {
		values[contactEntity] = field.Ref{ID: int64(c.Contact)}
	}
	return values
}

func sameParty(has, wants map[string]any) bool {
	for key, v := range wants {
		a, _ := has[key].(field.Ref)
		b, _ := v.(field.Ref)
		if a.ID != b.ID {
			return false
		}
	}
	return true
}

// catchUp files the notes that a hub which died may have left, and those of calls
// whose caller became known while nobody looked.
func (s *Service) catchUp(ctx context.Context) {
	const day = 24 * 3600 * 1000
	calls, err := s.store.RecentCalls(ctx, s.now().UnixMilli()-day)
	if err != nil {
		s.log.Error("notes of the last day not checked", "err", err)
	}
	for _, c := range calls {
		if ctx.Err() != nil {
			return
		}
		if c.Party.ID != 0 {
			s.fileNotes(ctx, c, 0)
		}
	}
}
