package scope

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"bellhop/firmware/boxapi"
)

// maxFrame bounds one line of the stream: twenty bursts of 258 octets in hexadecimal.
const maxFrame = 64 << 10

// Box is a running box to watch a line of.
type Box struct {
	URL   string // "http://127.0.0.1:8077"
	Token string
}

// Watch calls see with every frame of line until ctx ends, the box goes away or see
// returns an error.
func (b Box) Watch(ctx context.Context, line int, see func(boxapi.ScopeFrame) error) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/v1/scope?line=%d", b.URL, line), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+b.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the box does not answer at %s; is bellhop-firmware running? %w", b.URL, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		return fmt.Errorf("the box answers %s: %s", res.Status, strings.TrimSpace(string(text)))
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxFrame)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var f boxapi.ScopeFrame
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			return fmt.Errorf("the box sends what is no frame: %w", err)
		}
		if err := see(f); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return errors.New("the box has closed the stream; it may be restarting")
}
