package backup

import (
	"context"
	"errors"
	"os/exec"
	"strings"

	"bellhop/hub/crm"
)

// said are pieces of what restic, rclone and the system say, and the text of ours that
// tells a user what to do about it. The first that fits is it.
var said = []struct {
	key    string
	pieces []string
}{
	{"wrong_key", []string{"wrong password or no key found"}},
	{"host_key", []string{"knownhosts: key mismatch", "host key verification failed", "knownhosts: key is unknown"}},
	{"target_full", []string{"no space left", "disk quota exceeded", "disk full", "insufficient storage", "507 ", "quotaexceeded"}},
	{"no_repository", []string{"is there a repository at the following location", "does not exist or is not a repository"}},
	{"login_refused", []string{"unable to authenticate", "logon_failure", "logon is invalid", "401 unauthorized", "unexpected http response (401)", "(401)",
		"invalidaccesskeyid", "signaturedoesnotmatch", "access key id you provided", "403 forbidden", "(403)", "account_disabled", "password is not valid",
		"bad username or authentication", "user name or password is incorrect"}},
	{"no_share", []string{"bad_network_name", "share name cannot be found", "nosuchbucket", "specified bucket does not exist", "object_path_not_found"}},
	{"no_permission", []string{"permission denied", "access is denied", "accessdenied", "access denied", "read-only file system", "access_denied"}},
	{"unreachable", []string{"connection refused", "no such host", "no route to host", "network is unreachable", "i/o timeout", "deadline exceeded",
		"connection timed out", "connection reset", "host is down", "connection error", "eof while"}},
	{"busy", []string{"already locked", "unable to create lock"}},
	{"damaged", []string{"ciphertext verification failed", "pack id does not match", "repository contains errors", "invalid data returned", "hash mismatch"}},
	{"stopped", []string{"context canceled", "signal: killed", "signal: interrupt"}},
}

// explained makes an error of what a program said on its way out.
func explained(err error, text string) error {
	if err == nil {
		return nil
	}
	var own *crm.Error
	if errors.As(err, &own) {
		return err
	}
	if errors.Is(err, exec.ErrNotFound) {
		program := "restic"
		var e *exec.Error
		if errors.As(err, &e) {
			program = e.Name
		}
		return &crm.Error{Code: crm.Unavailable, Key: "backup.no_program", Args: map[string]string{"program": program}}
	}
	if errors.Is(err, context.Canceled) {
		return &crm.Error{Code: crm.Unavailable, Key: "backup.stopped"}
	}
	low := strings.ToLower(text + "\n" + err.Error())
	for _, s := range said {
		for _, piece := range s.pieces {
			if strings.Contains(low, piece) {
				return &crm.Error{Code: crm.Unavailable, Key: "backup." + s.key}
			}
		}
	}
	return &crm.Error{Code: crm.Unavailable, Key: "backup.failed", Args: map[string]string{"detail": lastLine(text, err)}}
}

func lastLine(text string, err error) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(lines[i]); line != "" {
			if len(line) > 300 {
				line = strings.ToValidUTF8(line[:300], "")
			}
			return line
		}
	}
	return err.Error()
}

// Is tells whether err is the failure of that name.
func Is(err error, key string) bool {
	var own *crm.Error
	return errors.As(err, &own) && own.Key == "backup."+key
}
