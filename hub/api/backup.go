package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/backup"
	"bellhop/hub/crm"
)

// backupRoutes are for administrators. None of their answers holds a login or a password,
// but for the recovery sheet, which is the key.
func (s *Server) backupRoutes(api fiber.Router) {
	api.Get("/backup", administrator, s.backupStatus)
	api.Put("/backup/timetable", administrator, s.setBackupTimetable)
	api.Post("/backup/target", administrator, s.connectBackup)
	api.Delete("/backup/target", administrator, s.disconnectBackup)
	api.Post("/backup/server-key", administrator, s.serverKey)
	api.Get("/backup/sheet", administrator, s.backupSheet)
	api.Post("/backup/sheet", administrator, s.keepSheet)
	api.Post("/backup/run", administrator, s.runBackup)
	api.Get("/backup/points", administrator, s.backupPoints)
	api.Get("/backup/points/:snapshot", administrator, s.lookAtBackup)
	api.Post("/backup/restore", administrator, s.restoreBackup)
	api.Post("/initialise", administrator, s.initialise)
	api.Post("/backup/undo", administrator, s.undoRestore)
}

// openBackupRoutes let a new box become an old one before anybody has an account on it.
func (s *Server) openBackupRoutes(open fiber.Router) {
	open.Post("/setup/backup/server-key", ownOrigin, s.beforeSetup, s.serverKey)
	open.Post("/setup/backup/points", ownOrigin, s.beforeSetup, s.foreignPoints)
	open.Post("/setup/backup/restore", ownOrigin, s.beforeSetup, s.restoreForeign)
	open.Get("/setup/backup", s.beforeSetup, s.foreignProgress)
}

// beforeSetup keeps out who comes after the first account was made.
func (s *Server) beforeSetup(c *fiber.Ctx) error {
	n, err := s.Store.CountUsers(c.UserContext())
	if err != nil {
		return err
	}
	if n > 0 {
		return &crm.Error{Code: crm.Forbidden, Key: "backup.set_up_already"}
	}
	return c.Next()
}

func (s *Server) backupStatus(c *fiber.Ctx) error {
	st, err := s.Backup.Status(c.UserContext())
	if err != nil {
		return err
	}
	for i := range st.History {
		s.inWords(Lang(c), &st.History[i])
	}
	for _, run := range []*backup.Run{st.Good, st.Proven, st.Newest} {
		s.inWords(Lang(c), run)
	}
	return c.JSON(st)
}

// inWords says what went wrong in the language of who reads it.
func (s *Server) inWords(lang string, run *backup.Run) {
	if run != nil && run.Error != "" {
		run.Message = s.text(lang, run.Error, run.Args)
	}
}

func (s *Server) setBackupTimetable(c *fiber.Ctx) error {
	var in struct {
		On         bool
		At         string
		Keep       int
		Recordings string
	}
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Backup.Timetable(in.On, in.At, in.Keep, in.Recordings); err != nil {
		return err
	}
	return s.backupStatus(c)
}

func (s *Server) connectBackup(c *fiber.Ctx) error {
	var in struct {
		Target     backup.Target
		Key        string
		Recordings bool // the target of recordings alone
	}
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Backup.Connect(c.UserContext(), &in.Target, in.Key, in.Recordings); err != nil {
		return err
	}
	return s.backupStatus(c)
}

func (s *Server) disconnectBackup(c *fiber.Ctx) error {
	if err := s.Backup.Disconnect(c.QueryBool("recordings")); err != nil {
		return err
	}
	return s.backupStatus(c)
}

// serverKey asks an SSH server who it is, and tells by which key this box logs in.
func (s *Server) serverKey(c *fiber.Ctx) error {
	var t backup.Target
	if err := body(c, &t); err != nil {
		return err
	}
	t.Kind, t.UseKey = backup.SFTP, true
	if err := t.Check(); err != nil {
		return err
	}
	line, print, err := backup.ServerKey(c.UserContext(), &t)
	if err != nil {
		return err
	}
	public, err := s.Backup.SSHKey()
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"hostKey": line, "fingerprint": print, "sshPublic": public})
}

