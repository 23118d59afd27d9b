package api

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// keeperRoutes name the data keeper (SEC-23): who manages users proposes, the keeper
// there is confirms, or while there is none a business supervisor.
func (s *Server) keeperRoutes(api fiber.Router) {
	api.Get("/keeper", s.keeper)
	api.Post("/keeper", needs(rights.Users, rights.Edit), s.proposeKeeper)
	api.Post("/keeper/:id/decide", withID(s.decideKeeper))
}

type keeperOut struct {
	Keepers []field.Person `json:"keepers"`
	Open    *keeperChange  `json:"open,omitempty"`
	Past    []keeperChange `json:"past"`
	Propose bool           `json:"propose"` // this user may
}

type keeperChange struct {
	ID         crm.ID        `json:"id"`
	Keeper     *field.Person `json:"keeper,omitempty"` // absent: nobody
	ProposedBy field.Person  `json:"proposedBy"`
	ProposedAt int64         `json:"proposedAt"`
	State      string        `json:"state"`
	DecidedBy  *field.Person `json:"decidedBy,omitempty"`
	DecidedAt  int64         `json:"decidedAt,omitempty"`
	Decide     bool          `json:"decide"` // this user may
}

func (s *Server) keeper(c *fiber.Ctx) error {
	who := Rights(c)
	office, err := s.Records.Office(c.UserContext())
	if err != nil {
		return err
	}
	changes, err := s.Store.KeeperChanges(c.UserContext())
	if err != nil {
		return err
	}
	person := func(id crm.ID) field.Person { return field.Person{ID: int64(id), Name: office.NameOf(id)} }
	out := keeperOut{Keepers: []field.Person{}, Past: []keeperChange{}, Propose: who.May(rights.Users, rights.Edit)}
	for _, id := range office.Keepers() {
		out.Keepers = append(out.Keepers, person(id))
	}
	involved := out.Propose || who.May(rights.Audit, rights.Read) || slices.Contains(office.Keepers(), who.User.ID)
	for _, change := range changes {
		row := keeperChange{ID: change.ID, ProposedBy: person(change.ProposedBy), ProposedAt: change.ProposedAt, State: change.State,
			DecidedAt: change.DecidedAt, Decide: change.State == "open" && confirms(office, who.User.ID, change)}
		row.Keeper = whoever(change.Keeper, office.NameOf(change.Keeper))
		row.DecidedBy = whoever(change.DecidedBy, office.NameOf(change.DecidedBy))
		switch {
		case !involved && !row.Decide:
		case row.State == "open":
			out.Open = &row
		default:
			out.Past = append(out.Past, row)
		}
	}
	return c.JSON(out)
}

// confirms tells whether a user may decide on a change: the keeper there is, while there
// is none a business supervisor; never who proposed it, nor who is to be keeper.
func confirms(office *rights.Office, user crm.ID, change store.KeeperChange) bool {
	if user == change.ProposedBy || user == change.Keeper {
		return false
	}
	if keepers := office.Keepers(); len(keepers) > 0 && !slices.Contains(keepers, change.ProposedBy) {
		return slices.Contains(keepers, user)
	}
	return slices.Contains(office.Holders(rights.RoleSupervisor), user)
}

func (s *Server) proposeKeeper(c *fiber.Ctx) error {
	var in struct{ User crm.ID } // 0: no keeper any more
	if err := body(c, &in); err != nil {
		return err
	}
	office, err := s.Records.Office(c.UserContext())
	if err != nil {
		return err
	}
	if u := office.Users[in.User]; in.User != 0 && (u == nil || !u.Active) {
		return &crm.Error{Code: crm.Invalid, Key: "keeper.nobody", Field: "user"}
	}
	if in.User == User(c).ID {
		return &crm.Error{Code: crm.Invalid, Key: "keeper.not_self", Field: "user"}
	}
	change := store.KeeperChange{ID: crm.NewID(), Keeper: in.User, ProposedBy: User(c).ID, ProposedAt: time.Now().UnixMilli()}
	able := false
	for id, u := range office.Users {
		able = able || u.Active && confirms(office, id, change)
	}
	if !able {
		return &crm.Error{Code: crm.Conflict, Key: "keeper.nobody_confirms"}
	}
	if err := s.Store.ProposeKeeper(c.UserContext(), change); err != nil {
		return err
	}
	return s.keeper(c)
}

func (s *Server) decideKeeper(c *fiber.Ctx, id crm.ID) error {
	var in struct{ Confirm bool }
	if err := body(c, &in); err != nil {
		return err
	}
	office, err := s.Records.Office(c.UserContext())
	if err != nil {
		return err
	}
	changes, err := s.Store.KeeperChanges(c.UserContext())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(changes, func(k store.KeeperChange) bool { return k.ID == id && k.State == "open" })
	if i < 0 {
		return crm.ErrNotFound
	}
	change := changes[i]
	if !confirms(office, User(c).ID, change) {
		return &crm.Error{Code: crm.Forbidden, Key: "keeper.not_yours"}
	}
	change.State, change.DecidedBy, change.DecidedAt = "refused", User(c).ID, time.Now().UnixMilli()
	if in.Confirm {
		change.State = "done"
	}
	if err := s.Store.DecideKeeper(c.UserContext(), change, rights.RoleKeeper); err != nil {
		return err
	}
	return s.keeper(c)
}
