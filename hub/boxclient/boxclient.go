// Package boxclient follows one box: it hands the box's events to a Handler in order,
// each once it is safe telling the box so, sends commands, and fetches recordings. It
// knows no customer and no database.
package boxclient

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
)

const (
	silence    = 15 * time.Second // the box sends an empty line every 5 s
	retryFirst = 50 * time.Millisecond
	retryMax   = 2 * time.Second
	lineMax    = 1 << 20
	asking     = 10 * time.Second // for an answer to a short request
)

// Handler takes what the box reports. Its methods are called by one goroutine.
type Handler interface {
	// Seen gives the number of the last event of box that Handle kept, 0 for none.
	Seen(ctx context.Context, box string) (uint64, error)
	// Handle keeps an event for good, with its number, before it returns nil. An error
	// means "not now": the same event comes again. An event it has seen is no error.
	Handle(ctx context.Context, ev *boxapi.Event) error
	// Connected tells that the box answers, and how it stands.
	Connected(ctx context.Context, status *boxapi.Status)
	// Lost tells that it no longer does.
	Lost(err error)
}

// Client speaks to one box.
type Client struct {
	address   string // "http://127.0.0.1:7301"
	token     string
	tokenFile string // wins over token
	http      *http.Client
	log       *slog.Logger
}

// New returns a Client for the box at address.
func New(address, token string, log *slog.Logger) *Client {
	transport := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		MaxIdleConnsPerHost:   4,
		IdleConnTimeout:       time.Minute,
		DisableCompression:    true,
		ResponseHeaderTimeout: asking,
	}
	return &Client{
		address: strings.TrimSuffix(address, "/"), token: token,
		http: &http.Client{Transport: transport}, log: log,
	}
}

// Follow reads the box's events until ctx ends, through every loss of the connection.
func (c *Client) Follow(ctx context.Context, h Handler) {
	wait, told := retryFirst, false
	for ctx.Err() == nil {
		connected, err := c.follow(ctx, h)
		if ctx.Err() != nil {
			return
		}
		if connected {
			wait, told = retryFirst, false
			h.Lost(err)
		}
		if !told {
			c.log.Warn("box does not answer; trying again", "box", c.address, "err", err)
			told = true
		}
		if !pause(ctx, wait) {
			return
		}
		wait = min(2*wait, retryMax)
	}
}

// follow runs one connection to its end. connected tells whether it ever stood.
func (c *Client) follow(ctx context.Context, h Handler) (connected bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	status, err := c.Status(ctx)
	if err != nil {
		return false, err
	}
	seen, err := h.Seen(ctx, status.Box)
	if err != nil {
		return false, err
	}
	response, err := c.get(ctx, fmt.Sprintf("/v1/events?after=%d", seen), nil)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return false, refused(response)
	}
	c.log.Info("following box", "address", c.address, "box", status.Box, "version", status.Version, "after", seen)
	h.Connected(ctx, status)
	acks := c.startAcks(ctx)
	defer close(acks)
	if seen > 0 && status.Pending > 0 {
		offer(acks, seen)
	}
	quiet := time.AfterFunc(silence, func() { cancel(errSilent) })
	defer quiet.Stop()
	lines := bufio.NewReaderSize(response.Body, 16<<10)
	for {
		line, err := readLine(lines)
		if err != nil {
			return true, errors.Join(err, context.Cause(ctx))
		}
		if len(line) > 0 {
			seq, err := c.take(ctx, h, line)
			if err != nil {
				return true, err
			}
			offer(acks, seq)
		}
		quiet.Reset(silence)
	}
}

var errSilent = errors.New("box: nothing heard, not even the sign of life")