func (s *Server) backupSheet(c *fiber.Ctx) error {
	return answerWith[*backup.Sheet](c)(s.Backup.Sheet())
}

func (s *Server) keepSheet(c *fiber.Ctx) error {
	var in struct{ End string }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Backup.KeepsSheet(in.End); err != nil {
		return err
	}
	return s.backupStatus(c)
}

// runBackup begins what is asked for, or ends what is under way.
func (s *Server) runBackup(c *fiber.Ctx) error {
	var in struct{ What string }
	if err := body(c, &in); err != nil {
		return err
	}
	by := Rights(c).User.Name
	var err error
	switch in.What {
	case "backup":
		err = s.Backup.BackUp(by)
	case "trial":
		err = s.Backup.Prove(by)
	case "files":
		err = s.Backup.CheckFiles(by)
	case "stop":
		s.Backup.Stop()
	default:
		err = errBadRequest
	}
	if err != nil {
		return err
	}
	return s.backupStatus(c)
}

func (s *Server) backupPoints(c *fiber.Ctx) error {
	points, err := s.Backup.Points(c.UserContext(), backup.Source{})
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"points": points})
}

func (s *Server) lookAtBackup(c *fiber.Ctx) error {
	return answerWith[*backup.Manifest](c)(s.Backup.Look(c.UserContext(), backup.Source{}, c.Params("snapshot")))
}

func (s *Server) restoreBackup(c *fiber.Ctx) error {
	var in struct{ Snapshot string }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Backup.Restore(backup.Source{}, in.Snapshot, Rights(c).User.Name); err != nil {
		return err
	}
	return s.backupStatus(c)
}

func (s *Server) undoRestore(c *fiber.Ctx) error {
	var in struct{ State string }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Backup.Undo(in.State, Rights(c).User.Name); err != nil {
		return err
	}
	return s.backupStatus(c)
}

// foreign is the place a new box is to be restored from.
type foreign struct {
	Target   backup.Target
	Key      string
	Code     string // of the sheet, instead of both
	Snapshot string
}

func (f *foreign) source() (backup.Source, error) {
	if f.Code == "" {
		return backup.Source{Target: &f.Target, Key: f.Key}, nil
	}
	target, key, ok := backup.ParseCode(f.Code)
	if !ok {
		return backup.Source{}, errBadRequest
	}
	target.Secret, target.HostKey, target.UseKey = f.Target.Secret, f.Target.HostKey, f.Target.UseKey
	return backup.Source{Target: target, Key: key}, nil
}

func (s *Server) foreignPoints(c *fiber.Ctx) error {
	var in foreign
	if err := body(c, &in); err != nil {
		return err
	}
	from, err := in.source()
	if err != nil {
		return err
	}
	points, err := s.Backup.Points(c.UserContext(), from)
	if err != nil {
		return err
	}
	out := fiber.Map{"points": points}
	if len(points) > 0 {
		// A backup that can't say what is in it can still be chosen by its day.
		if newest, err := s.Backup.Look(c.UserContext(), from, points[0].ID); err == nil {
			out["newest"] = newest
		}
	}
	return c.JSON(out)
}

func (s *Server) restoreForeign(c *fiber.Ctx) error {
	var in foreign
	if err := body(c, &in); err != nil {
		return err
	}
	from, err := in.source()
	if err != nil {
		return err
	}
	if err := s.Backup.Restore(from, in.Snapshot, ""); err != nil {
		return err
	}
	return s.foreignProgress(c)
}

func (s *Server) foreignProgress(c *fiber.Ctx) error {
	st, err := s.Backup.Status(c.UserContext())
	if err != nil {
		return err
	}
	out := fiber.Map{"disks": st.Disks}
	if st.Now != nil {
		out["now"] = st.Now
	}
	if len(st.History) > 0 && st.History[0].What == backup.DidRestore {
		s.inWords(Lang(c), &st.History[0])
		out["last"] = st.History[0]
	}
	return c.JSON(out)
}
