package api

import (
	"cmp"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

func (s *Server) favouriteRoutes(api fiber.Router) {
	api.Get("/favourites", s.favourites)
	api.Put("/favourites/:entity/:id", s.star)
	api.Delete("/favourites/:entity/:id", s.unstar)
}

type favourite struct {
	Entity      string `json:"entity"`
	ID          crm.ID `json:"id"`
	Label       string `json:"label"`
	EntityLabel string `json:"entityLabel"`
	At          int64  `json:"at"`
}

// favourites lists the records a user starred, as far as he may still read them.
func (s *Server) favourites(c *fiber.Ctx) error {
	ctx, who, schema := c.UserContext(), Rights(c), s.Records.Schema()
	list, err := s.Store.Favourites(ctx, User(c).ID)
	if err != nil {
		return err
	}
	ids := map[string][]int64{}
	for _, f := range list {
		ids[f.Entity] = append(ids[f.Entity], int64(f.ID))
	}
	labels := map[crm.Ref]string{}
	for name, of := range ids {
		e, ok := schema.Entity(name)
		if !ok || !who.May(name, rights.Read) {
			continue
		}
		found, err := s.Store.Labels(ctx, s.Store.Read(), schema, e, of, who.Scope(name, rights.Read))
		if err != nil {
			return err
		}
		for id, label := range found {
			labels[crm.Ref{Entity: name, ID: crm.ID(id)}] = label
		}
	}
	rows := []favourite{}
	for _, f := range list {
		label, ok := labels[f.Ref]
		if !ok {
			continue
		}
		// Labels knows deleted ones too.
		visible, err := s.Records.Visible(ctx, who, f.Ref)
		if err != nil {
			return err
		}
		if visible {
			rows = append(rows, favourite{f.Entity, f.ID, label, s.text(Lang(c), f.Entity+".label", nil), f.At})
		}
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) star(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	// One he may not read can't be starred: its name would be told.
	if visible, err := s.Records.Visible(c.UserContext(), Rights(c), ref); err != nil || !visible {
		return cmp.Or(err, error(crm.ErrNotFound))
	}
	room, err := s.Store.AddFavourite(c.UserContext(), User(c).ID, ref, time.Now().UnixMilli())
	if err != nil {
		return err
	}
	if !room {
		return &crm.Error{Code: crm.Invalid, Key: "favourite.full", Args: map[string]string{"max": strconv.Itoa(store.MaxFavourites)}}
	}
	return c.JSON(fiber.Map{})
}

func (s *Server) unstar(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	if err := s.Store.DropFavourite(c.UserContext(), User(c).ID, ref); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}
