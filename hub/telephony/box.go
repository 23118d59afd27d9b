package telephony

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/boxclient"
	"bellhop/hub/crm"
	"bellhop/hub/label"
	"bellhop/hub/store"
)

// box is one box as it stands; the client's goroutine writes it.
type box struct {
	service *Service
	client  *boxclient.Client

	mu        sync.Mutex
	id        string // known once it has answered
	connected bool
	status    boxapi.Status
	modems    map[string]boxapi.ModemChanged
}

// boxLine is a line as its box numbers it.
type boxLine struct {
	box    string
	number int
}

// lineState is a line of this moment.
type lineState struct {
	store.PhoneLine
	state string
	call  crm.ID
	since int64
	why   string
}

// whyAway is the reason of a fault while the line's box does not answer.
const whyAway = "box-away"

// Connected implements boxclient.Handler.
func (b *box) Connected(ctx context.Context, status *boxapi.Status) {
	b.mu.Lock()
	b.id, b.connected, b.status = status.Box, true, *status
	for _, m := range status.Modems {
		b.modems[m.Modem] = m
	}
	b.mu.Unlock()
	s := b.service
	if err := s.takeLines(ctx, status); err != nil {
		s.log.Error("lines of the box not kept", "err", err)
	}
	b.setRecording(ctx)
	if s.backupFailed.Load() {
		b.showBackup() // it forgets with a restart
	}
	s.publishLines(ctx)
	s.publishConnected()
	s.wakeSender()
}

// Lost implements boxclient.Handler.
func (b *box) Lost(err error) {
	b.mu.Lock()
	b.connected = false
	id := b.id
	b.mu.Unlock()
	s := b.service
	s.log.Warn("box lost", "box", id, "err", err)
	s.mu.Lock()
	for _, l := range s.lines {
		if l.Box == id {
			l.state, l.why = string(boxapi.LineFault), whyAway
		}
	}
	s.mu.Unlock()
	s.publishLines(context.Background())
	s.publishConnected()
}

// remember takes into memory what an event says of the box itself.
func (b *box) remember(ev *boxapi.Event) {
	if ev.ModemChanged == nil {
		return
	}
	b.mu.Lock()
	b.modems[ev.ModemChanged.Modem] = *ev.ModemChanged
	b.mu.Unlock()
}

// setRecording brings the box in step with the settings, beside everything else.
func (b *box) setRecording(ctx context.Context) {
	wanted := b.service.settings(ctx).record
	b.mu.Lock()
	same := !b.connected || b.status.Recording == wanted
	b.mu.Unlock()
	if same {
		return
	}
	b.service.wg.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		result, err := b.client.Do(ctx, boxapi.Command{ID: "recording-" + crm.NewID().String(), SetRecording: &wanted})
		if err != nil || result.Error != "" {
			b.service.log.Error("box does not take what to record", "err", err, "result", result.Error)
			return
		}
		b.mu.Lock()
		b.status.Recording = wanted
		b.mu.Unlock()
	})
}

