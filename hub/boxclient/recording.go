package boxclient

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"time"
)

// OpenSound opens a whole recording, or its peaks. One the box doesn't have is
// fs.ErrNotExist. The caller closes it.
func (c *Client) OpenSound(ctx context.Context, file string) (io.ReadCloser, error) {
	response, err := c.Recording(ctx, file, nil)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, fs.ErrNotExist
	}
	return nil, refused(response)
}

// HasSound tells whether the box has a recording.
func (c *Client) HasSound(ctx context.Context, file string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	// One octet of it: HEAD is not asked of every box.
	response, err := c.Recording(ctx, file, http.Header{"Range": {"bytes=0-0"}})
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return true, nil
	case http.StatusNotFound:
		return false, nil
	}
	return false, refused(response)
}

// taking bounds how long the box may take to write a recording to its card.
const taking = 10 * time.Minute

// PutSound gives the box a recording, or peaks, out of a backup.
func (c *Client) PutSound(ctx context.Context, file string, content io.Reader) error {
	return c.change(ctx, http.MethodPut, file, content)
}

// DeleteSound removes a recording and its peaks from the box.
func (c *Client) DeleteSound(ctx context.Context, file string) error {
	return c.change(ctx, http.MethodDelete, file, nil)
}

func (c *Client) change(ctx context.Context, method, file string, content io.Reader) error {
	path, err := recordingPath(file)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, taking)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.address+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", c.bearer())
	// The answer comes when the file is on the card; the usual patience is too short.
	patient := &http.Client{}
	if transport, ok := c.http.Transport.(*http.Transport); ok {
		own := transport.Clone()
		own.ResponseHeaderTimeout = 0
		own.DisableKeepAlives = true
		patient.Transport = own
	}
	response, err := patient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return refused(response)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
