package system

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"

	"bellhop/firmware/boxapi"
)

// update asks the updater, a program of its own: see firmware/update.
func (s *System) update(ctx context.Context, in boxapi.Update) (any, error) {
	switch {
	case in.Back:
		if _, err := s.Tool(patient(ctx), "bellhop-update", "back"); err != nil {
			return nil, refusedAs(boxapi.NothingBehind, err)
		}
	case in.Try:
		if _, err := s.Tool(ctx, "bellhop-update", "try"); err != nil {
			return nil, refusedAs(boxapi.NothingToTry, err)
		}
	case in.File != "":
		if !filepath.IsAbs(in.File) || filepath.Clean(in.File) != in.File {
			return nil, &boxapi.SystemError{Key: boxapi.BadUpdate, Detail: in.File}
		}
		if _, err := s.Tool(patient(ctx), "bellhop-update", "install", in.File); err != nil {
			return nil, refusedAs(boxapi.BadUpdate, err)
		}
	}
	text, err := s.Tool(ctx, "bellhop-update", "status")
	if err != nil {
		return nil, refusedAs(boxapi.NoSystem, err)
	}
	return json.RawMessage(text), nil
}

// refusedAs keeps a program's words under a key of ours.
func refusedAs(key string, err error) error {
	detail := err.Error()
	var failed *boxapi.SystemError
	if errors.As(err, &failed) {
		detail = failed.Detail
	}
	return &boxapi.SystemError{Key: key, Detail: detail}
}

// Hub is where the customer system's data are, and whose they are.
type Hub struct {
	User      string // "" runs its program as the service's own user
	Data      string
	TokenFile string
}

// backup has the hub's program make, list or bring back backups, as the hub's own user.
func (s *System) backup(ctx context.Context, in boxapi.Backup) (any, error) {
	args := []string{"bellhop-hub"}
	if s.Hub.User != "" {
		args = append([]string{"runuser", "-u", s.Hub.User, "--"}, args...)
	}
	switch in.Do {
	case "now":
		args = append(args, "backup")
	case "list":
		args = append(args, "restore", "-list")
	case "restore":
		args = append(args, "restore")
	case "undo":
		args = append(args, "restore", "-undo")
	default:
		return nil, &boxapi.SystemError{Key: boxapi.UnknownRequest, Detail: in.Do}
	}
	args = append(args, "-data", s.Hub.Data, "-box-token-file", s.Hub.TokenFile)
	for _, f := range []struct{ flag, value string }{{"-snapshot", in.Snapshot}, {"-sheet", in.Sheet}, {"-host-key", in.HostKey}} {
		if f.value == "" || in.Do == "now" || in.Do == "undo" {
			continue
		}
		if strings.HasPrefix(f.value, "-") || strings.ContainsAny(f.value, "\r\n\x00") {
			return nil, &boxapi.SystemError{Key: boxapi.UnknownRequest, Detail: f.flag}
		}
		args = append(args, f.flag, f.value)
	}
	text, err := s.Tool(patient(ctx), args[0], args[1:]...)
	if err != nil {
		return nil, err
	}
	return boxapi.BackupAnswer{Text: text}, nil
}
