package api

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/audit"
	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

func (s *Server) auditRoutes(api fiber.Router) {
	api.Get("/o/:entity/:id/changes", s.recordChanges)
	api.Get("/o/:entity/:id/access", readsLogs, s.recordAccess)
	api.Get("/logs/:log", readsLogs, s.readLog)
	api.Get("/logs/:log/csv", readsLogs, s.exportLog)
	api.Post("/logs/verify", readsLogs, s.verifyLogs)
}

// readsLogs keeps out everybody who has nothing to do with the logs.
var readsLogs = guard((*rights.Rights).ReadsLogs, "audit.forbidden")

// logEntry is an entry as the page gets it.
type logEntry struct {
	Log     trail.Log             `json:"log"`
	Seq     int64                 `json:"seq"`
	At      int64                 `json:"at"`
	User    *field.Person         `json:"user,omitempty"` // none: the program itself
	Address string                `json:"address,omitempty"`
	Device  string                `json:"device,omitempty"`
	Kind    string                `json:"kind"`
	Via     string                `json:"via,omitempty"`
	What    string                `json:"what"` // in words
	Entity  string                `json:"entity,omitempty"`
	ID      string                `json:"id,omitempty"`
	Label   string                `json:"label,omitempty"`
	Note    string                `json:"note,omitempty"` // more about it, in words
	Changes []records.ShownChange `json:"changes,omitempty"`
	Hash    string                `json:"hash,omitempty"`
}

