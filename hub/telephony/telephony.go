// Package telephony makes calls, cards and texts of what boxes report: it finds who is
// calling, keeps the call, and shows each user the card his rights allow, before the
// second ring. It knows no HTTP and no SQL.
package telephony

import (
	"context"
	"embed"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/boxclient"
	"bellhop/hub/crm"
	"bellhop/hub/live"
	"bellhop/hub/phone"
	"bellhop/hub/records"
	"bellhop/hub/store"
)

// Service is the telephony of one hub. Its methods may be called from any goroutine.
type Service struct {
	store   *store.Store
	records *records.Records
	live    *live.Hub
	log     *slog.Logger
	now     func() time.Time

	boxes []*box

	backupFailed atomic.Bool // what the boxes' lamps show
	pictures     pictures
	outgoing     chan struct{}    // texts wait to be handed to a box
	notes        sync.Mutex       // one contact record is written at a time
	ownRevs      map[crm.ID]int64 // revisions of contact records the notes made, under notes

	mu     sync.Mutex
	lines  map[int]*lineState
	byBox  map[boxLine]int // line IDs
	office office
	plays  map[play]time.Time
	wg     sync.WaitGroup
	end    context.CancelFunc
}

// office is what the settings say, read once and again when they change.
type office struct {
	read     bool
	areaCode string
	labels   map[int]string
	record   boxapi.SetRecording
	forced   bool // nobody but administrators stops or deletes a recording
}

// New returns the telephony on a store. It is a records.Source; Start makes it follow
// boxes.
func New(s *store.Store, r *records.Records, h *live.Hub, log *slog.Logger) *Service {
	return &Service{
		store: s, records: r, live: h, log: log, now: time.Now,
		outgoing: make(chan struct{}, 1), lines: map[int]*lineState{}, byBox: map[boxLine]int{},
		plays: map[play]time.Time{}, pictures: pictures{made: map[crm.ID]*picture{}},
		ownRevs: map[crm.ID]int64{},
	}
}

// Start follows the boxes until Close.
func (s *Service) Start(ctx context.Context, boxes ...*boxclient.Client) error {
	if err := s.loadLines(ctx); err != nil {
		return err
	}
	ctx, s.end = context.WithCancel(ctx)
	s.records.OnChange(s.recordChanged)
	go phone.Warm()
	for _, c := range boxes {
		b := &box{service: s, client: c, modems: map[string]boxapi.ModemChanged{}}
		s.boxes = append(s.boxes, b)
	}
	for _, b := range s.boxes {
		s.wg.Go(func() { b.client.Follow(ctx, b) })
	}
	s.wg.Go(func() { s.sendTexts(ctx) })
	s.wg.Go(func() { s.catchUp(ctx) })
	return nil
}

// Close stops following and waits for what is under way.
func (s *Service) Close() {
	if s.end != nil {
		s.end()
	}
	s.wg.Wait()
}

// ChangedSettings takes over area code, line labels and what is recorded.
func (s *Service) ChangedSettings(ctx context.Context) {
	s.mu.Lock()
	s.office.read = false
	s.mu.Unlock()
	for _, b := range s.boxes {
		b.setRecording(ctx)
	}
	s.publishLines(ctx)
}

// settings returns the office's settings.
func (s *Service) settings(ctx context.Context) office {
	s.mu.Lock()
	o := s.office
	s.mu.Unlock()
	if o.read {
		return o
	}
	o, err := s.readSettings(ctx)
	if err != nil {
		s.log.Error("settings not read", "err", err)
		return o
	}
	s.mu.Lock()
	s.office = o
	s.mu.Unlock()
	return o
}

func (s *Service) readSettings(ctx context.Context) (office, error) {
	o := office{labels: map[int]string{}}
	var err error
	get := func(key string) string {
		value, e := s.store.Setting(ctx, key)
		if e != nil {
			err = e
		}
		return value
	}
	o.areaCode = get("area_code")
	o.record = boxapi.SetRecording{Incoming: on(get("record.incoming")), Outgoing: on(get("record.outgoing"))}
	if o.forced = get(SettingForced) == "1"; o.forced {
		o.record.Incoming, o.record.Outgoing = true, true
	}
	full, e := s.spaceUsedUp(ctx, get("record.limitMB"), get("record.rule"))
	if e != nil {
		err = e
	}
	o.record.Paused = full
	s.mu.Lock()
	lines := slices.Collect(maps.Keys(s.lines))
	s.mu.Unlock()
	for _, line := range lines {
		o.labels[line] = get(lineLabelKey(line))
	}
	o.read = err == nil
	return o, err
}

// on reads a switch that is on until somebody turns it off.
func on(value string) bool { return value != "0" && value != "false" }

// Labels are the texts of this package, beside those of the modules.
//
//go:embed labels/*.json
var Labels embed.FS
