package system

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"

	"bellhop/firmware/boxapi"
)

// Client asks the service at a socket.
type Client struct {
	socket string
	http   http.Client
}

// Dial makes a client; the service may come later, or be missing.
func Dial(socket string) *Client {
	c := &Client{socket: socket}
	c.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}
	return c
}

// Ask sends a request and reads its answer into out. A refusal is a *boxapi.SystemError.
func (c *Client) Ask(ctx context.Context, op string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := c.Pass(ctx, op, body)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// Pass hands on a request as it came.
func (c *Client) Pass(ctx context.Context, op string, body json.RawMessage) (json.RawMessage, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://system/v1/system/"+op, bytes.NewReader(body))
	if err != nil {
		return nil, &boxapi.SystemError{Key: boxapi.UnknownRequest}
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, absent(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	return text, refusal(answer.StatusCode, text)
}

// absent says so where there is no service at all.
func absent(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return &boxapi.SystemError{Key: boxapi.NoSystem}
	}
	return err
}

func refusal(status int, text []byte) error {
	if status == http.StatusOK {
		return nil
	}
	e := &boxapi.SystemError{Key: boxapi.SystemFailed}
	if json.Unmarshal(text, e) != nil {
		e.Detail = fmt.Sprintf("%d %s", status, text)
	}
	return e
}
