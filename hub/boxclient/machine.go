package boxclient

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"bellhop/firmware/boxapi"
)

// maxAnswer bounds what the machine may say: logs are the longest.
const maxAnswer = 4 << 20

// Machine asks the machine below the box: see boxapi's requests. A refusal is a
// *boxapi.SystemError.
func (c *Client) Machine(ctx context.Context, op string, body json.RawMessage) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address+"/v1/system/"+op, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", c.bearer())
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		known := &boxapi.SystemError{}
		if json.Unmarshal(text, known) == nil && known.Key != "" {
			return nil, known
		}
		return nil, &RefusedError{Status: response.StatusCode, Text: string(text)}
	}
	return io.ReadAll(io.LimitReader(response.Body, maxAnswer))
}

// PIN is the unit's secret, which opens its shell.
func (c *Client) PIN(ctx context.Context) (string, error) {
	response, err := c.open(ctx, "/v1/pin")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var out struct {
		PIN string `json:"pin"`
	}
	return out.PIN, json.NewDecoder(response.Body).Decode(&out)
}

// Support opens the box's support bundle. The caller closes the body.
func (c *Client) Support(ctx context.Context) (*http.Response, error) {
	return c.open(ctx, "/v1/support")
}
