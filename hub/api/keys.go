package api

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// keyRoutes are for who gives others rights: a key has them too.
func (s *Server) keyRoutes(api fiber.Router) {
	edits := needs(rights.Users, rights.Edit)
	api.Get("/keys", needs(rights.Users, rights.Read), s.keys)
	api.Post("/keys", edits, s.createKey)
	api.Put("/keys/:id", edits, s.changeKey)
	api.Delete("/keys/:id", edits, s.revokeKey)
}

// keyOut is a key as those see it who manage users. Key is told once, when it is made.
type keyOut struct {
	ID          crm.ID       `json:"id"`
	Name        string       `json:"name"`
	Hint        string       `json:"hint"`
	Roles       []crm.ID     `json:"roles"`
	Department  crm.ID       `json:"department"`
	Entities    []string     `json:"entities"` // empty: all its roles let it
	ReadOnly    bool         `json:"readOnly"`
	ExpiresAt   int64        `json:"expiresAt,omitempty"`
	RevokedAt   int64        `json:"revokedAt,omitempty"`
	CreatedBy   field.Person `json:"createdBy"`
	CreatedAt   int64        `json:"createdAt"`
	LastUsed    int64        `json:"lastUsed,omitempty"`
	LastAddress string       `json:"lastAddress,omitempty"`
	Key         string       `json:"key,omitempty"`
}

func (s *Server) keys(c *fiber.Ctx) error {
	list, err := s.Store.Keys(c.UserContext())
	if err != nil {
		return err
	}
	out := make([]keyOut, len(list))
	for i, k := range list {
		if out[i], err = s.keyOut(c.UserContext(), k); err != nil {
			return err
		}
	}
	return c.JSON(fiber.Map{"keys": out})
}

func (s *Server) keyOut(ctx context.Context, k store.Key) (keyOut, error) {
	office, err := s.Records.Office(ctx)
	if err != nil {
		return keyOut{}, err
	}
	out := keyOut{ID: k.ID, Name: k.Name, Hint: k.Hint, Roles: office.UserRoles[k.User], Entities: k.Entities, ReadOnly: k.ReadOnly,
		ExpiresAt: k.ExpiresAt, RevokedAt: k.RevokedAt, CreatedBy: field.Person{ID: int64(k.CreatedBy), Name: office.NameOf(k.CreatedBy)},
		CreatedAt: k.CreatedAt, LastUsed: k.LastUsed, LastAddress: k.LastAddress}
	if u := office.Users[k.User]; u != nil {
		out.Department = u.Department
	}
	if out.Entities == nil {
		out.Entities = []string{}
	}
	if out.Roles == nil {
		out.Roles = []crm.ID{}
	}
	return out, nil
}

type keyIn struct {
	Name       *string
	Roles      []crm.ID
	Department *crm.ID
	Entities   *[]string
	ReadOnly   *bool
	ExpiresAt  *int64 // 0: never
}

const maxKeyName = 40 // characters

// into takes over what the request says and refuses what the office has not.
func (in keyIn) into(office *rights.Office, schema *crm.Schema, k *store.Key, acts *crm.User, roles *[]crm.ID) error {
	invalid := func(field, key string) error { return &crm.Error{Code: crm.Invalid, Key: key, Field: field} }
	if in.Name != nil {
		k.Name = strings.TrimSpace(*in.Name)
	}
	if k.Name == "" || utf8.RuneCountInString(k.Name) > maxKeyName {
		return invalid("name", "key.name_needed")
	}
	if in.Roles != nil {
		*roles = in.Roles
	}
	if len(*roles) == 0 {
		return invalid("roles", "role.needed")
	}
	for _, role := range *roles {
		if office.Roles[role] == nil || role == rights.RoleKeeper {
			return invalid("roles", "role.not_found")
		}
	}
	if in.Department != nil {
		acts.Department = *in.Department
	}
	if acts.Department != 0 && office.Departments[acts.Department] == nil {
		return invalid("department", "department.not_found")
	}
	if in.Entities != nil {
		k.Entities = nil
		for _, name := range *in.Entities {
			if _, ok := schema.Entity(name); !ok {
				return invalid("entities", "key.no_such_entity")
			}
			k.Entities = append(k.Entities, name)
		}
		slices.Sort(k.Entities)
		k.Entities = slices.Compact(k.Entities)
	}
	set(&k.ReadOnly, in.ReadOnly)
	if in.ExpiresAt != nil {
		if *in.ExpiresAt != 0 && *in.ExpiresAt <= time.Now().UnixMilli() {
			return invalid("expiresAt", "key.expiry_past")
		}
		k.ExpiresAt = *in.ExpiresAt
	}
	acts.Name = k.Name
	return nil
}

func (s *Server) createKey(c *fiber.Ctx) error {
	var in keyIn
	if err := body(c, &in); err != nil {
		return err
	}
	ctx := c.UserContext()
	office, err := s.Records.Office(ctx)
	if err != nil {
		return err
	}
	k := store.Key{ID: crm.NewID(), CreatedBy: User(c).ID, CreatedAt: time.Now().UnixMilli()}
	acts := auth.NewUser("key:"+k.ID.String(), "", crm.Sales) // no login can be written so
	acts.Service, acts.CallerDisplay, acts.Lang = true, false, Lang(c)
	k.User = acts.ID
	var roles []crm.ID
	if err := in.into(office, s.Records.Schema(), &k, acts, &roles); err != nil {
		return err
	}
	var key string
	key, k.Hash, k.Hint = auth.MakeKey()
	about(c, k.Name)
	if err := s.Store.AddKey(ctx, k, acts, roles); err != nil {
		return err
	}
	out, err := s.keyOut(ctx, k)
	out.Key = key
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(out)
}

func (s *Server) changeKey(c *fiber.Ctx) error {
	var in keyIn
	if err := body(c, &in); err != nil {
		return err
	}
	return s.saveKey(c, in, 0)
}

// revokeKey ends a key at once; what it wrote keeps its name.
func (s *Server) revokeKey(c *fiber.Ctx) error {
	return s.saveKey(c, keyIn{}, time.Now().UnixMilli())
}

func (s *Server) saveKey(c *fiber.Ctx, in keyIn, revoked int64) error {
	ctx := c.UserContext()
	id, err := pathID(c)
	if err != nil {
		return err
	}
	k, err := s.Store.Key(ctx, id)
	if err != nil {
		return err
	}
	if k.RevokedAt != 0 {
		return &crm.Error{Code: crm.Conflict, Key: "key.is_revoked"}
	}
	office, err := s.Records.Office(ctx)
	if err != nil {
		return err
	}
	acts, err := s.Store.User(ctx, k.User)
	if err != nil {
		return err
	}
	roles := office.UserRoles[acts.ID]
	if revoked != 0 {
		k.RevokedAt, acts.Active = revoked, false
	} else if err := in.into(office, s.Records.Schema(), &k, acts, &roles); err != nil {
		return err
	}
	about(c, k.Name)
	if err := s.Store.SaveKey(ctx, k, acts, roles); err != nil {
		return err
	}
	out, err := s.keyOut(ctx, k)
	if err != nil {
		return err
	}
	return c.JSON(out)
}
