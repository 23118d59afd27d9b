package api

import (
	"bytes"
	"encoding/base64"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/addressbook"
	"bellhop/hub/audit"
	"bellhop/hub/audit/trail"
	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// davMethods are what telephones ask with beside the methods of pages.
var davMethods = []string{"PROPFIND", "PROPPATCH", "REPORT", "MKCOL"}

// davRoutes are where telephones follow the address book. They log in with a password
// of their own, by the header every request of theirs carries.
func (s *Server) davRoutes() {
	lead := func(c *fiber.Ctx) error { return c.Redirect(addressbook.Root, fiber.StatusMovedPermanently) }
	s.app.Use("/.well-known/carddav", lead)
	s.app.Add("PROPFIND", "/", lead)
	s.app.Use(strings.TrimSuffix(addressbook.Root, "/"), noStore, language, s.dav)
}

func (s *Server) addressBookRoutes(api fiber.Router) {
	api.Get("/address-book", s.addressBook)
	api.Post("/address-book/devices", s.addDevice)
	api.Delete("/address-book/devices/:id", s.dropDevice)
	api.Get("/o/:entity/:id/vcard", s.vcard)
	api.Post("/o/:entity/vcards", s.vcards)
}

func (s *Server) dav(c *fiber.Ctx) error {
	user, err := s.davUser(c)
	if err != nil {
		if crm.IsCode(err, crm.Unauthorized) {
			c.Set(fiber.HeaderWWWAuthenticate, `Basic realm="Bellhop", charset="UTF-8"`)
		}
		return err
	}
	ctx := trail.With(c.UserContext(), trail.Origin{User: int64(user.ID), Name: user.Name, Address: c.IP(), Device: trail.Device(c.Get(fiber.HeaderUserAgent)), Via: trail.API})
	who, err := s.Records.Who(ctx, user)
	if err != nil {
		return err
	}
	c.Locals(currentKey, &current{&auth.Session{User: user}, who})
	if err := s.mayFollow(c); err != nil {
		return err
	}
	company, err := s.Store.Setting(ctx, "company")
	if err != nil {
		return err
	}
	book := addressbook.Book{Records: s.Records, Who: who, Name: company, Sent: func(entity string, n int) error {
		s.Audit.Count(user.ID, entity, store.Traffic{Records: int64(n)})
		s.Audit.Seen(ctx, who, audit.Access{Kind: audit.Sync, Ref: crm.Ref{Entity: entity}, Count: n})
		return s.Audit.MayList(ctx, who, entity)
	}}
	answer, err := book.Serve(ctx, addressbook.Request{Method: c.Method(), Path: c.Path(), Depth: c.Get("Depth"), Accept: c.Get(fiber.HeaderAccept), Body: c.Body()})
	if err != nil {
		return err
	}
	for key, value := range answer.Header {
		c.Set(key, value)
	}
	return c.Status(answer.Status).Send(answer.Body)
}

var errDevice = &crm.Error{Code: crm.Unauthorized, Key: "addressbook.login"}

func (s *Server) davUser(c *fiber.Ctx) (*crm.User, error) {
	scheme, rest, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if !strings.EqualFold(scheme, "Basic") || err != nil {
		return nil, errDevice
	}
	login, password, _ := strings.Cut(string(pair), ":")
	return s.Auth.CheckDevice(c.UserContext(), login, password, origin(c))
}

// mayFollow refuses a book that leaves the house for good where nothing may leave, or
// not without a word from the keeper (SEC-16, SEC-17).
func (s *Server) mayFollow(c *fiber.Ctx) error {
	who := Rights(c)
	may, err := s.Audit.MayCopy(c.UserContext(), who)
	if err != nil {
		return err
	}
	if !may {
		return audit.ErrNoCopy
	}
	policy, err := s.Audit.Policy(c.UserContext())
	if err != nil {
		return err
	}
	if policy.Export != audit.Free {
		return &crm.Error{Code: crm.Forbidden, Key: "addressbook.off"}
	}
	return nil
}

// addressBook tells a user how his telephones follow the book.
func (s *Server) addressBook(c *fiber.Ctx) error {
	list, err := s.Store.DevicePasswords(c.UserContext(), User(c).ID)
	if err != nil {
		return err
	}
	if list == nil {
		list = []store.DevicePassword{}
	}
	out := fiber.Map{"path": addressbook.Root, "login": User(c).Login, "devices": list, "allowed": true}
	if err := s.mayFollow(c); err != nil {
		refused, ok := err.(*crm.Error)
		if !ok {
			return err
		}
		out["allowed"], out["why"] = false, s.text(Lang(c), refused.Key, refused.Args)
	}
	return c.JSON(out)
}

const maxDeviceName = 40 // characters

func (s *Server) addDevice(c *fiber.Ctx) error {
	var in struct{ Name string }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.mayFollow(c); err != nil {
		return err
	}
	name := strings.TrimSpace(in.Name)
	if name == "" || utf8.RuneCountInString(name) > maxDeviceName {
		return &crm.Error{Code: crm.Invalid, Key: "addressbook.name_needed", Field: "name"}
	}
	about(c, name)
	device, password, err := s.Auth.NewDevicePassword(c.UserContext(), User(c).ID, name)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"device": device, "password": password})
}

