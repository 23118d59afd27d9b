package api

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/firmware/boxapi"
	"bellhop/hub/crm"
)

// machineRoutes set up the box's network, clock and power; telephony lets only
// administrators do so.
func (s *Server) machineRoutes(api fiber.Router) {
	api.Post("/box/machine/:op", s.machine)
	api.Get("/box/pin", s.boxPIN)
	api.Get("/box/support", s.supportBundle)
}

func (s *Server) machine(c *fiber.Ctx) error {
	in := json.RawMessage(bytes.Clone(c.Body()))
	if !json.Valid(in) {
		return errBadRequest
	}
	op := c.Params("op")
	if op == "reset" {
		var err error
		if in, err = s.confirmedReset(c, in); err != nil {
			return err
		}
	}
	answer, err := s.phone().Machine(c.UserContext(), Rights(c), op, in)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(answer)
}

// confirmedReset wants the administrator's password beside the word.
func (s *Server) confirmedReset(c *fiber.Ctx, in json.RawMessage) (json.RawMessage, error) {
	var ask struct {
		Confirm  string `json:"confirm"`
		Password string `json:"password"`
	}
	if err := json.Unmarshal(in, &ask); err != nil {
		return nil, errBadRequest
	}
	if !Rights(c).Administrates() {
		return nil, &crm.Error{Code: crm.Forbidden, Key: "machine.forbidden"}
	}
	if ask.Confirm != boxapi.ResetWord {
		return nil, &crm.Error{Code: crm.Invalid, Key: "machine.not-confirmed", Field: "confirm"}
	}
	if err := s.Auth.Prove(c.UserContext(), Session(c), ask.Password); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{"confirm": ask.Confirm})
}

func (s *Server) boxPIN(c *fiber.Ctx) error {
	pin, err := s.phone().PIN(c.UserContext(), Rights(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"pin": pin})
}

// supportBundle is the box's own bundle with what the hub knows of itself, and nothing
// of customers: counts, no contents.
func (s *Server) supportBundle(c *fiber.Ctx) error {
	box, err := s.phone().Support(c.UserContext(), Rights(c))
	if err != nil {
		return err
	}
	state, err := s.supportState(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	files := tar.NewWriter(zip)
	err = addFile(files, "hub.json", state)
	if box != nil {
		err = errors.Join(err, copyFiles(files, box.Body), box.Body.Close())
	}
	if err = errors.Join(err, files.Close(), zip.Close()); err != nil {
		return err
	}
	c.Attachment("bellhop-support-" + time.Now().Format("20060102-150405") + ".tar.gz")
	c.Set(fiber.HeaderContentType, "application/gzip")
	return c.Send(out.Bytes())
}

func (s *Server) supportState(c *fiber.Ctx) ([]byte, error) {
	counts, err := s.Store.TableCounts(c.UserContext(), s.Records.Schema())
	if err != nil {
		return nil, err
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return json.MarshalIndent(map[string]any{
		"version": s.Version, "go": runtime.Version(), "at": time.Now().UTC().Format(time.RFC3339),
		"goroutines": runtime.NumGoroutine(), "heapBytes": memory.HeapAlloc, "rows": counts,
	}, "", "  ")
}

func addFile(files *tar.Writer, name string, content []byte) error {
	head := &tar.Header{Name: "bellhop-support/" + name, Mode: 0o600, Size: int64(len(content)), ModTime: time.Now()}
	if err := files.WriteHeader(head); err != nil {
		return err
	}
	_, err := files.Write(content)
	return err
}

// maxBundle bounds what is taken from the box.
const maxBundle = 64 << 20

// copyFiles takes over the files of another bundle.
func copyFiles(files *tar.Writer, from io.Reader) error {
	zip, err := gzip.NewReader(io.LimitReader(from, maxBundle))
	if err != nil {
		return fmt.Errorf("support bundle of the box: %w", err)
	}
	for in := tar.NewReader(zip); ; {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("support bundle of the box: %w", err)
		}
		if err := files.WriteHeader(head); err != nil {
			return err
		}
		if _, err := io.Copy(files, in); err != nil {
			return err
		}
	}
}
