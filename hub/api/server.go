// Package api serves the hub over HTTP: JSON for the page and for other programs,
// the page itself, and the stream of live events. It is the only package that knows
// Fiber, and it decides nothing: rights, records and telephony do.
package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/audit"
	"bellhop/hub/auth"
	"bellhop/hub/backup"
	"bellhop/hub/customize"
	"bellhop/hub/exchange"
	"bellhop/hub/files"
	"bellhop/hub/print"
	"bellhop/hub/records"
	"bellhop/hub/store"
)

// Parts are what the server serves. Page and the telephony parts may be absent.
type Parts struct {
	Store     *store.Store
	Records   *records.Records
	Auth      *auth.Auth
	Customize *customize.Service // made here when absent
	Page      fs.FS              // the built SPA
	Version   string
	Log       *slog.Logger
	Telephony Telephony
	Audit     *audit.Audit      // made by New where it is absent
	Exchange  *exchange.Service // also
	Files     *files.Files      // absent: nothing can be uploaded
	Print     *print.Service    // made by New where it is absent
	Backup    *backup.Service   // absent: its addresses are too
	// ChangedSettings tells the telephony side that lines, area code or recording changed.
	ChangedSettings func(ctx context.Context)
}

// Server is the running web server.
type Server struct {
	Parts
	app      *fiber.App
	closed   atomic.Bool
	accepted sync.Map // acceptance: of the security rules
	used     usedRights
	wraps    wraps
	listener atomic.Pointer[net.Listener]
}

// New builds the server and its routes.
func New(parts Parts) *Server {
	if parts.Customize == nil && parts.Store != nil && parts.Records != nil {
		parts.Customize = customize.New(parts.Store, parts.Records, parts.Log)
	}
	s := &Server{Parts: parts}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	if s.Audit == nil && s.Records != nil {
		s.Audit = audit.New(s.Store, s.Records, s.Telephony.Live, s.Log)
	}
	if s.Exchange == nil {
		s.Exchange = exchange.New(exchange.Parts{Store: s.Store, Records: s.Records, Audit: s.Audit, Live: s.Telephony.Live,
			Dir: filepath.Join(os.TempDir(), "bellhop-imports"), Log: s.Log})
	}
	if s.Print == nil {
		s.Print = print.New(print.Parts{Store: s.Store, Records: s.Records, Log: s.Log})
	}
	if s.Exchange.AddOption == nil && s.Customize != nil {
		s.Exchange.AddOption = s.Customize.AddChoice
	}
	s.app = fiber.New(fiber.Config{
		AppName:               "bellhop-hub",
		DisableStartupMessage: true,
		StreamRequestBody:     true, // bounded sees to the limits
		ReadTimeout:           30 * time.Second,
		IdleTimeout:           2 * time.Minute,
		// No WriteTimeout: it would cut the event stream, which bounds each write itself.
		ReadBufferSize: 8 << 10,
		ErrorHandler:   s.answerError,
		RequestMethods: append(fiber.DefaultMethods[:len(fiber.DefaultMethods):len(fiber.DefaultMethods)], davMethods...),
	})
	s.app.Use(s.recovered, secureHeaders, bounded)
	s.routes()
	return s
}

func (s *Server) routes() {
	s.davRoutes()
	open := s.app.Group("/api", noStore, language)
	open.Get("/health", func(c *fiber.Ctx) error { return c.JSON(fiber.Map{"ok": true}) })
	s.setupRoutes(open)
	s.openOptionRoutes(open)
	if s.Backup != nil {
		s.openBackupRoutes(open)
	}
	api := open.Group("", s.loggedIn, s.sameOrigin, s.watched, s.held, s.notesUse)
	s.sessionRoutes(api)
	s.interfaceRoutes(api)
	s.favouriteRoutes(api)
	s.shownPageRoutes(api)
	s.userRoutes(api)
	s.organisationRoutes(api)
	s.roleRoutes(api)
	s.keyRoutes(api)
	s.descriptionRoutes(api)
	s.addressBookRoutes(api)
	s.loginRoutes(api)
	s.keeperRoutes(api)
	s.reviewRoutes(api)
	s.rightsQueryRoutes(api)
	s.shareRoutes(api)
	s.settingRoutes(api)
	s.metaRoutes(api)
	s.customizeRoutes(api)
	s.optionRoutes(api)
	s.viewRoutes(api)
	s.bulkRoutes(api)
	s.recycleRoutes(api)
	s.periodRoutes(api)
	s.listRoutes(api) // before records: some of its addresses look like one
	s.importRoutes(api)
	s.exportRoutes(api)
	s.printRoutes(api)
	s.familyRoutes(api)
	s.recordRoutes(api)
	if s.Files != nil {
		s.fileRoutes(api)
	}
	s.draftRoutes(api)
	s.formRoutes(api)
	s.mergeRoutes(api)
	s.searchRoutes(api)
	s.auditRoutes(api)
	s.accessRequestRoutes(api)
	s.securityRoutes(api)
	s.feedbackRoutes(api)
	if s.Backup != nil {
		s.backupRoutes(api)
	}
	s.telephonyRoutes(api)
	s.app.Use("/api", unknownRoute)
	s.app.Use(s.pages())
}

// Serve answers on l until Shutdown, which may come first.
func (s *Server) Serve(l net.Listener) error {
	s.listener.Store(&l)
	if s.closed.Load() {
		return l.Close()
	}
	return s.app.Listener(l)
}

// App lets tests send requests without a network.
func (s *Server) App() *fiber.App { return s.app }

// Shutdown lets requests under way finish, for as long as ctx allows. Streams must be
// closed first, else it waits for them.
func (s *Server) Shutdown(ctx context.Context) error {
	s.closed.Store(true)
	err := s.app.ShutdownWithContext(ctx)
	// Fiber forgets a shutdown that comes before it has begun to listen.
	if l := s.listener.Load(); l != nil {
		(*l).Close()
	}
	return err
}
