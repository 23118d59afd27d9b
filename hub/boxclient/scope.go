package boxclient

import (
	"context"
	"fmt"
	"net/http"
)

// Scope opens the stream of what is on a line, a boxapi.ScopeFrame a line of text. The
// caller closes the body. A line the box does not have is a RefusedError of status 404.
func (c *Client) Scope(ctx context.Context, line int) (*http.Response, error) {
	return c.open(ctx, fmt.Sprintf("/v1/scope?line=%d", line))
}

// Capture opens the last seconds of a line's sound as WAV. The caller closes the body.
func (c *Client) Capture(ctx context.Context, line, seconds int) (*http.Response, error) {
	return c.open(ctx, fmt.Sprintf("/v1/scope/capture?line=%d&seconds=%d", line, seconds))
}

func (c *Client) open(ctx context.Context, path string) (*http.Response, error) {
	response, err := c.get(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, refused(response)
	}
	return response, nil
}
