package update

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
)

// Health asks the two programs whether they do their work.
type Health struct {
	Hub       string // URL that answers 200 while the hub serves, database open
	Box       string // URL of the telephone part
	TokenFile string // what the telephone part wants to hear
	Version   string // which the telephone part must be; "" for any
}

var healthClient = http.Client{Timeout: 5 * time.Second}

// Check returns nil when the hub answers, the telephone part answers with the version
// expected, and the hub has committed to its database the newest of its events. The first
// of them is of this start, so that proves the whole way.
func (h Health) Check(ctx context.Context) error {
	if _, err := get(ctx, h.Hub, ""); err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	token, err := os.ReadFile(h.TokenFile)
	if err != nil {
		return err
	}
	body, err := get(ctx, h.Box+"/v1/status", strings.TrimSpace(string(token)))
	if err != nil {
		return fmt.Errorf("telephone part: %w", err)
	}
	var s boxapi.Status
	if err := json.Unmarshal(body, &s); err != nil {
		return fmt.Errorf("telephone part: %w", err)
	}
	switch {
	case h.Version != "" && s.Version != h.Version:
		return fmt.Errorf("telephone part: version %s, not %s", s.Version, h.Version)
	case s.Last == 0:
		return errors.New("telephone part: no events yet")
	case s.Pending > 0:
		return fmt.Errorf("hub: %d events not taken yet", s.Pending)
	}
	return nil
}

func get(ctx context.Context, url, token string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := healthClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 1<<20))
}
