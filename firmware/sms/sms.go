// Package sms keeps the box's texts: a queue of those to be sent and an inbox of those
// that came, both on disk, so that a power cut loses none and sends none twice.
//
//	m := modem.New(modem.Config{Open: …, Models: all.Models})
//	s, err := sms.New(sms.Config{Dir: dir, Modem: m, Emit: emit, Log: log})
//	go s.Run(ctx)                   // runs the modem too, until ctx ends
//	err = s.Submit(id, to, text)    // boxapi.SendSMS; sms.Key(err) for boxapi.Result
//	s.Modem()                       // for boxapi.Status
//	s.Close()                       // after Run has returned
//
// A text handed to the modem without an answer is "unknown": it may have been sent, so
// nothing here sends it again.
package sms

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"bellhop/drivers/modem"
	"bellhop/firmware/boxapi"
)

// Modem is what the queue needs of a modem; *modem.Modem is one.
type Modem interface {
	Run(context.Context, modem.Handler) error
	Submit(ctx context.Context, tpdu []byte) (reference int, err error)
	Status() modem.Status
	Reset()
	Sweep()
}

// Config of a Service. Dir, Modem and Emit are required.
type Config struct {
	Dir   string // its own folder
	Name  string // of the modem in events; "1" if empty
	Modem Modem
	// Emit reports an event and returns once it is on disk.
	Emit   func(boxapi.Event) error
	Log    *slog.Logger
	Timing Timing
}

// Timing holds the waits; the zero value of each means the default.
type Timing struct {
	Retry      []time.Duration // after a temporary refusal; 15 s, 60 s, 5 min, 30 min, 2 h, then it fails
	Hold       []time.Duration // of the whole queue while SIM or modem are at fault, the last again and again; 10 s, 30 s, 1 min, 5 min
	Barred     time.Duration   // of the queue after the operator barred the SIM; 30 min
	Gap        time.Duration   // between two parts; none
	Incomplete time.Duration   // until a long text is shown with gaps; 10 min
	Absent     time.Duration   // until a missing modem is an alert; 2 min
	Tick       time.Duration   // between looks at the two above; 5 s
}

func (t Timing) withDefaults() Timing {
	if t.Retry == nil {
		t.Retry = []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	}
	if t.Hold == nil {
		t.Hold = []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute}
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.Barred, 30 * time.Minute}, {&t.Incomplete, 10 * time.Minute},
		{&t.Absent, 2 * time.Minute}, {&t.Tick, 5 * time.Second},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return t
}

const (
	maxParts  = 20                  // of one outgoing text
	keepDone  = 30 * 24 * time.Hour // finished texts, so that a repeated ID is known
	keepSeen  = 7 * 24 * time.Hour  // received PDUs, so that a second copy is known
	keepParts = 24 * time.Hour      // an incomplete text, so that it can be completed
)

// Service is the queue and the inbox.
type Service struct {
	cfg  Config
	t    Timing
	log  *slog.Logger
	wake chan struct{} // holds one when the queue or the modem changed

	mu       sync.Mutex
	journal  *journal
	out      map[string]*outgoing
	in       map[string]*incoming // not yet complete or not yet told, by ID
	seen     map[string]int64     // hash of a received PDU → when, Unix ms
	alerts   map[string]bool      // raised
	next     counters
	unsaved  map[string]bool // texts whose Told is not on disk
	reports  []early         // that came before the answer they belong to
	modem    boxapi.ModemChanged
	told     bool // modem has been emitted at least once in this run
	absentAt time.Time
	trouble  trouble
}

// counters go on over restarts.
type counters struct {
	Order     uint64 `json:"order"`     // of queueing
	Reference byte   `json:"reference"` // of long texts
}

// New opens the folder, making it if need be. What was being sent when the box
// stopped is of unknown fate from now on.
func New(cfg Config) (*Service, error) {
	if cfg.Name == "" {
		cfg.Name = "1"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("sms: %w", err)
	}
	j, err := openJournal(filepath.Join(cfg.Dir, "sms.journal"), cfg.Log)
	if err != nil {
		return nil, fmt.Errorf("sms: %w", err)
	}
	s := &Service{
		cfg: cfg, t: cfg.Timing.withDefaults(), log: cfg.Log, wake: make(chan struct{}, 1), journal: j,
		out: map[string]*outgoing{}, in: map[string]*incoming{}, seen: map[string]int64{}, alerts: map[string]bool{},
		unsaved: map[string]bool{},
		modem:   boxapi.ModemChanged{Modem: cfg.Name, State: boxapi.ModemAbsent},
	}
	if err := s.restore(); err != nil {
		j.close()
		return nil, fmt.Errorf("sms: %w", err)
	}
	return s, nil
}

