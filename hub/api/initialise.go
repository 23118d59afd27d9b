package api

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// initialise clears the records of the modules named, once the word is typed and the
// present state is kept, here and, where one is set up, at the backup's place (SYS-08).
func (s *Server) initialise(c *fiber.Ctx) error {
	var in struct {
		Modules []string
		Confirm string
	}
	if err := body(c, &in); err != nil {
		return err
	}
	ctx, who := c.UserContext(), Rights(c)
	if word := s.text(Lang(c), "backup.clear_word", nil); strings.TrimSpace(in.Confirm) != word {
		return &crm.Error{Code: crm.Invalid, Key: "backup.confirm", Field: "confirm", Args: map[string]string{"word": word}}
	}
	var chosen []*crm.Entity
	schema := s.Records.Schema()
	for _, m := range schema.Base().Modules {
		if !slices.Contains(in.Modules, m.Name) {
			continue
		}
		for _, own := range m.Entities {
			if e, ok := schema.Entity(own.Name); ok {
				chosen = append(chosen, e)
			}
		}
	}
	if len(chosen) == 0 {
		return &crm.Error{Code: crm.Invalid, Key: "backup.no_module", Field: "modules"}
	}
	saved, err := s.Backup.KeepFirst(who.User.Name)
	if err != nil {
		s.Log.Error("backup before clearing", "err", err)
		return &crm.Error{Code: crm.Unavailable, Key: "backup.backup_first"}
	}
	now, total := time.Now().UnixMilli(), 0
	for _, e := range chosen {
		n, err := s.Store.ClearEntity(ctx, e, who.User.ID, now)
		if err != nil {
			return err
		}
		total += n
	}
	detail, err := json.Marshal(fiber.Map{"modules": in.Modules, "records": total, "saved": saved})
	if err != nil {
		return err
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		tx.Note(trail.System, trail.Entry{Kind: "database.clear", User: int64(who.User.ID), Name: who.User.Name, Address: c.IP(), Detail: string(detail)})
		return nil
	})
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"records": total, "saved": saved})
}