// take gives one event to the handler until it is kept.
func (c *Client) take(ctx context.Context, h Handler, line []byte) (seq uint64, err error) {
	ev := &boxapi.Event{}
	if err := json.Unmarshal(line, ev); err != nil {
		return 0, fmt.Errorf("box event %.100q: %w", line, err)
	}
	told := ""
	for wait := retryFirst; ; wait = min(2*wait, retryMax) {
		err := h.Handle(ctx, ev)
		if err == nil {
			return ev.Seq, nil
		}
		if told != err.Error() { // a full disk says the same every two seconds
			told = err.Error()
			c.log.Error("event not kept; trying until it is", "box", ev.Box, "seq", ev.Seq, "err", err)
		}
		if !pause(ctx, wait) {
			return 0, ctx.Err()
		}
	}
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > lineMax {
			return nil, errors.New("box: an event without end")
		}
		if err == nil && line == nil {
			return bytes.TrimSpace(part), nil
		}
		line = append(line, part...)
		if err == nil {
			return bytes.TrimSpace(line), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}

// startAcks tells the box, beside the events, up to which number they are safe; the
// newest number is enough.
func (c *Client) startAcks(ctx context.Context) chan uint64 {
	acks := make(chan uint64, 1)
	go func() {
		for seq := range acks {
			if err := c.ack(ctx, seq); err != nil && ctx.Err() == nil {
				// The next one says it too, and after a restart the box sends again.
				c.log.Warn("event not acknowledged", "seq", seq, "err", err)
			}
		}
	}()
	return acks
}

// offer puts seq in place of an older number that waits.
func offer(acks chan uint64, seq uint64) {
	select {
	case <-acks:
	default:
	}
	acks <- seq
}

func (c *Client) ack(ctx context.Context, seq uint64) error {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	return c.post(ctx, "/v1/ack", map[string]uint64{"seq": seq}, nil)
}

// Status asks how the box stands.
func (c *Client) Status(ctx context.Context) (*boxapi.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	response, err := c.get(ctx, "/v1/status", nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, refused(response)
	}
	status := &boxapi.Status{}
	return status, json.NewDecoder(response.Body).Decode(status)
}

// Do gives the box a command and returns its answer. While the box is away it tries
// again with the same ID until ctx ends.
func (c *Client) Do(ctx context.Context, command boxapi.Command) (boxapi.Result, error) {
	var result boxapi.Result
	for wait := retryFirst; ; wait = min(2*wait, retryMax) {
		err := c.try(ctx, command, &result)
		if err == nil || !temporary(err) {
			return result, err
		}
		if !pause(ctx, wait) {
			return result, err
		}
	}
}

func (c *Client) try(ctx context.Context, command boxapi.Command, result *boxapi.Result) error {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	return c.post(ctx, "/v1/commands", command, result)
}

// Recording opens a recording, its peaks (file + ".peaks") or a part of either by a
// Range header. The caller closes the body. The status is the box's: 200, 206, 404,
// 416.
func (c *Client) Recording(ctx context.Context, file string, header http.Header) (*http.Response, error) {
	path, err := recordingPath(file)
	if err != nil {
		return nil, err
	}
	return c.get(ctx, path, header)
}

func recordingPath(file string) (string, error) {
	segments := strings.Split(file, "/")
	for i, s := range segments {
		if s == "" || s == "." || s == ".." {
			return "", fmt.Errorf("box: no file %q", file)
		}
		segments[i] = url.PathEscape(s)
	}
	return "/v1/recordings/" + strings.Join(segments, "/"), nil
}

func (c *Client) get(ctx context.Context, path string, header http.Header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address+path, nil)
	if err != nil {
		return nil, err
	}
	for key, values := range header {
		request.Header[key] = values
	}
	request.Header.Set("Authorization", c.bearer())
	return c.http.Do(request)
}

func (c *Client) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", c.bearer())
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return refused(response)
	}
	if out == nil {
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
	return json.NewDecoder(response.Body).Decode(out)
}

// RefusedError is an answer of the box that is no success.
type RefusedError struct {
	Status int
	Text   string
}

func (e *RefusedError) Error() string { return fmt.Sprintf("box answers %d: %s", e.Status, e.Text) }

func refused(response *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(response.Body, 500))
	return &RefusedError{Status: response.StatusCode, Text: strings.TrimSpace(string(text))}
}

// temporary tells whether asking again may help: a 4xx it may not.
func temporary(err error) bool {
	var refused *RefusedError
	return !errors.As(err, &refused) || refused.Status >= 500
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