// restore builds the state from the journal and settles what a stop left open.
func (s *Service) restore() error {
	for key, raw := range s.journal.live {
		kind, name, _ := strings.Cut(key, "/")
		var err error
		switch kind {
		case "out":
			m := &outgoing{}
			err = json.Unmarshal(raw, m)
			s.out[name] = m
		case "in":
			m := &incoming{}
			err = json.Unmarshal(raw, m)
			s.in[name] = m
		case "seen":
			var at int64
			err = json.Unmarshal(raw, &at)
			s.seen[name] = at
		case "next":
			err = json.Unmarshal(raw, &s.next)
		}
		if err != nil {
			return fmt.Errorf("record %s: %w", key, err)
		}
	}
	changes := s.expired(time.Now())
	for _, m := range s.out {
		if m.interrupted() {
			changes["out/"+m.ID] = m
		}
	}
	return s.journal.put(changes)
}

// expired forgets what is kept long enough and returns the keys to drop.
func (s *Service) expired(now time.Time) map[string]any {
	drop := map[string]any{}
	for id, m := range s.out {
		if m.settled() && m.Told == m.fate() && now.Sub(time.UnixMilli(m.At)) > keepDone {
			delete(s.out, id)
			drop["out/"+id] = nil
		}
	}
	for hash, at := range s.seen {
		if now.Sub(time.UnixMilli(at)) > keepSeen {
			delete(s.seen, hash)
			drop["seen/"+hash] = nil
		}
	}
	for id, m := range s.in {
		if m.ToldParts > 0 && now.Sub(time.UnixMilli(m.First)) > keepParts {
			delete(s.in, id)
			drop["in/"+id] = nil
		}
	}
	return drop
}

// Run serves modem, queue and inbox until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	s.mu.Lock()
	s.absentAt = time.Now()
	s.tellAll()
	s.mu.Unlock()
	var parts sync.WaitGroup
	parts.Go(func() { s.send(ctx) })
	parts.Go(func() { s.watch(ctx) })
	err := s.cfg.Modem.Run(ctx, handler{s})
	parts.Wait()
	return err
}

// Close closes the folder; Run must have returned.
func (s *Service) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saveTold()
	return s.journal.close()
}

// Modem is the state of the modem now.
func (s *Service) Modem() boxapi.ModemChanged {
	return s.asEvent(s.cfg.Modem.Status())
}

// watch does what only time brings about.
func (s *Service) watch(ctx context.Context) {
	tick := time.NewTicker(s.t.Tick)
	defer tick.Stop()
	cleaned := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			s.mu.Lock()
			s.tellAll()
			s.saveTold()
			s.watchModem(now)
			if now.Sub(cleaned) > time.Hour {
				cleaned = now
				s.save(s.expired(now))
			}
			s.mu.Unlock()
		}
	}
}

// tellAll emits what the hub has not been told: after a start, after the outbox
// refused an event, and once a long text has waited long enough. mu is held.
func (s *Service) tellAll() {
	for _, m := range s.which(func(m *outgoing) bool { return m.fate() != m.Told }) {
		s.tell(m)
	}
	for _, m := range s.in {
		s.tellIncoming(m)
	}
}

// emit reports an event of this moment; false means that it must be tried again.
func (s *Service) emit(e boxapi.Event) bool {
	if e.At == 0 {
		e.At = time.Now().UnixMilli()
	}
	if err := s.cfg.Emit(e); err != nil {
		s.log.Error("sms event not kept", "error", err)
		return false
	}
	return true
}

// save writes to the journal what can be told again if it is lost. mu is held.
func (s *Service) save(changes map[string]any) {
	if err := s.journal.put(changes); err != nil {
		s.log.Error("sms journal", "error", err)
	}
}

func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// handler is the Service as the modem sees it.
type handler struct{ *Service }

// Key is the stable name of an error of Submit, for boxapi.Result.
func Key(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, modem.ErrNumber):
		return "bad-number"
	case errors.Is(err, modem.ErrNoText):
		return "no-text"
	case errors.Is(err, modem.ErrTooLong):
		return "text-too-long"
	case errors.Is(err, ErrSameID):
		return "id-used"
	}
	return "not-kept"
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}