func (s *Service) loadLines(ctx context.Context) error {
	lines, err := s.store.PhoneLines(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range lines {
		s.addLine(l)
	}
	return nil
}

// addLine is called with mu held.
func (s *Service) addLine(l store.PhoneLine) *lineState {
	state := s.lines[l.ID]
	if state == nil {
		state = &lineState{state: string(boxapi.LineFault), why: whyAway}
		s.office.read = false // it may have a label of the office's own
		s.lines[l.ID] = state
	}
	state.PhoneLine = l
	s.byBox[boxLine{l.Box, l.Number}] = l.ID
	return state
}

// line gives the ID of a box's line, which it gets when it is first heard of.
func (s *Service) line(ctx context.Context, tx *store.Tx, boxID string, number int) (int, error) {
	return s.namedLine(ctx, tx, boxID, number, nil)
}

// namedLine does so and keeps what the box calls the line; a label of nil leaves what
// it said before.
func (s *Service) namedLine(ctx context.Context, tx *store.Tx, boxID string, number int, label *string) (int, error) {
	s.mu.Lock()
	id, known := s.byBox[boxLine{boxID, number}]
	same := known && (label == nil || s.lines[id].Label == *label)
	s.mu.Unlock()
	if same {
		return id, nil
	}
	l, err := store.PutPhoneLine(ctx, tx, boxID, number, label)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.addLine(l)
	s.mu.Unlock()
	return l.ID, nil
}

// forgetLines makes line ask the database again, after a transaction that failed.
func (s *Service) forgetLines() {
	s.mu.Lock()
	clear(s.byBox)
	s.mu.Unlock()
}

// takeLines takes over how a box's lines stand when it answers.
func (s *Service) takeLines(ctx context.Context, status *boxapi.Status) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		for _, l := range status.Lines {
			id, err := s.namedLine(ctx, tx, status.Box, l.ID, &l.Label)
			if err != nil {
				return err
			}
			if err := s.setLine(ctx, tx, status.Box, id, l.State, l.Call, "", 0); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) lineChanged(ctx context.Context, tx *store.Tx, ev *boxapi.Event, done *change) error {
	l := ev.LineChanged
	id, err := s.line(ctx, tx, ev.Box, l.Line)
	if err != nil {
		return err
	}
	done.lines = true
	return s.setLine(ctx, tx, ev.Box, id, l.State, l.Call, l.Why, ev.At)
}

// setLine changes a line in memory. at is 0 where only the call can tell since when.
func (s *Service) setLine(ctx context.Context, tx *store.Tx, boxID string, id int, state boxapi.LineState, boxCall, why string, at int64) error {
	var call *store.Call
	if boxCall != "" {
		var err error
		if call, err = store.BoxCall(ctx, tx, boxID, boxCall); err != nil && !crm.IsCode(err, crm.NotFound) {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lines[id]
	l.state, l.why, l.call, l.since = string(state), why, 0, at
	if call == nil {
		return nil
	}
	l.call = call.ID
	if at == 0 {
		l.since = cmp.Or(call.AnsweredAt, call.StartedAt)
	}
	return nil
}

func lineLabelKey(line int) string { return "line." + strconv.Itoa(line) + ".label" }

// lineLabel is the office's name for a line, else its name without that.
func (s *Service) lineLabel(ctx context.Context, lang string, id int) string {
	if label := s.settings(ctx).labels[id]; label != "" {
		return label
	}
	return s.LineName(lang, id)
}

// LineName is what a line is called while the office gives it no label: as the box was
// told, else its number in the language of whoever reads it.
func (s *Service) LineName(lang string, id int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lines[id]; l != nil && l.Label != "" {
		return l.Label
	}
	return LineNumber(s.records.Schema(), lang, id)
}

// LineNumber is the name of a line nobody named.
func LineNumber(schema *crm.Schema, lang string, id int) string {
	return schema.Labels.Text(lang, "box.line", map[string]string{"id": strconv.Itoa(id)})
}

// Lines tells how all lines stand, with their labels in a language.
func (s *Service) Lines(ctx context.Context, lang string) []Line {
	s.mu.Lock()
	lines := make([]Line, 0, len(s.lines))
	for id, l := range s.lines {
		line := Line{ID: id, State: l.state, Since: l.since, Why: l.why}
		if l.call != 0 {
			line.Call = l.call.String()
		}
		lines = append(lines, line)
	}
	s.mu.Unlock()
	for i := range lines {
		lines[i].Label = s.lineLabel(ctx, lang, lines[i].ID)
	}
	slices.SortFunc(lines, func(a, b Line) int { return a.ID - b.ID })
	return lines
}

// publishLines tells each user how the lines stand, in his language.
func (s *Service) publishLines(ctx context.Context) {
	crew, err := s.staff(ctx)
	if err != nil {
		s.log.Error("lines not told", "err", err)
		return
	}
	told := map[string][]byte{}
	for _, lang := range label.Langs {
		if told[lang], err = json.Marshal(s.Lines(ctx, lang)); err != nil {
			s.log.Error("lines not told", "err", err)
			return
		}
	}
	s.live.Publish("lines", "all", func(user crm.ID) []byte { return told[crew.lang(user)] })
}

func (s *Service) publishConnected() {
	s.live.PublishAll("connected", "all", map[string]bool{"connected": s.Connected()})
}

// Connected tells whether every box answers.
func (s *Service) Connected() bool {
	for _, b := range s.boxes {
		b.mu.Lock()
		up := b.connected
		b.mu.Unlock()
		if !up {
			return false
		}
	}
	return len(s.boxes) > 0
}

func modemOf(m boxapi.ModemChanged) *Modem {
	return &Modem{Modem: m.Modem, State: string(m.State), Model: m.Model, Operator: m.Operator, SignalDB: m.SignalDB, Why: m.Why}
}

// Status tells how the boxes stand, asking those that answer.
func (s *Service) Status(ctx context.Context, lang string) (*BoxStatus, error) {
	status := &BoxStatus{Connected: s.Connected(), Lines: s.Lines(ctx, lang), Modems: []Modem{}, Alerts: []Alert{}}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for _, b := range s.boxes {
		b.mu.Lock()
		last, up := b.status, b.connected
		for _, m := range b.modems {
			status.Modems = append(status.Modems, *modemOf(m))
		}
		b.mu.Unlock()
		if up {
			if now, err := b.client.Status(ctx); err == nil {
				last = *now
			}
		}
		status.Board, status.Version = cmp.Or(status.Board, last.Board), cmp.Or(status.Version, last.Version)
		status.FreeBytes, status.Pending = status.FreeBytes+last.FreeBytes, status.Pending+last.Pending
	}
	slices.SortFunc(status.Modems, func(a, b Modem) int { return cmp.Compare(a.Modem, b.Modem) })
	alerts, err := s.store.Alerts(ctx)
	for _, a := range alerts {
		status.Alerts = append(status.Alerts, Alert{Kind: a.Kind, Raised: true, Detail: a.Detail, Since: a.Since, Line: a.Line})
	}
	return status, err
}

var errAway = &crm.Error{Code: crm.Unavailable, Key: "box.away"}

// boxNamed finds the client of the box that reported under id.
func (s *Service) boxNamed(id string) (*boxclient.Client, error) {
	for _, b := range s.boxes {
		b.mu.Lock()
		is := b.id == id
		b.mu.Unlock()
		if is {
			return b.client, nil
		}
	}
	if len(s.boxes) == 1 {
		return s.boxes[0].client, nil // which has what the box before it had, once that is put back
	}
	return nil, errAway
}

// sender is the box a text goes out by: the first with a modem that is ready, else the
// first that answers.
func (s *Service) sender() (*box, error) {
	var up *box
	for _, b := range s.boxes {
		b.mu.Lock()
		connected, ready := b.connected, false
		for _, m := range b.modems {
			ready = ready || m.State == boxapi.ModemReady
		}
		b.mu.Unlock()
		if connected && ready {
			return b, nil
		}
		if connected && up == nil {
			up = b
		}
	}
	if up == nil {
		return nil, errors.New("telephony: no box answers")
	}
	return up, nil
}