// entriesOf puts entries into the words of the reader.
func (s *Server) entriesOf(c *fiber.Ctx, log trail.Log, entries []trail.Entry) ([]logEntry, error) {
	lang := Lang(c)
	out := make([]logEntry, len(entries))
	changes := make([][]records.ShownChange, len(entries))
	if log == trail.Change {
		var err error
		if changes, err = s.Records.Changes(c.UserContext(), Rights(c), lang, entries); err != nil {
			return nil, err
		}
	}
	for i, e := range entries {
		out[i] = logEntry{Log: log, Seq: e.Seq, At: e.At, Address: e.Address, Device: e.Device, Kind: e.Kind, What: s.doing(lang, e),
			Entity: e.Entity, Label: e.Label, Changes: changes[i], Note: s.noteOf(lang, log, e), Hash: e.Hash}
		if e.Name != "" {
			out[i].User = &field.Person{ID: e.User, Name: e.Name}
		}
		if e.Via != "" && log == trail.Change {
			out[i].Via = s.text(lang, "audit.via."+e.Via, nil)
		}
		if e.Record != 0 {
			out[i].ID = crm.ID(e.Record).String()
		}
		if err := s.hidePrivate(c, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// hidePrivate takes the name of a record that is its owner's alone from everybody else.
func (s *Server) hidePrivate(c *fiber.Ctx, e *logEntry) error {
	entity, ok := s.Records.Schema().Entity(e.Entity)
	if !ok || !entity.Access.Private || e.ID == "" {
		return nil
	}
	id, err := crm.ParseID(e.ID)
	if err != nil {
		return err
	}
	visible, err := s.Records.Visible(c.UserContext(), Rights(c), crm.Ref{Entity: e.Entity, ID: id})
	if err == nil && !visible {
		e.Label, e.ID = "", ""
	}
	return err
}

// doing is what an entry's kind says: "Customer changed", "Logged in".
func (s *Server) doing(lang string, e trail.Entry) string {
	args := map[string]string{"entity": "", "what": ""}
	if entity, ok := s.Records.Schema().Entity(e.Entity); ok {
		args["entity"] = s.Records.EntityLabel(lang, entity)
	}
	if e.Kind == "refused" {
		var detail struct{ What string }
		if json.Unmarshal([]byte(e.Detail), &detail) == nil && detail.What != "" {
			done := e
			done.Kind = detail.What
			args["what"] = s.doing(lang, done)
		}
	}
	key := "audit.kind." + strings.NewReplacer(" ", "_", "/", "_", ":", "", "-", "_", ".", "_").Replace(e.Kind)
	labels := s.Records.Schema().Labels
	if _, ok := labels.Lookup(lang, key); ok {
		return strings.TrimSpace(labels.Text(lang, key, args))
	}
	// An operation without words of its own: its address tells.
	method, path, _ := strings.Cut(e.Kind, " ")
	args["path"] = strings.NewReplacer("/:id", "", ":entity", args["entity"], "o/", "").Replace(path)
	if _, ok := labels.Lookup(lang, "audit.method."+method); ok {
		return labels.Text(lang, "audit.method."+method, args)
	}
	return e.Kind
}

// noteOf tells what more an entry of the access or system log holds.
func (s *Server) noteOf(lang string, log trail.Log, e trail.Entry) string {
	if e.Detail == "" {
		return ""
	}
	if log == trail.Change {
		var merged struct{ TwinLabel string }
		if e.Kind != "merge" && e.Kind != "unmerge" || json.Unmarshal([]byte(e.Detail), &merged) != nil {
			return ""
		}
		return merged.TwinLabel
	}
	if log == trail.System {
		var detail map[string]any
		if json.Unmarshal([]byte(e.Detail), &detail) != nil {
			return ""
		}
		if why, ok := detail["why"].(string); ok {
			return s.text(lang, why, map[string]string{"minutes": "15"})
		}
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(detail)) {
			value, err := json.Marshal(detail[key])
			if err != nil {
				return e.Detail
			}
			parts = append(parts, key+": "+strings.Trim(string(value), `"`))
		}
		return strings.Join(parts, " · ")
	}
	var x audit.Access
	if json.Unmarshal([]byte(e.Detail), &x) != nil {
		return ""
	}
	var parts []string
	add := func(key string, args map[string]string) { parts = append(parts, s.text(lang, key, args)) }
	if x.Count > 0 {
		add("audit.note.count", map[string]string{"n": strconv.Itoa(x.Count)})
	}
	if entity, ok := s.Records.Schema().Entity(e.Entity); ok {
		for _, key := range x.Fields {
			if f, ok := entity.Field(key); ok {
				parts = append(parts, s.Records.FieldLabel(lang, entity, f))
			}
		}
	}
	if x.Reason != "" {
		add("audit.note.reason", map[string]string{"reason": x.Reason})
	}
	return strings.Join(parts, " · ")
}

const (
	logPage    = 50
	maxLogPage = 200
)

// logQuery reads the filter in the address.
func logQuery(c *fiber.Ctx) (store.LogQuery, error) {
	q := store.LogQuery{Log: trail.Log(strings.Clone(c.Params("log"))), Text: strings.TrimSpace(c.Query("q")), Limit: c.QueryInt("limit", logPage)}
	if !slices.Contains(trail.Logs, q.Log) {
		return q, &crm.Error{Code: crm.NotFound, Key: "error.no_such_address"}
	}
	if q.Limit < 1 || q.Limit > maxLogPage {
		q.Limit = logPage
	}
	for name, into := range map[string]*int64{"from": &q.From, "to": &q.To, "before": &q.Before, "user": (*int64)(&q.User), "id": (*int64)(&q.Ref.ID)} {
		if text := c.Query(name); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return q, errBadRequest
			}
			*into = n
		}
	}
	if kinds := c.Query("kind"); kinds != "" {
		q.Kinds = strings.Split(kinds, ",")
		if len(q.Kinds) > 50 {
			return q, errBadRequest
		}
	}
	q.Ref.Entity, q.Via = c.Query("entity"), c.Query("via")
	if len(q.Text) > 200 {
		return q, errBadRequest
	}
	return q, nil
}

func (s *Server) readLog(c *fiber.Ctx) error {
	q, err := logQuery(c)
	if err != nil {
		return err
	}
	q.Limit++
	entries, err := s.Store.Entries(c.UserContext(), q)
	if err != nil {
		return err
	}
	return s.answerEntries(c, q.Log, entries, q.Limit-1)
}

// answerEntries answers with a page of entries, of which one more was read than fits.
func (s *Server) answerEntries(c *fiber.Ctx, log trail.Log, entries []trail.Entry, limit int) error {
	var next int64
	if len(entries) > limit {
		entries = entries[:limit]
		next = entries[limit-1].Seq
	}
	rows, err := s.entriesOf(c, log, entries)
	if err != nil {
		return err
	}
	out := fiber.Map{"rows": rows}
	if next != 0 {
		out["next"] = next
	}
	return c.JSON(out)
}