func (s *Server) dropDevice(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Store.DropDevicePassword(c.UserContext(), User(c).ID, id); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

// cardVersion is the version a page asks for; telephones of all ages read 3.0.
func cardVersion(c *fiber.Ctx) (string, error) {
	switch c.Query("version", "3") {
	case "3":
		return addressbook.V3, nil
	case "4":
		return addressbook.V4, nil
	}
	return "", errBadRequest
}

// cardEntity is an entity whose records have cards.
func (s *Server) cardEntity(c *fiber.Ctx) (*crm.Entity, error) {
	e, ok := s.Records.Schema().Entity(c.Params("entity"))
	if !ok || !e.Party || !Rights(c).May(e.Name, rights.Read) {
		return nil, crm.ErrNotFound
	}
	return e, nil
}

func (s *Server) vcard(c *fiber.Ctx) error {
	e, err := s.cardEntity(c)
	if err != nil {
		return err
	}
	version, err := cardVersion(c)
	if err != nil {
		return err
	}
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	ctx, who := c.UserContext(), Rights(c)
	row, err := s.Records.Get(ctx, who, ref)
	if err != nil {
		return err
	}
	if err := s.Audit.Open(ctx, who, ref); err != nil {
		return err
	}
	if may, err := s.Audit.MayCopy(ctx, who); err != nil {
		return err
	} else if !may {
		return audit.ErrNoCopy
	}
	if err := s.Audit.Note(ctx, who, audit.Access{Kind: audit.Export, Ref: crm.Ref{Entity: e.Name, ID: ref.ID}, Label: row.Label, Count: 1}); err != nil {
		return err
	}
	maker := addressbook.Maker{Schema: s.Records.Schema(), Who: who}
	return sendCards(c, row.Label, addressbook.Encode(maker.Card(row, version)))
}

func sendCards(c *fiber.Ctx, name string, cards []byte) error {
	c.Set(fiber.HeaderContentType, addressbook.MIME)
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name + ".vcf"}))
	return c.Send(cards)
}

const mostCards = 2000 // of one download

// vcards gives the cards of a list, which is an export as any other.
func (s *Server) vcards(c *fiber.Ctx) error {
	e, err := s.cardEntity(c)
	if err != nil {
		return err
	}
	version, err := cardVersion(c)
	if err != nil {
		return err
	}
	var in struct {
		Search string
		Filter *crm.Filter
		Sort   crm.Sort
		IDs    []crm.ID
	}
	if err := body(c, &in); err != nil {
		return err
	}
	who := Rights(c)
	if !who.May(e.Name, rights.Export) {
		return &crm.Error{Code: crm.Forbidden, Key: "record.forbidden"}
	}
	rows, err := s.cardRows(c, crm.Query{Entity: e.Name, IDs: in.IDs, Search: in.Search, Filter: in.Filter, Sort: in.Sort, Wide: true, Limit: records.MaxLimit})
	if err != nil {
		return err
	}
	taking, err := s.take(c, audit.Export, audit.Named{Entity: e.Name, Search: in.Search, Filter: in.Filter, IDs: in.IDs}, len(rows))
	if err != nil {
		return err
	}
	maker := addressbook.Maker{Schema: s.Records.Schema(), Who: who, List: true}
	var b bytes.Buffer
	for _, row := range rows {
		b.Write(addressbook.Encode(maker.Card(row, version)))
		if err := taking.Add(c.UserContext(), row.ID); err != nil {
			return err
		}
	}
	if err := taking.Done(c.UserContext()); err != nil {
		return err
	}
	return sendCards(c, s.text(Lang(c), e.Name+".plural", nil), b.Bytes())
}

// cardRows are the records of a list.
func (s *Server) cardRows(c *fiber.Ctx, q crm.Query) (rows []*records.Row, err error) {
	for {
		page, err := s.Records.Query(c.UserContext(), Rights(c), q)
		if err != nil {
			return nil, err
		}
		rows = append(rows, page.Rows...)
		if len(rows) > mostCards {
			return nil, &crm.Error{Code: crm.Invalid, Key: "addressbook.too_many_cards"}
		}
		if q.After = page.Next; page.Next == "" {
			return rows, nil
		}
	}
}
