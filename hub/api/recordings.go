package api

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"bellhop/hub/audit"
	"bellhop/hub/backup"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/telephony"
)

// recordingRoutes are what is done with recordings besides hearing them.
func (s *Server) recordingRoutes(api fiber.Router) {
	api.Get("/recordings/rules", s.recordingRules)
	api.Put("/recordings/rules", administrator, s.setRecordingRules)
	api.Post("/recordings/export", s.exportRecordings)
	api.Get("/recordings/export/:token", s.fetchRecordings)
	api.Post("/recordings/delete", s.deleteRecordings)
	api.Post("/calls/:id/record", needs(rights.Calls, rights.Read), s.switchRecording)
	api.Post("/calls/:id/place", needs(rights.Calls, rights.Read), s.placeRecording)
}

// recordingRules are the office's, and what this user may do.
type recordingRules struct {
	Forced  bool   `json:"forced"`
	Place   string `json:"place"`
	LimitMB int    `json:"limitMB"`
	Rule    string `json:"rule"`
	Delete  bool   `json:"delete"`
	Export  bool   `json:"export"`
}

func (s *Server) recordingRules(c *fiber.Ctx) error {
	all, err := s.Store.Settings(c.UserContext())
	if err != nil {
		return err
	}
	who := Rights(c)
	out := recordingRules{Forced: all[telephony.SettingForced] == "1", Place: all[telephony.SettingPlace], Rule: all[backup.SettingRule]}
	fmt.Sscan(all[backup.SettingLimit], &out.LimitMB)
	if out.Place == "" {
		out.Place = telephony.PlaceBox
	}
	if out.Rule == "" {
		out.Rule = backup.RuleStop
	}
	out.Delete = who.May(rights.Calls, rights.Delete) && (!out.Forced || who.Administrates())
	out.Export = who.May(rights.Calls, rights.Export)
	return c.JSON(out)
}

// maxLimitMB is ten terabytes.
const maxLimitMB = 10 << 20

func (s *Server) setRecordingRules(c *fiber.Ctx) error {
	var in recordingRules
	if err := body(c, &in); err != nil {
		return err
	}
	switch {
	case in.Place != telephony.PlaceBox && in.Place != telephony.PlaceClient, in.Rule != backup.RuleStop && in.Rule != backup.RuleOldest:
		return errBadRequest
	case in.LimitMB < 0 || in.LimitMB > maxLimitMB:
		return &crm.Error{Code: crm.Invalid, Key: "call.bad_limit", Field: "limitMB"}
	}
	err := s.Store.SetOffice(c.UserContext(), map[string]string{telephony.SettingForced: flag(in.Forced), telephony.SettingPlace: in.Place,
		backup.SettingLimit: fmt.Sprint(in.LimitMB), backup.SettingRule: in.Rule}, nil)
	if err != nil {
		return err
	}
	s.careForRecordings()
	s.settingsChanged(c)
	return s.recordingRules(c)
}

// careForRecordings has space and deletions seen to soon; it does not keep a user waiting.
func (s *Server) careForRecordings() {
	if s.Backup != nil {
		s.Backup.CareSoon()
	}
}

// maxRecordings bounds one export or deletion.
const maxRecordings = 500

func recordingIDs(c *fiber.Ctx) ([]crm.ID, error) {
	var in struct{ IDs []crm.ID }
	if err := body(c, &in); err != nil {
		return nil, err
	}
	if len(in.IDs) == 0 || len(in.IDs) > maxRecordings {
		return nil, &crm.Error{Code: crm.Invalid, Key: "call.how_many", Field: "ids", Args: map[string]string{"max": fmt.Sprint(maxRecordings)}}
	}
	return in.IDs, nil
}

func (s *Server) deleteRecordings(c *fiber.Ctx) error {
	ids, err := recordingIDs(c)
	if err != nil {
		return err
	}
	n, err := s.phone().DeleteRecordings(c.UserContext(), Rights(c), ids, c.IP())
	if err != nil {
		return err
	}
	s.careForRecordings()
	return c.JSON(fiber.Map{"count": n})
}

// wraps are archives waiting to be fetched, each once and by who asked for it.
type wraps struct {
	sync.Mutex
	byToken map[string]*wrap
}

type wrap struct {
	user   crm.ID
	lang   string
	sounds []telephony.Sound
	taking *audit.Taking
	until  time.Time
}

const wrapLives = 5 * time.Minute

// exportRecordings answers with the address an archive can be fetched from once.
func (s *Server) exportRecordings(c *fiber.Ctx) error {
	ids, err := recordingIDs(c)
	if err != nil {
		return err
	}
	sounds, err := s.phone().Sounds(c.UserContext(), Rights(c), ids)
	if err != nil {
		return err
	}
	taking, err := s.take(c, audit.Export, audit.Named{Entity: rights.Calls, IDs: ids}, len(ids))
	if err != nil {
		return err
	}
	var random [16]byte
	rand.Read(random[:])
	token := hex.EncodeToString(random[:])
	now := time.Now()
	s.wraps.Lock()
	defer s.wraps.Unlock()
	if s.wraps.byToken == nil {
		s.wraps.byToken = map[string]*wrap{}
	}
	for old, w := range s.wraps.byToken {
		if now.After(w.until) {
			delete(s.wraps.byToken, old)
		}
	}
	s.wraps.byToken[token] = &wrap{Rights(c).User.ID, Lang(c), sounds, taking, now.Add(wrapLives)}
	return c.JSON(fiber.Map{"url": "/api/recordings/export/" + token})
}