// recordChanges is the change log of one record, for everybody who may read it (CUS-41).
func (s *Server) recordChanges(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	visible, err := s.Records.Visible(ctx, Rights(c), ref)
	if err != nil {
		return err
	}
	if !visible {
		return crm.ErrNotFound
	}
	if err := s.Audit.Open(ctx, Rights(c), ref); err != nil {
		return err
	}
	entries, err := s.Store.Entries(ctx, store.LogQuery{Log: trail.Change, Ref: ref, Before: int64(c.QueryInt("before")), Limit: logPage + 1})
	if err != nil {
		return err
	}
	return s.answerEntries(c, trail.Change, entries, logPage)
}

// recordAccess is who read a record, whatever way (SEC-20).
func (s *Server) recordAccess(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	if err := s.Audit.Flush(c.UserContext()); err != nil {
		return err
	}
	entries, err := s.Store.AccessOf(c.UserContext(), ref, int64(c.QueryInt("before")), logPage+1)
	if err != nil {
		return err
	}
	return s.answerEntries(c, trail.Access, entries, logPage)
}

func (s *Server) verifyLogs(c *fiber.Ctx) error {
	out := []store.LogReport{}
	for _, log := range trail.Logs {
		report, err := s.Store.VerifyLog(c.UserContext(), log)
		if err != nil {
			return err
		}
		if report.Faults == nil {
			report.Faults = []trail.Fault{}
		}
		out = append(out, report)
	}
	return c.JSON(fiber.Map{"logs": out})
}

// exportLog writes what the filter leaves of a log as a table. Reading it so is written
// down itself.
func (s *Server) exportLog(c *fiber.Ctx) error {
	q, err := logQuery(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	if may, err := s.Audit.MayCopy(ctx, Rights(c)); err != nil {
		return err
	} else if !may {
		return audit.ErrNoCopy
	}
	if err := s.Audit.Note(ctx, Rights(c), audit.Access{Kind: audit.Export, Label: string(q.Log) + " log"}); err != nil {
		return err
	}
	lang := Lang(c)
	q.Limit = maxLogPage
	name := string(q.Log) + "-log-" + time.Now().Format("20060102-150405") + ".csv"
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	var b strings.Builder
	if err := s.writeLog(c, lang, q, &b); err != nil {
		return err
	}
	return c.SendString(b.String())
}

// maxExported bounds one table; a filter by time gives the rest.
const maxExported = 50_000

func (s *Server) writeLog(c *fiber.Ctx, lang string, q store.LogQuery, into io.Writer) error {
	w := bufio.NewWriter(into)
	w.WriteString("\ufeff") // sheets take it for UTF-8 only so
	table := csv.NewWriter(w)
	var head []string
	for _, key := range []string{"seq", "at", "user", "address", "device", "what", "label", "note", "field", "old", "new", "hash"} {
		head = append(head, s.text(lang, "audit.column."+key, nil))
	}
	table.Write(head)
	for n := 0; n < maxExported; {
		entries, err := s.Store.Entries(c.UserContext(), q)
		if err != nil {
			return err
		}
		rows, err := s.entriesOf(c, q.Log, entries)
		if err != nil {
			return err
		}
		for _, r := range rows {
			writeEntry(table, r)
		}
		n += len(entries)
		if len(entries) < q.Limit {
			break
		}
		q.Before = entries[len(entries)-1].Seq
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return err
	}
	return w.Flush()
}

func writeEntry(table *csv.Writer, r logEntry) {
	user := ""
	if r.User != nil {
		user = r.User.Name
	}
	changes := r.Changes
	if len(changes) == 0 {
		changes = []records.ShownChange{{}}
	}
	for _, change := range changes {
		line := []string{strconv.FormatInt(r.Seq, 10), time.UnixMilli(r.At).Format("2006-01-02 15:04:05"), user, r.Address, r.Device, r.What,
			r.Label, r.Note, change.Label, change.Old, change.New, r.Hash}
		for i := range line {
			line[i] = harmless(line[i])
		}
		table.Write(line)
	}
}

// harmless keeps a cell from being read as a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
