// Package system changes the machine itself: its network, clock and power. It is a
// service of its own with the administrator's rights and a closed list of requests on a
// unix socket, so that neither the box nor the hub needs such rights.
//
//	go system.New(system.Config{Keep: "/data/system"}).Serve(ctx, "/run/bellhop/system.sock")
//	c := system.Dial("/run/bellhop/system.sock")
//	err := c.Ask(ctx, "network.set", boxapi.Wired{DHCP: true}, &network)
//
// What is set lies in a folder of the data partition and is brought into the running
// system at each start (Apply), because the system's own files are read-only.
package system

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"bellhop/firmware/boxapi"
)

// Config says where things lie. The zero value of each is the place on the box.
type Config struct {
	Keep    string // what is set: /data/system
	Run     string // /run
	Wifi    string // the radio daemon's folder: /var/lib/iwd
	Sys     string // /sys
	Data    string // everything that a factory reset erases: /data
	PINFile string // the unit's secret, which the firmware made: /data/box/pin
	Group   string // who may ask, besides the administrator; "" is nobody
	Hub     Hub
	// Built is when this version was made; no time before it is believed.
	Built time.Time
	Log   *slog.Logger
	// Tool runs a program and gives what it wrote; exec.Command where absent.
	Tool func(ctx context.Context, name string, args ...string) (string, error)
}

// System carries out requests, one at a time.
type System struct {
	Config
	mu      sync.Mutex
	pins    tries
	trial   *time.Timer // takes back network settings
	expires time.Time
}

// New fills in the places of the box.
func New(c Config) *System {
	for at, place := range map[*string]string{&c.Keep: "/data/system", &c.Run: "/run", &c.Wifi: "/var/lib/iwd", &c.Sys: "/sys", &c.Data: "/data", &c.PINFile: "/data/box/pin"} {
		if *at == "" {
			*at = place
		}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Tool == nil {
		c.Tool = runTool
	}
	return &System{Config: c}
}

// How long a program of the machine may take; backups and updates take longer.
const (
	toolPatience = 30 * time.Second
	workPatience = 2 * time.Hour
)

// patient gives what runs under ctx the longer time.
func patient(ctx context.Context) context.Context {
	return context.WithValue(ctx, patience{}, workPatience)
}

type patience struct{}

func runTool(ctx context.Context, name string, args ...string) (string, error) {
	limit, long := ctx.Value(patience{}).(time.Duration)
	if !long {
		limit = toolPatience
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return text, &boxapi.SystemError{Key: boxapi.SystemFailed, Detail: fmt.Sprintf("%s %s: %v: %s", name, strings.Join(args, " "), err, text)}
	}
	return text, nil
}

// request is one thing that can be asked.
type request func(s *System, ctx context.Context, body json.RawMessage) (any, error)

// requests is the closed list; boxapi/system.go describes it.
var requests = map[string]request{
	"network":      func(s *System, ctx context.Context, _ json.RawMessage) (any, error) { return s.network(ctx) },
	"network.set":  with((*System).setWired),
	"network.keep": func(s *System, ctx context.Context, _ json.RawMessage) (any, error) { return s.keepWired(ctx) },
	"wifi.scan":    func(s *System, ctx context.Context, _ json.RawMessage) (any, error) { return s.scan(ctx) },
	"wifi.join":    with((*System).join),
	"wifi.forget":  with((*System).forget),
	"wifi.open":    func(s *System, ctx context.Context, _ json.RawMessage) (any, error) { return s.openAccessPoint(ctx) },
	"clock":        func(s *System, ctx context.Context, _ json.RawMessage) (any, error) { return s.clock(ctx) },
	"clock.set":    with((*System).setTime),
	"clock.zone":   with((*System).setZone),
	"power":        with((*System).power),
	"logs":         with((*System).logs),
	"reset":        with((*System).reset),
	"update":       with((*System).update),
	"backup":       with((*System).backup),
}

// with reads the body a request takes.
func with[In any](do func(*System, context.Context, In) (any, error)) request {
	return func(s *System, ctx context.Context, body json.RawMessage) (any, error) {
		var in In
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, &boxapi.SystemError{Key: boxapi.UnknownRequest, Detail: err.Error()}
		}
		return do(s, ctx, in)
	}
}

// Do carries out one request.
func (s *System) Do(ctx context.Context, op string, body json.RawMessage) (any, error) {
	do := requests[op]
	if do == nil {
		return nil, &boxapi.SystemError{Key: boxapi.UnknownRequest, Detail: op}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return do(s, ctx, body)
}

// Serve takes requests on a unix socket until ctx ends.
func (s *System) Serve(ctx context.Context, socket string) error {
	l, err := s.listen(socket)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/system/{op}", s.answer)
	mux.HandleFunc("POST /v1/shell", s.shell)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listen opens the socket for the administrator and the group.
func (s *System) listen(socket string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		return nil, err
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(socket, 0o660); err != nil {
		l.Close()
		return nil, err
	}
	if s.Group == "" {
		return l, nil
	}
	group, err := user.LookupGroup(s.Group)
	if err == nil {
		var id int
		if id, err = strconv.Atoi(group.Gid); err == nil {
			err = os.Chown(socket, -1, id)
		}
	}
	if err != nil {
		l.Close()
	}
	return l, err
}

func (s *System) answer(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(w, r)
	if err == nil {
		var out any
		if out, err = s.Do(r.Context(), r.PathValue("op"), body); err == nil {
			s.Log.Info("machine", "did", r.PathValue("op"))
			writeJSON(w, http.StatusOK, out)
			return
		}
	}
	refuse(w, err)
}

func refuse(w http.ResponseWriter, err error) {
	var known *boxapi.SystemError
	if !errors.As(err, &known) {
		known = &boxapi.SystemError{Key: boxapi.SystemFailed, Detail: err.Error()}
	}
	writeJSON(w, http.StatusUnprocessableEntity, known)
}

const maxBody = 64 << 10

func readAll(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	var body json.RawMessage
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&body)
	return body, err
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// Apply brings what is kept into the running system; the service does so at its start.
func (s *System) Apply(ctx context.Context) error {
	return errors.Join(s.applyWired(ctx), s.applyZone())
}

// writeFile replaces a file whole: after a power cut it is the old or the new one.
func writeFile(path string, text string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