func (s *Server) fetchRecordings(c *fiber.Ctx) error {
	token := c.Params("token")
	s.wraps.Lock()
	w := s.wraps.byToken[token]
	if w != nil && w.user == Rights(c).User.ID {
		delete(s.wraps.byToken, token)
	}
	s.wraps.Unlock()
	if w == nil || w.user != Rights(c).User.ID || time.Now().After(w.until) {
		return crm.ErrNotFound
	}
	c.Attachment("recordings-" + time.Now().Format("20060102-1504") + ".zip")
	c.Set(fiber.HeaderContentType, "application/zip")
	ctx := context.WithoutCancel(c.UserContext())
	c.Context().SetBodyStreamWriter(func(out *bufio.Writer) {
		if err := s.wrapUp(ctx, out, w); err != nil {
			s.Log.Warn("recordings not sent whole", "err", err)
		}
	})
	return nil
}

// wrapUp writes the archive: the recordings, and an index that says which could not be had.
func (s *Server) wrapUp(ctx context.Context, out io.Writer, w *wrap) error {
	archive := zip.NewWriter(out)
	index := [][]any{s.indexHead(w.lang)}
	taken := map[string]int{}
	for _, sound := range w.sounds {
		name := soundName(sound.Call, s.text(w.lang, "call.direction."+sound.Direction, nil), taken)
		missing := ""
		if err := s.addSound(ctx, archive, name, sound); err != nil {
			s.Log.Warn("recording not exported", "call", sound.ID, "err", err)
			name, missing = "", s.text(w.lang, "call.no_recording", nil)
		} else if err := w.taking.Add(ctx, sound.ID); err != nil {
			return err
		}
		index = append(index, s.indexRow(w.lang, sound.Call, name, missing))
	}
	if err := w.taking.Done(ctx); err != nil {
		return err
	}
	sheet, err := archive.CreateHeader(&zip.FileHeader{Name: s.text(w.lang, "call.index.file", nil) + ".xlsx", Modified: time.Now()})
	if err != nil {
		return err
	}
	if err := writeIndex(sheet, index); err != nil {
		return err
	}
	return archive.Close()
}

// addSound puts one recording into the archive. It is sound, which does not pack.
func (s *Server) addSound(ctx context.Context, archive *zip.Writer, name string, sound telephony.Sound) error {
	in, err := s.phone().OpenSound(ctx, sound.Box, sound.File)
	if err != nil {
		return err
	}
	defer in.Close()
	file, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: time.UnixMilli(sound.StartedAt)})
	if err != nil {
		return err
	}
	_, err = io.Copy(file, in)
	return err
}

// soundName names a recording by time, number and direction (REC-06): what is told apart by
// none of them gets a number.
func soundName(c *telephony.Call, direction string, taken map[string]int) string {
	number := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r == '*':
			return 'x'
		}
		return -1
	}, c.Display)
	if number == "" {
		number = "unknown"
	}
	name := time.UnixMilli(c.StartedAt).Format("2006-01-02_15-04-05") + "_" + number + "_" + direction
	taken[name]++
	if n := taken[name]; n > 1 {
		name += fmt.Sprint("_", n)
	}
	return name + ".mp3"
}

var indexColumns = []string{"time", "direction", "number", "party", "handler", "line", "length", "name"}

func (s *Server) indexHead(lang string) (row []any) {
	for _, key := range indexColumns {
		row = append(row, s.text(lang, "call.index."+key, nil))
	}
	return row
}

func (s *Server) indexRow(lang string, c *telephony.Call, name, missing string) []any {
	party, handler := "", ""
	if c.Party != nil {
		party = c.Party.Label
		if c.Party.Contact != nil {
			party += " / " + c.Party.Contact.Label
		}
	}
	if c.Handler != nil {
		handler = c.Handler.Name
	}
	if name == "" {
		name = missing
	}
	seconds := c.Recording.DurationMS / 1000
	return []any{time.UnixMilli(c.StartedAt).Format(time.DateTime), s.text(lang, "call.direction."+c.Direction, nil), c.Display, party, handler,
		c.LineLabel, fmt.Sprintf("%d:%02d", seconds/60, seconds%60), name}
}

func writeIndex(out io.Writer, rows [][]any) error {
	book := excelize.NewFile()
	defer book.Close()
	stream, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	if err := stream.SetColWidth(1, len(indexColumns), 20); err != nil {
		return err
	}
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := stream.SetRow(cell, row); err != nil {
			return err
		}
	}
	if err := stream.Flush(); err != nil {
		return err
	}
	return book.Write(out)
}

// switchRecording starts or stops the recording of a call in progress (REC-03).
func (s *Server) switchRecording(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	var in struct{ On bool }
	if err := body(c, &in); err != nil {
		return err
	}
	return answerWith[*telephony.Call](c)(s.phone().Record(c.UserContext(), Rights(c), id, in.On))
}

const maxPlace = 300

// placeRecording notes where a computer has put a recording (REC-08).
func (s *Server) placeRecording(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	var in struct {
		Place string
		Sure  bool
	}
	if err := body(c, &in); err != nil {
		return err
	}
	in.Place = strings.TrimSpace(in.Place)
	if in.Place == "" || len(in.Place) > maxPlace || strings.ContainsAny(in.Place, "\r\n\x00") {
		return errBadRequest
	}
	return answerWith[*telephony.Call](c)(s.phone().Place(c.UserContext(), Rights(c), id, in.Place, in.Sure))
}
