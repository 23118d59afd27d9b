package telephony

import (
	"context"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

var (
	errNoPlay      = &crm.Error{Code: crm.Forbidden, Key: "call.play_forbidden"}
	errNoRecording = &crm.Error{Code: crm.NotFound, Key: "call.no_recording"}
)

// play is somebody listening to something.
type play struct {
	user, call crm.ID
}

// A player asks for a recording in parts, and again for every seek. Requests belong to
// one listening as long as they follow each other within samePlay; one that begins at
// the beginning is a new listening unless it comes within sameStart, as players look
// at the head of a file before they play it.
const (
	samePlay  = 30 * time.Minute
	sameStart = time.Minute
)

// recorded finds the sound of a call for a user who may hear it (REC-10).
func (s *Service) recorded(ctx context.Context, who *rights.Rights, id crm.ID) (*store.Call, error) {
	p, err := s.picture(ctx, id, true)
	if err != nil {
		return nil, err
	}
	seen, err := p.sight(ctx, who)
	if err != nil {
		return nil, err
	}
	if !p.mayPlay(who, seen) {
		return nil, errNoPlay
	}
	if p.call.Recording.State != store.RecordingReady {
		return nil, errNoRecording
	}
	return p.call, nil
}

// Listen opens a call's recording, or the part of it a Range header asks for, and
// writes down that the user listens. The caller closes the body.
func (s *Service) Listen(ctx context.Context, who *rights.Rights, id crm.ID, header http.Header, address string) (*http.Response, error) {
	c, err := s.recorded(ctx, who, id)
	if err != nil {
		return nil, err
	}
	response, err := s.fetch(ctx, c.Box, c.Recording.File, header)
	if err != nil {
		return nil, err
	}
	if response.StatusCode/100 == 2 {
		if err := s.noteListening(ctx, who.User, c, fromStart(header), address); err != nil {
			response.Body.Close()
			return nil, err // what can't be written down isn't played
		}
	}
	return response, nil
}

func fromStart(header http.Header) bool {
	asked := header.Get("Range")
	return asked == "" || strings.HasPrefix(asked, "bytes=0-")
}

func (s *Service) noteListening(ctx context.Context, user *crm.User, c *store.Call, start bool, address string) error {
	now, p := s.now(), play{user.ID, c.ID}
	s.mu.Lock()
	for old, at := range s.plays {
		if now.Sub(at) > samePlay {
			delete(s.plays, old)
		}
	}
	last, playing := s.plays[p]
	s.plays[p] = now
	s.mu.Unlock()
	if playing && !(start && now.Sub(last) > sameStart) {
		return nil
	}
	return s.store.AddListening(ctx, store.Listening{Call: p.call, User: p.user, At: now.UnixMilli(), Address: address}, trail.Entry{
		At: now.UnixMilli(), User: int64(user.ID), Name: user.Name, Address: address, Kind: "listen", Via: string(user.Role),
		Entity: c.Party.Entity, Record: int64(c.Party.ID), Label: c.Number, Detail: `{"call":"` + c.ID.String() + `"}`,
	})
}

// Peaks are the loudness of a recording over its time, 0 to 1.
type Peaks struct {
	Peaks      []float64 `json:"peaks"`
	DurationMS int64     `json:"durationMs"`
}

// Peaks reads the peaks beside a call's recording.
func (s *Service) Peaks(ctx context.Context, who *rights.Rights, id crm.ID) (*Peaks, error) {
	c, err := s.recorded(ctx, who, id)
	if err != nil {
		return nil, err
	}
	response, err := s.fetch(ctx, c.Box, c.Recording.File+".peaks", nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errNoRecording
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	peaks := &Peaks{Peaks: make([]float64, len(data)), DurationMS: c.Recording.MS}
	for i, level := range data { // an octet each
		peaks.Peaks[i] = math.Round(float64(level)/255*1000) / 1000
	}
	return peaks, nil
}

func (s *Service) fetch(ctx context.Context, box, file string, header http.Header) (*http.Response, error) {
	client, err := s.boxNamed(box)
	if err != nil {
		return nil, err
	}
	response, err := client.Recording(ctx, file, header)
	if err != nil {
		s.log.Warn("recording not fetched", "file", file, "err", err)
		return nil, errAway
	}
	if response.StatusCode == http.StatusNotFound {
		response.Body.Close()
		return nil, errNoRecording
	}
	return response, nil
}
